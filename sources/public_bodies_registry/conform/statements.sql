-- What the register of public bodies says of each body, one property a row. The register speaks of
-- its own entry, so the subject is the record itself, whatever code stands in it. Codes and the
-- foundation hold since the foundation; all else since the day it was approved.
-- source: conform.public_bodies, codes.body_kinds
-- grain: one row per version of a record, stretch of belief and property
-- key: record_id, version, from_day, property
WITH entries AS (
    SELECT
        b.record_id,
        b.version,
        b.feed,
        b.effect,
        clean_text(b.jgmc) AS name,
        normal_form(b.xzqhdm) AS division,
        k.subject_kind,
        clean_text(b.jgdz) AS address,
        id_of('uscc', b.tyshxydm) AS uscc,
        id_of('org_code', b.zzjgdm) AS org_code,
        normal_form(b.zt) AS status,
        parse_day(b.clrq) AS founded,
        parse_day(b.hzrq) AS approved,
        b.from_day,
        b.to_day
    FROM conform.public_bodies AS b
    LEFT JOIN codes.body_kinds AS k ON normal_form(b.jglb) = k.code
),

told AS (
    SELECT
        *,
        'uscc' AS property,
        uscc AS value,
        founded AS valid_from
    FROM entries
    UNION ALL
    SELECT
        *,
        'org_code' AS property,
        org_code AS value,
        founded AS valid_from
    FROM entries
    UNION ALL
    SELECT
        *,
        'name' AS property,
        name AS value,
        approved AS valid_from
    FROM entries
    UNION ALL
    SELECT
        *,
        'address' AS property,
        address AS value,
        approved AS valid_from
    FROM entries
    UNION ALL
    SELECT
        *,
        'division' AS property,
        division AS value,
        approved AS valid_from
    FROM entries
    UNION ALL
    SELECT
        *,
        'status' AS property,
        status AS value,
        approved AS valid_from
    FROM entries
    UNION ALL
    SELECT
        *,
        'founded' AS property,
        CAST(founded AS VARCHAR) AS value,
        founded AS valid_from
    FROM entries
)

SELECT
    record_id,
    version,
    feed,
    effect,
    'record' AS id_scheme,
    id_text(record_id) AS id_value,
    name,
    division,
    subject_kind,
    property,
    value,
    valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM told
WHERE value IS NOT NULL
