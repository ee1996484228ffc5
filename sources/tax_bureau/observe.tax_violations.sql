-- Major violations of tax law on the bureau's list. The case system still files every taxpayer under
-- division and organisation code. Names, seat and officers are those of the day of the decision. In
-- charge of finance is the employee who had been with the firm longest; a firm without employees on
-- file names nobody.
-- source: world.conduct, world.subjects, world.attributes, world.links,
--         codes.tax_violation_kinds
-- grain: one row per decision
-- key: wsh, held_from
WITH cases AS (
    SELECT *
    FROM world.conduct
    WHERE conduct_kind = 'tax_violation'
),

officers AS (
    SELECT
        c.conduct_no,
        l.link_kind,
        n.value AS name,
        row_number() OVER (
            PARTITION BY c.conduct_no, l.link_kind ORDER BY l.valid_from, l.link_no
        ) AS place
    FROM cases AS c
    INNER JOIN world.links AS l
        ON c.subject_no = l.b_no
        AND l.link_kind IN ('legal_representative', 'employment')
        AND l.valid_from <= c.decided
        AND c.decided < coalesce(l.valid_to, DATE '9999-12-31')
    INNER JOIN world.attributes AS n
        ON l.a_no = n.subject_no
        AND n.property = 'name'
        AND n.valid_from <= c.decided
        AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
)

SELECT
    c.document_no AS wsh,
    n.value AS nsrmc,
    s.division || s.org_code AS nsrsbh,
    s.org_code AS zzjgdm,
    a.value AS zcdz,
    h.name AS fddbrxm,
    f.name AS cwfzrxm,
    k.code AS ajxz,
    '经检查，该单位存在' || k.code || '的行为' AS zywfss,
    '依法追缴税款并处以罚款' AS clcf,
    CAST(c.amount_fen // 100 AS VARCHAR)
    || '.'
    || lpad(CAST(c.amount_fen % 100 AS VARCHAR), 2, '0') AS sjje,
    CAST(c.decided AS VARCHAR) AS jdrq,
    c.office AS jcjg,
    c.held_from,
    c.held_to
FROM cases AS c
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN codes.tax_violation_kinds AS k ON c.ground = k.ground
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
LEFT JOIN world.attributes AS a
    ON c.subject_no = a.subject_no
    AND a.property = 'address'
    AND a.valid_from <= c.decided
    AND c.decided < coalesce(a.valid_to, DATE '9999-12-31')
LEFT JOIN officers AS h
    ON c.conduct_no = h.conduct_no AND h.link_kind = 'legal_representative' AND h.place = 1
LEFT JOIN officers AS f
    ON c.conduct_no = f.conduct_no AND f.link_kind = 'employment' AND f.place = 1
