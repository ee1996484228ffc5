-- Name and seat of a taxpayer as a tax decision wrote them down. They were right on the day of the
-- decision and are not kept up. The taxpayer is told by the same number and place as in events.sql.
-- source: conform.tax_violations, codes.divisions, codes.run
-- grain: one row per version of a record, stretch of belief and property
-- key: record_id, version, from_day, property
WITH places AS (
    SELECT
        d.code,
        c.name_zh || d.name_zh AS begins
    FROM codes.divisions AS d
    INNER JOIN codes.divisions AS c ON d.parent = c.code
    WHERE d.level IN ('district', 'county')
),

cases AS (
    SELECT
        record_id,
        version,
        feed,
        effect,
        id_of('tax_no', nsrsbh) AS tax_no,
        id_of('org_code', zzjgdm) AS org_code,
        clean_text(nsrmc) AS name,
        clean_text(zcdz) AS address,
        parse_day(jdrq) AS decided,
        from_day,
        to_day
    FROM conform.tax_violations
),

told AS (
    SELECT
        *,
        'name' AS property,
        name AS value
    FROM cases
    UNION ALL
    SELECT
        *,
        'address' AS property,
        address AS value
    FROM cases
)

SELECT
    t.record_id,
    t.version,
    t.feed,
    t.effect,
    CASE
        WHEN t.org_code IS NOT NULL AND r.join_level IN ('none', 'own-keys') THEN 'org_code'
        WHEN length(t.tax_no) = 18 THEN 'uscc'
        WHEN t.tax_no IS NOT NULL THEN 'tax_no'
        WHEN t.org_code IS NOT NULL THEN 'org_code'
    END AS id_scheme,
    CASE
        WHEN t.org_code IS NOT NULL AND r.join_level IN ('none', 'own-keys') THEN t.org_code
        ELSE coalesce(t.tax_no, t.org_code)
    END AS id_value,
    t.name,
    p.code AS division,
    'enterprise' AS subject_kind,
    t.property,
    t.value,
    t.decided AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    t.from_day,
    t.to_day
FROM told AS t
CROSS JOIN codes.run AS r
LEFT JOIN places AS p ON starts_with(t.address, p.begins)
WHERE t.value IS NOT NULL
