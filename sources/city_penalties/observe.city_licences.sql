-- Licences the city's offices have granted and still keep on file, with the party columns of the
-- penalties.
-- source: world.conduct, world.subjects, world.names, world.heads, codes.divisions,
--         codes.licence_documents
-- grain: one row per licence
-- key: xk_wsh, held_from
SELECT
    conduct.document_no AS xk_wsh,
    names.name AS xk_xdr_mc,
    CASE
        WHEN subjects.kind = 'resident' THEN '自然人'
        WHEN starts_with(subjects.uscc, '92') THEN '个体工商户'
        ELSE '法人及非法人组织'
    END AS xk_xdr_lb,
    subjects.uscc AS code_1,
    subjects.registration_no AS code_2,
    subjects.org_code AS code_3,
    subjects.tax_no AS code_4,
    CAST(NULL AS VARCHAR) AS code_5,
    CAST(NULL AS VARCHAR) AS code_6,
    heads.name AS xk_frdb,
    heads.resident_no AS xk_fr_zjhm,
    subjects.resident_no AS xk_xdr_zjhm,
    licence_documents.code AS xk_xkws,
    licence_documents.licence_kind AS xk_xklb,
    '准予' || licence_documents.code || '所载事项' AS xk_nr,
    write_day(conduct.decided, '/') AS xk_jdrq,
    write_day(conduct.decided, '/') AS xk_yxqz,
    -- the last day on which it holds
    write_day(conduct.due - 1, '/') AS xk_yxqzi,
    conduct.detail AS xk_xkjg,
    divisions.code AS xk_xkjgdm,
    '1' AS xk_zt,
    divisions.name_zh || '信用信息平台' AS xk_sjly,
    CAST(NULL AS VARCHAR) AS bz,
    conduct.held_from,
    conduct.held_to
FROM world.conduct
INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
INNER JOIN codes.licence_documents ON conduct.ground = licence_documents.ground
INNER JOIN codes.divisions ON substr(subjects.division, 1, 4) || '00' = divisions.code
INNER JOIN world.names
    ON conduct.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, conduct.decided)
LEFT JOIN world.heads
    ON conduct.subject_no = heads.subject_no
    AND on_day(heads.valid_from, heads.valid_to, conduct.decided)
WHERE conduct.conduct_kind = 'licence'
