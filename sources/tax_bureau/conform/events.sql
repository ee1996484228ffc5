-- Two kinds of event from one office: a major violation was decided; a taxpayer was graded A for a
-- year. A tax number of 15 characters is the bureau's own, one of 18 is the unified code. Where
-- islands are not joined by the unified code, both are of no use to others, but the organisation code
-- beside it in the file of violations is. The seat begins with city and district, which place the
-- taxpayer. Neither list says when an event stops to count; that is for the lists made of them.
-- source: conform.tax_violations, conform.tax_a_class, codes.tax_violation_kinds, codes.grounds,
--         codes.divisions, codes.run
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH places AS (
    SELECT
        district.code,
        city.name_zh || district.name_zh AS begins
    FROM codes.divisions AS district
    INNER JOIN codes.divisions AS city ON district.parent = city.code
    WHERE district.level IN ('district', 'county')
),

told AS (
    SELECT
        tax_violations.record_id,
        tax_violations.version,
        tax_violations.feed,
        tax_violations.effect,
        id_of('tax_no', tax_violations.nsrsbh) AS tax_no,
        id_of('org_code', tax_violations.zzjgdm) AS org_code,
        clean_text(tax_violations.nsrmc) AS name,
        clean_text(tax_violations.zcdz) AS address,
        'tax_violation' AS event_kind,
        tax_violation_kinds.ground,
        parse_money(tax_violations.sjje) AS amount_yuan,
        normal_form(tax_violations.wsh) AS document_no,
        clean_text(tax_violations.jcjg) AS authority,
        clean_text(tax_violations.fddbrxm) AS head,
        clean_text(tax_violations.cwfzrxm) AS finance_officer,
        parse_day(tax_violations.jdrq) AS event_day,
        tax_violations.from_day,
        tax_violations.to_day
    FROM conform.tax_violations
    LEFT JOIN codes.tax_violation_kinds ON normal_form(tax_violations.ajxz) = tax_violation_kinds.code
    UNION ALL
    SELECT
        record_id,
        version,
        feed,
        effect,
        id_of('tax_no', nsrsbh) AS tax_no,
        CAST(NULL AS VARCHAR) AS org_code,
        clean_text(nsrmc) AS name,
        CAST(NULL AS VARCHAR) AS address,
        'tax_a_class' AS event_kind,
        'tax_a_class' AS ground,
        CAST(NULL AS DECIMAL(18, 2)) AS amount_yuan,
        CAST(NULL AS VARCHAR) AS document_no,
        clean_text(pdjg) AS authority,
        CAST(NULL AS VARCHAR) AS head,
        CAST(NULL AS VARCHAR) AS finance_officer,
        parse_day(gbrq) AS event_day,
        from_day,
        to_day
    FROM conform.tax_a_class
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
    told.address,
    'enterprise' AS subject_kind,
    told.event_kind,
    told.ground,
    grounds.severity,
    told.amount_yuan,
    told.document_no,
    told.authority,
    -- who answers for a violation is published with it
    nullif(
        concat_ws(' ', '法定代表人' || told.head, '财务负责人' || told.finance_officer), ''
    ) AS details,
    told.event_day,
    told.event_day AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    told.from_day,
    told.to_day
FROM told
CROSS JOIN codes.run
LEFT JOIN places ON starts_with(told.address, places.begins)
LEFT JOIN codes.grounds ON told.ground = grounds.code
