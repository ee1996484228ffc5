-- Who stands behind and beside an enterprise. The register's own record names the legal
-- representative; an enterprise that has ended (status 4) has none any more. Shareholders,
-- directors and business partners stand in the filings, both sides by number.
-- source: conform.market_registry, conform.market_shareholders, codes.relation_kinds
-- grain: one row per version of a record and stretch of belief
-- key: record_id, version, from_day
WITH heads AS (
    SELECT
        record_id,
        version,
        feed,
        effect,
        'legal_representative' AS link_kind,
        -- a number on another document than an identity card says nothing here
        CASE
            WHEN coalesce(clean_text(fddbrzjlx), '01') = '01' AND clean_text(fddbrzjhm) IS NOT NULL
                THEN 'resident_no'
        END AS a_scheme,
        CASE
            WHEN coalesce(clean_text(fddbrzjlx), '01') = '01' THEN upper(clean_text(fddbrzjhm))
        END AS a_value,
        clean_text(fddbrxm) AS a_name,
        CAST(NULL AS VARCHAR) AS a_division,
        'resident' AS a_kind,
        'record' AS b_scheme,
        record_id AS b_value,
        clean_text(jgmc) AS b_name,
        clean_text(zcdzxzqhdm) AS b_division,
        'enterprise' AS b_kind,
        parse_day(hzrq) AS valid_from,
        CAST(NULL AS DATE) AS valid_to,
        from_day,
        to_day
    FROM conform.market_registry
    WHERE
        coalesce(clean_text(fddbrzjhm), clean_text(fddbrxm)) IS NOT NULL
        AND clean_text(zt) <> '4'
),

filings AS (
    SELECT
        f.record_id,
        f.version,
        f.feed,
        f.effect,
        k.link_kind,
        CASE
            WHEN clean_text(f.xgfsfhm) IS NOT NULL THEN 'resident_no'
            WHEN clean_text(f.xgftyshxydm) IS NOT NULL THEN 'uscc'
        END AS a_scheme,
        upper(coalesce(clean_text(f.xgfsfhm), clean_text(f.xgftyshxydm))) AS a_value,
        clean_text(f.xgfmc) AS a_name,
        CAST(NULL AS VARCHAR) AS a_division,
        -- a shareholder without a number may be a person or an enterprise
        CASE
            WHEN clean_text(f.xgfsfhm) IS NOT NULL OR k.link_kind = 'director' THEN 'resident'
            WHEN clean_text(f.xgftyshxydm) IS NOT NULL OR k.link_kind = 'business_partner'
                THEN 'enterprise'
        END AS a_kind,
        'uscc' AS b_scheme,
        upper(clean_text(f.tyshxydm)) AS b_value,
        clean_text(f.jgmc) AS b_name,
        CAST(NULL AS VARCHAR) AS b_division,
        'enterprise' AS b_kind,
        parse_day(f.qsrq) AS valid_from,
        CAST(NULL AS DATE) AS valid_to,
        f.from_day,
        f.to_day
    FROM conform.market_shareholders AS f
    LEFT JOIN codes.relation_kinds AS k ON clean_text(f.gxlx) = k.code
)

SELECT
    record_id,
    version,
    feed,
    effect,
    link_kind,
    a_scheme,
    a_value,
    a_name,
    a_division,
    a_kind,
    b_scheme,
    b_value,
    b_name,
    b_division,
    b_kind,
    valid_from,
    valid_to,
    from_day,
    to_day
FROM heads
UNION ALL
SELECT
    record_id,
    version,
    feed,
    effect,
    link_kind,
    a_scheme,
    a_value,
    a_name,
    a_division,
    a_kind,
    b_scheme,
    b_value,
    b_name,
    b_division,
    b_kind,
    valid_from,
    valid_to,
    from_day,
    to_day
FROM filings
