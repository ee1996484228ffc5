-- Licences the city's offices have granted and still keep on file, with the party columns of the
-- penalties.
-- source: world.conduct, world.subjects, world.attributes, world.links, codes.divisions,
--         codes.licence_documents
-- grain: one row per licence
-- key: xk_wsh, held_from
WITH licences AS (
    SELECT *
    FROM world.conduct
    WHERE conduct_kind = 'licence'
),

heads AS (
    SELECT
        licences.conduct_no,
        names.value AS name,
        persons.resident_no
    FROM licences
    INNER JOIN world.links
        ON licences.subject_no = links.b_no
        AND links.link_kind = 'legal_representative'
        AND links.valid_from <= licences.decided
        AND licences.decided < coalesce(links.valid_to, DATE '9999-12-31')
    INNER JOIN world.subjects AS persons ON links.a_no = persons.subject_no
    INNER JOIN world.attributes AS names
        ON links.a_no = names.subject_no
        AND names.property = 'name'
        AND names.valid_from <= licences.decided
        AND licences.decided < coalesce(names.valid_to, DATE '9999-12-31')
)

SELECT
    licences.document_no AS xk_wsh,
    names.value AS xk_xdr_mc,
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
    replace(CAST(licences.decided AS VARCHAR), '-', '/') AS xk_jdrq,
    replace(CAST(licences.decided AS VARCHAR), '-', '/') AS xk_yxqz,
    -- the last day on which it holds
    replace(CAST(licences.due - 1 AS VARCHAR), '-', '/') AS xk_yxqzi,
    licences.detail AS xk_xkjg,
    divisions.code AS xk_xkjgdm,
    '1' AS xk_zt,
    divisions.name_zh || '信用信息平台' AS xk_sjly,
    CAST(NULL AS VARCHAR) AS bz,
    licences.held_from,
    licences.held_to
FROM licences
INNER JOIN world.subjects ON licences.subject_no = subjects.subject_no
INNER JOIN codes.licence_documents ON licences.ground = licence_documents.ground
INNER JOIN codes.divisions ON substr(subjects.division, 1, 4) || '00' = divisions.code
INNER JOIN world.attributes AS names
    ON licences.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= licences.decided
    AND licences.decided < coalesce(names.valid_to, DATE '9999-12-31')
LEFT JOIN heads ON licences.conduct_no = heads.conduct_no
