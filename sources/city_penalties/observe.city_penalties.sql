-- Penalties the city's offices have decided and still show. An organisation stands with every number
-- the layout asks for, a person with the resident number. Names are those of the day of the decision.
-- source: world.conduct, world.subjects, world.names, world.heads, codes.divisions,
--         codes.penalty_reasons
-- grain: one row per decision
-- key: cf_wsh, held_from
WITH decisions AS (
    SELECT *
    FROM world.conduct
    WHERE conduct_kind = 'penalty' AND office = 'city'
)

SELECT
    decisions.document_no AS cf_wsh,
    names.name AS cf_xdr_mc,
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
            THEN '罚款人民币' || CAST(yuan(decisions.amount_fen) AS VARCHAR) || '元'
        ELSE '警告'
    END AS cf_nr,
    CAST(wan(decisions.amount_fen) AS VARCHAR) AS cf_nr_fk,
    CAST(NULL AS VARCHAR) AS cf_nr_wfff,
    CAST(NULL AS VARCHAR) AS cf_nr_zkdx,
    write_day(decisions.decided, '/') AS cf_jdrq,
    -- the last day on which it holds
    write_day(decisions.due - 1, '/') AS cf_yxq,
    write_day(decisions.decided + CASE WHEN decisions.amount_fen >= 100000 THEN 1095 ELSE 90 END, '/')
        AS cf_gsjzq,
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
INNER JOIN world.names
    ON decisions.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, decisions.decided)
LEFT JOIN world.heads
    ON decisions.subject_no = heads.subject_no
    AND on_day(heads.valid_from, heads.valid_to, decisions.decided)
