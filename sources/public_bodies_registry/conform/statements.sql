-- What the register of public bodies says of each body, one property a row. The register speaks of
-- its own entry, so the subject is the record itself, whatever code stands in it. Codes and the
-- foundation hold since the foundation; all else since the day it was approved.
-- source: conform.public_bodies, codes.body_kinds
-- grain: one row per version of a record, stretch of belief and property
-- key: record_id, version, from_day, property
WITH entries AS (
    SELECT
        public_bodies.*,
        clean_text(public_bodies.jgmc) AS name,
        normal_form(public_bodies.xzqhdm) AS division,
        body_kinds.subject_kind,
        clean_text(public_bodies.jgdz) AS address,
        id_of('uscc', public_bodies.tyshxydm) AS uscc,
        id_of('org_code', public_bodies.zzjgdm) AS org_code,
        normal_form(public_bodies.zt) AS status,
        parse_day(public_bodies.clrq) AS founded,
        parse_day(public_bodies.hzrq) AS approved
    FROM conform.public_bodies
    LEFT JOIN codes.body_kinds ON normal_form(public_bodies.jglb) = body_kinds.code
),

told AS (
    SELECT
        entries.*,
        properties.property,
        CASE properties.property
            WHEN 'uscc' THEN entries.uscc
            WHEN 'org_code' THEN entries.org_code
            WHEN 'name' THEN entries.name
            WHEN 'address' THEN entries.address
            WHEN 'division' THEN entries.division
            WHEN 'status' THEN entries.status
            WHEN 'founded' THEN CAST(entries.founded AS VARCHAR)
        END AS value,
        CASE
            WHEN properties.property IN ('uscc', 'org_code', 'founded') THEN entries.founded
            ELSE entries.approved
        END AS valid_from
    FROM entries
    CROSS JOIN (
        VALUES
        ('uscc'), ('org_code'), ('name'), ('address'), ('division'), ('status'), ('founded')
    ) AS properties (property)
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
