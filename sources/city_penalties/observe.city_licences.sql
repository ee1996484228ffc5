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
        c.conduct_no,
        n.value AS name,
        p.resident_no
    FROM licences AS c
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
    c.document_no AS xk_wsh,
    n.value AS xk_xdr_mc,
    CASE
        WHEN s.kind = 'resident' THEN '自然人'
        WHEN starts_with(s.uscc, '92') THEN '个体工商户'
        ELSE '法人及非法人组织'
    END AS xk_xdr_lb,
    s.uscc AS code_1,
    s.registration_no AS code_2,
    s.org_code AS code_3,
    s.tax_no AS code_4,
    CAST(NULL AS VARCHAR) AS code_5,
    CAST(NULL AS VARCHAR) AS code_6,
    h.name AS xk_frdb,
    h.resident_no AS xk_fr_zjhm,
    s.resident_no AS xk_xdr_zjhm,
    k.code AS xk_xkws,
    k.licence_kind AS xk_xklb,
    '准予' || k.code || '所载事项' AS xk_nr,
    replace(CAST(c.decided AS VARCHAR), '-', '/') AS xk_jdrq,
    replace(CAST(c.decided AS VARCHAR), '-', '/') AS xk_yxqz,
    -- the last day on which it holds
    replace(CAST(c.due - 1 AS VARCHAR), '-', '/') AS xk_yxqzi,
    c.detail AS xk_xkjg,
    d.code AS xk_xkjgdm,
    '1' AS xk_zt,
    d.name_zh || '信用信息平台' AS xk_sjly,
    CAST(NULL AS VARCHAR) AS bz,
    c.held_from,
    c.held_to
FROM licences AS c
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN codes.licence_documents AS k ON c.ground = k.ground
INNER JOIN codes.divisions AS d ON substr(s.division, 1, 4) || '00' = d.code
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
LEFT JOIN heads AS h ON c.conduct_no = h.conduct_no
