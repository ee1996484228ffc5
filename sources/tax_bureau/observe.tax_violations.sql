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
        cases.conduct_no,
        links.link_kind,
        names.value AS name,
        row_number() OVER (
            PARTITION BY cases.conduct_no, links.link_kind ORDER BY links.valid_from, links.link_no
        ) AS place
    FROM cases
    INNER JOIN world.links
        ON cases.subject_no = links.b_no
        AND links.link_kind IN ('legal_representative', 'employment')
        AND links.valid_from <= cases.decided
        AND cases.decided < coalesce(links.valid_to, DATE '9999-12-31')
    INNER JOIN world.attributes AS names
        ON links.a_no = names.subject_no
        AND names.property = 'name'
        AND names.valid_from <= cases.decided
        AND cases.decided < coalesce(names.valid_to, DATE '9999-12-31')
)

SELECT
    cases.document_no AS wsh,
    names.value AS nsrmc,
    subjects.division || subjects.org_code AS nsrsbh,
    subjects.org_code AS zzjgdm,
    addresses.value AS zcdz,
    heads.name AS fddbrxm,
    finance.name AS cwfzrxm,
    tax_violation_kinds.code AS ajxz,
    '经检查，该单位存在' || tax_violation_kinds.code || '的行为' AS zywfss,
    '依法追缴税款并处以罚款' AS clcf,
    CAST(cases.amount_fen // 100 AS VARCHAR)
    || '.'
    || lpad(CAST(cases.amount_fen % 100 AS VARCHAR), 2, '0') AS sjje,
    CAST(cases.decided AS VARCHAR) AS jdrq,
    cases.office AS jcjg,
    cases.held_from,
    cases.held_to
FROM cases
INNER JOIN world.subjects ON cases.subject_no = subjects.subject_no
INNER JOIN codes.tax_violation_kinds ON cases.ground = tax_violation_kinds.ground
INNER JOIN world.attributes AS names
    ON cases.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= cases.decided
    AND cases.decided < coalesce(names.valid_to, DATE '9999-12-31')
LEFT JOIN world.attributes AS addresses
    ON cases.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND addresses.valid_from <= cases.decided
    AND cases.decided < coalesce(addresses.valid_to, DATE '9999-12-31')
LEFT JOIN officers AS heads
    ON cases.conduct_no = heads.conduct_no AND heads.link_kind = 'legal_representative' AND heads.place = 1
LEFT JOIN officers AS finance
    ON cases.conduct_no = finance.conduct_no AND finance.link_kind = 'employment' AND finance.place = 1
