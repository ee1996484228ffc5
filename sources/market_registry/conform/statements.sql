-- What the enterprise register says of each enterprise, one property a row. The register speaks of
-- its own entry, so the subject is the record itself, whatever code stands in it. Codes and the
-- foundation hold since the foundation; all else since the day the register approved it.
-- source: conform.market_registry
-- grain: one row per version of a record, stretch of belief and property
-- key: record_id, version, from_day, property
WITH entries AS (
    SELECT
        record_id,
        version,
        feed,
        effect,
        clean_text(jgmc) AS name,
        normal_form(zcdzxzqhdm) AS division,
        clean_text(zcdz) AS address,
        id_of('uscc', tyshxydm) AS uscc,
        id_of('org_code', zzjgdm) AS org_code,
        id_of('registration_no', zch) AS registration_no,
        clean_text(jyfw) AS scope,
        normal_form(jjhydm) AS trade,
        CAST(parse_wan(zczj) AS VARCHAR) AS capital_yuan,
        normal_form(zt) AS status,
        parse_day(clrq) AS founded,
        parse_day(hzrq) AS approved,
        from_day,
        to_day
    FROM conform.market_registry
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
        'registration_no' AS property,
        registration_no AS value,
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
        'scope' AS property,
        scope AS value,
        approved AS valid_from
    FROM entries
    UNION ALL
    SELECT
        *,
        'trade' AS property,
        trade AS value,
        approved AS valid_from
    FROM entries
    UNION ALL
    SELECT
        *,
        'capital_yuan' AS property,
        capital_yuan AS value,
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
    'enterprise' AS subject_kind,
    property,
    value,
    valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM told
WHERE value IS NOT NULL
