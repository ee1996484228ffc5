-- Who stands behind and beside an enterprise. The register's own record names the legal
-- representative; an enterprise that has ended (status 4) has none any more. Shareholders,
-- directors and business partners stand in the filings, both sides by number.
-- source: conform.market_registry, conform.market_shareholders, codes.relation_kinds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH numbered AS (
    SELECT
        *,
        -- a number on another document than an identity card says nothing here
        CASE
            WHEN coalesce(normal_form(fddbrzjlx), '01') = '01' THEN id_of('resident_no', fddbrzjhm)
        END AS resident_no
    FROM conform.market_registry
),

sides AS (
    SELECT
        *,
        id_of('resident_no', xgfsfhm) AS resident_no,
        id_of('uscc', xgftyshxydm) AS a_uscc,
        id_of('uscc', tyshxydm) AS b_uscc
    FROM conform.market_shareholders
)

SELECT
    record_id,
    version,
    feed,
    effect,
    'legal_representative' AS link_kind,
    CASE WHEN resident_no IS NOT NULL THEN 'resident_no' END AS a_scheme,
    resident_no AS a_value,
    clean_text(fddbrxm) AS a_name,
    CAST(NULL AS VARCHAR) AS a_division,
    'resident' AS a_kind,
    'record' AS b_scheme,
    id_text(record_id) AS b_value,
    clean_text(jgmc) AS b_name,
    normal_form(zcdzxzqhdm) AS b_division,
    'enterprise' AS b_kind,
    parse_day(hzrq) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM numbered
WHERE
    coalesce(clean_text(fddbrzjhm), clean_text(fddbrxm)) IS NOT NULL
    AND normal_form(zt) <> '4'
UNION ALL
SELECT
    sides.record_id,
    sides.version,
    sides.feed,
    sides.effect,
    relation_kinds.link_kind,
    CASE
        WHEN sides.resident_no IS NOT NULL THEN 'resident_no'
        WHEN sides.a_uscc IS NOT NULL THEN 'uscc'
    END AS a_scheme,
    coalesce(sides.resident_no, sides.a_uscc) AS a_value,
    clean_text(sides.xgfmc) AS a_name,
    CAST(NULL AS VARCHAR) AS a_division,
    -- a shareholder without a number may be a person or an enterprise
    CASE
        WHEN sides.resident_no IS NOT NULL OR relation_kinds.link_kind = 'director' THEN 'resident'
        WHEN sides.a_uscc IS NOT NULL OR relation_kinds.link_kind = 'business_partner'
            THEN 'enterprise'
    END AS a_kind,
    CASE WHEN sides.b_uscc IS NOT NULL THEN 'uscc' END AS b_scheme,
    sides.b_uscc AS b_value,
    clean_text(sides.jgmc) AS b_name,
    CAST(NULL AS VARCHAR) AS b_division,
    'enterprise' AS b_kind,
    parse_day(sides.qsrq) AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    sides.from_day,
    sides.to_day
FROM sides
LEFT JOIN codes.relation_kinds ON normal_form(sides.gxlx) = relation_kinds.code
