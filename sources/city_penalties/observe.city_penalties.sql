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
        decisions.conduct_no,
        names.value AS name,
        persons.resident_no
    FROM decisions
    INNER JOIN world.links
        ON decisions.subject_no = links.b_no
        AND links.link_kind = 'legal_representative'
        AND links.valid_from <= decisions.decided
        AND decisions.decided < coalesce(links.valid_to, DATE '9999-12-31')
    INNER JOIN world.subjects AS persons ON links.a_no = persons.subject_no
    INNER JOIN world.attributes AS names
        ON links.a_no = names.subject_no
        AND names.property = 'name'
        AND names.valid_from <= decisions.decided
        AND decisions.decided < coalesce(names.valid_to, DATE '9999-12-31')
)

SELECT
    decisions.document_no AS cf_wsh,
    names.value AS cf_xdr_mc,
    CASE
        WHEN subjects.kind = 'resident' THEN '自然人'
        WHEN starts_with(subjects.uscc, '92') THEN '个体工商户'
        ELSE '法人及非法人组织'
    END AS cf_xdr_lb,
    subjects.uscc AS code_1,
    subjects.registration_no AS code_2,
    subjects.org_code AS code_3,
    subjects.tax_no AS code_4,
    CAST(NULL AS VARCHAR) AS code_5,
    CAST(NULL AS VARCHAR) AS code_6,
    heads.name AS cf_frdb,
    heads.resident_no AS cf_fr_zjhm,
    subjects.resident_no AS cf_xdr_zjhm,
    '经查实，当事人' || penalty_reasons.code AS cf_wfxw,
    penalty_reasons.code AS cf_sy,
    '有关法律法规关于' || penalty_reasons.code || '的规定' AS cf_yj,
    CASE WHEN decisions.amount_fen > 0 THEN '罚款' ELSE '警告' END AS cf_cflb,
    CASE
        WHEN decisions.amount_fen > 0
            THEN
                '罚款人民币'
                || CAST(decisions.amount_fen // 100 AS VARCHAR)
                || '.'
                || lpad(CAST(decisions.amount_fen % 100 AS VARCHAR), 2, '0')
                || '元'
        ELSE '警告'
    END AS cf_nr,
    -- fen to 10,000 yuan is a shift by six digits
    CAST(decisions.amount_fen // 1000000 AS VARCHAR)
    || '.'
    || lpad(CAST(decisions.amount_fen % 1000000 AS VARCHAR), 6, '0') AS cf_nr_fk,
    CAST(NULL AS VARCHAR) AS cf_nr_wfff,
    CAST(NULL AS VARCHAR) AS cf_nr_zkdx,
    replace(CAST(decisions.decided AS VARCHAR), '-', '/') AS cf_jdrq,
    -- the last day on which it holds
    replace(CAST(decisions.due - 1 AS VARCHAR), '-', '/') AS cf_yxq,
    replace(
        CAST(
            decisions.decided + CASE WHEN decisions.amount_fen >= 100000 THEN 1095 ELSE 90 END AS VARCHAR
        ),
        '-',
        '/'
    ) AS cf_gsjzq,
    decisions.detail AS cf_cfjg,
    divisions.code AS cf_cfjgdm,
    divisions.name_zh || '信用信息平台' AS cf_sjly,
    CAST(NULL AS VARCHAR) AS bz,
    decisions.held_from,
    decisions.held_to
FROM decisions
INNER JOIN world.subjects ON decisions.subject_no = subjects.subject_no
INNER JOIN codes.penalty_reasons ON decisions.ground = penalty_reasons.ground
INNER JOIN codes.divisions ON substr(subjects.division, 1, 4) || '00' = divisions.code
INNER JOIN world.attributes AS names
    ON decisions.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= decisions.decided
    AND decisions.decided < coalesce(names.valid_to, DATE '9999-12-31')
LEFT JOIN heads ON decisions.conduct_no = heads.conduct_no
