-- What the enterprise register says of each enterprise, one property a row. The register speaks of
-- its own entry, so the subject is the record itself, whatever code stands in it. Codes and the
-- foundation hold since the foundation; all else since the day the register approved it.
-- source: conform.market_registry
-- grain: one row per version of a record, stretch of belief and property
-- key: record_id, version, from_day, property
WITH entries AS (
    SELECT
        *,
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
        parse_day(hzrq) AS approved
    FROM conform.market_registry
),

told AS (
    SELECT
        entries.*,
        properties.property,
        CASE properties.property
            WHEN 'uscc' THEN entries.uscc
            WHEN 'org_code' THEN entries.org_code
            WHEN 'registration_no' THEN entries.registration_no
            WHEN 'name' THEN entries.name
            WHEN 'address' THEN entries.address
            WHEN 'division' THEN entries.division
            WHEN 'status' THEN entries.status
            WHEN 'scope' THEN entries.scope
            WHEN 'trade' THEN entries.trade
            WHEN 'capital_yuan' THEN entries.capital_yuan
            WHEN 'founded' THEN CAST(entries.founded AS VARCHAR)
        END AS value,
        CASE
            WHEN properties.property IN ('uscc', 'org_code', 'registration_no', 'founded')
                THEN entries.founded
            ELSE entries.approved
        END AS valid_from
    FROM entries
    CROSS JOIN (
        VALUES
        ('uscc'), ('org_code'), ('registration_no'), ('name'), ('address'), ('division'),
        ('status'), ('scope'), ('trade'), ('capital_yuan'), ('founded')
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
    'enterprise' AS subject_kind,
    property,
    value,
    valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM told
WHERE value IS NOT NULL
