-- Name and seat of a taxpayer as a tax decision wrote them down. They were right on the day of the
-- decision and are not kept up. The taxpayer is told by the same number and place as in events.sql.
-- source: conform.tax_violations, codes.divisions, codes.run
-- grain: one row per version of a record, stretch of belief and property
-- key: record_id, version, from_day, property
WITH places AS (
    SELECT
        district.code,
        city.name_zh || district.name_zh AS begins
    FROM codes.divisions AS district
    INNER JOIN codes.divisions AS city ON district.parent = city.code
    WHERE district.level IN ('district', 'county')
),

cases AS (
    SELECT
        *,
        id_of('tax_no', nsrsbh) AS tax_no,
        id_of('org_code', zzjgdm) AS org_code,
        clean_text(nsrmc) AS name,
        clean_text(zcdz) AS address,
        parse_day(jdrq) AS decided
    FROM conform.tax_violations
),

told AS (
    SELECT
        cases.*,
        properties.property,
        CASE properties.property
            WHEN 'name' THEN cases.name
            WHEN 'address' THEN cases.address
        END AS value
    FROM cases
    CROSS JOIN (VALUES ('name'), ('address')) AS properties (property)
)

SELECT
    told.record_id,
    told.version,
    told.feed,
    told.effect,
    CASE
        WHEN told.org_code IS NOT NULL AND run.join_level IN ('none', 'own-keys') THEN 'org_code'
        WHEN length(told.tax_no) = 18 THEN 'uscc'
        WHEN told.tax_no IS NOT NULL THEN 'tax_no'
        WHEN told.org_code IS NOT NULL THEN 'org_code'
    END AS id_scheme,
    CASE
        WHEN told.org_code IS NOT NULL AND run.join_level IN ('none', 'own-keys') THEN told.org_code
        ELSE coalesce(told.tax_no, told.org_code)
    END AS id_value,
    told.name,
    places.code AS division,
    'enterprise' AS subject_kind,
    told.property,
    told.value,
    told.decided AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    told.from_day,
    told.to_day
FROM told
CROSS JOIN codes.run
LEFT JOIN places ON starts_with(told.address, places.begins)
WHERE told.value IS NOT NULL
