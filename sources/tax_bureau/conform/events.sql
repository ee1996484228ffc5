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
        d.code,
        c.name_zh || d.name_zh AS begins
    FROM codes.divisions AS d
    INNER JOIN codes.divisions AS c ON d.parent = c.code
    WHERE d.level IN ('district', 'county')
),

told AS (
    SELECT
        v.record_id,
        v.version,
        v.feed,
        v.effect,
        id_of('tax_no', v.nsrsbh) AS tax_no,
        id_of('org_code', v.zzjgdm) AS org_code,
        clean_text(v.nsrmc) AS name,
        clean_text(v.zcdz) AS address,
        'tax_violation' AS event_kind,
        k.ground,
        parse_money(v.sjje) AS amount_yuan,
        normal_form(v.wsh) AS document_no,
        clean_text(v.jcjg) AS authority,
        parse_day(v.jdrq) AS event_day,
        v.from_day,
        v.to_day
    FROM conform.tax_violations AS v
    LEFT JOIN codes.tax_violation_kinds AS k ON normal_form(v.ajxz) = k.code
    UNION ALL
    SELECT
        a.record_id,
        a.version,
        a.feed,
        a.effect,
        id_of('tax_no', a.nsrsbh) AS tax_no,
        CAST(NULL AS VARCHAR) AS org_code,
        clean_text(a.nsrmc) AS name,
        CAST(NULL AS VARCHAR) AS address,
        'tax_a_class' AS event_kind,
        'tax_a_class' AS ground,
        CAST(NULL AS DECIMAL(18, 2)) AS amount_yuan,
        CAST(NULL AS VARCHAR) AS document_no,
        clean_text(a.pdjg) AS authority,
        parse_day(a.gbrq) AS event_day,
        a.from_day,
        a.to_day
    FROM conform.tax_a_class AS a
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
    t.address,
    'enterprise' AS subject_kind,
    t.event_kind,
    t.ground,
    g.severity,
    t.amount_yuan,
    t.document_no,
    t.authority,
    t.event_day,
    t.event_day AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    t.from_day,
    t.to_day
FROM told AS t
CROSS JOIN codes.run AS r
LEFT JOIN places AS p ON starts_with(t.address, p.begins)
LEFT JOIN codes.grounds AS g ON t.ground = g.code
