-- Name and seat of a taxpayer as a tax decision wrote them down. They were right on the day of the
-- decision and are not kept up.
-- source: conform.tax_violations
-- grain: one row per version of a record, stretch of belief and property
-- key: record_id, version, from_day, property
WITH cases AS (
    SELECT
        record_id,
        version,
        feed,
        effect,
        upper(clean_text(nsrsbh)) AS tax_no,
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
    record_id,
    version,
    feed,
    effect,
    CASE
        WHEN length(tax_no) = 18 THEN 'uscc'
        WHEN tax_no IS NOT NULL THEN 'tax_no'
    END AS id_scheme,
    tax_no AS id_value,
    name,
    CAST(NULL AS VARCHAR) AS division,
    'enterprise' AS subject_kind,
    property,
    value,
    decided AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM told
WHERE value IS NOT NULL
