-- Penalties the city's offices have decided and still show. An organisation stands with every number
-- the layout asks for, a person with the resident number. Names are those of the day of the decision.
-- source: world.conduct, world.subjects, world.attributes, world.links, codes.divisions,
--         codes.penalty_reasons
-- grain: one row per decision
-- key: cf_wsh, held_from
WITH decisions AS (
    SELECT *
    FROM world.conduct
    WHERE conduct_kind = 'penalty' AND office = 'city'
),

heads AS (
    SELECT
        c.conduct_no,
        n.value AS name,
        p.resident_no
    FROM decisions AS c
    INNER JOIN world.links AS l
        ON c.subject_no = l.b_no
        AND l.link_kind = 'legal_representative'
        AND l.valid_from <= c.decided
        AND c.decided < coalesce(l.valid_to, DATE '9999-12-31')
    INNER JOIN world.subjects AS p ON l.a_no = p.subject_no
    INNER JOIN world.attributes AS n
        ON l.a_no = n.subject_no
        AND n.property = 'name'
        AND n.valid_from <= c.decided
        AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
)

SELECT
    c.document_no AS cf_wsh,
    n.value AS cf_xdr_mc,
    CASE
        WHEN s.kind = 'resident' THEN '自然人'
        WHEN starts_with(s.uscc, '92') THEN '个体工商户'
        ELSE '法人及非法人组织'
    END AS cf_xdr_lb,
    s.uscc AS code_1,
    s.registration_no AS code_2,
    s.org_code AS code_3,
    s.tax_no AS code_4,
    CAST(NULL AS VARCHAR) AS code_5,
    CAST(NULL AS VARCHAR) AS code_6,
    h.name AS cf_frdb,
    h.resident_no AS cf_fr_zjhm,
    s.resident_no AS cf_xdr_zjhm,
    '经查实，当事人' || r.code AS cf_wfxw,
    r.code AS cf_sy,
    '有关法律法规关于' || r.code || '的规定' AS cf_yj,
    CASE WHEN c.amount_fen > 0 THEN '罚款' ELSE '警告' END AS cf_cflb,
    CASE
        WHEN c.amount_fen > 0
            THEN
                '罚款人民币'
                || CAST(c.amount_fen // 100 AS VARCHAR)
                || '.'
                || lpad(CAST(c.amount_fen % 100 AS VARCHAR), 2, '0')
                || '元'
        ELSE '警告'
    END AS cf_nr,
    -- fen to 10,000 yuan is a shift by six digits
    CAST(c.amount_fen // 1000000 AS VARCHAR)
    || '.'
    || lpad(CAST(c.amount_fen % 1000000 AS VARCHAR), 6, '0') AS cf_nr_fk,
    CAST(NULL AS VARCHAR) AS cf_nr_wfff,
    CAST(NULL AS VARCHAR) AS cf_nr_zkdx,
    replace(CAST(c.decided AS VARCHAR), '-', '/') AS cf_jdrq,
    -- the last day on which it holds
    replace(CAST(c.due - 1 AS VARCHAR), '-', '/') AS cf_yxq,
    replace(
        CAST(
            c.decided + CASE WHEN c.amount_fen >= 100000 THEN 1095 ELSE 90 END AS VARCHAR
        ),
        '-',
        '/'
    ) AS cf_gsjzq,
    c.detail AS cf_cfjg,
    d.code AS cf_cfjgdm,
    d.name_zh || '信用信息平台' AS cf_sjly,
    CAST(NULL AS VARCHAR) AS bz,
    c.held_from,
    c.held_to
FROM decisions AS c
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN codes.penalty_reasons AS r ON c.ground = r.ground
INNER JOIN codes.divisions AS d ON substr(s.division, 1, 4) || '00' = d.code
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
LEFT JOIN heads AS h ON c.conduct_no = h.conduct_no
