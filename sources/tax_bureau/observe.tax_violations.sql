-- Major violations of tax law on the bureau's list. The case system still files every taxpayer under
-- division and organisation code. Names, seat and officers are those of the day of the decision. In
-- charge of finance is the employee who had been with the firm longest; a firm without employees on
-- file names nobody.
-- source: world.conduct, world.subjects, world.attributes, world.names, world.links,
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
        names.name,
        row_number() OVER (
            PARTITION BY cases.conduct_no, links.link_kind ORDER BY links.valid_from, links.link_no
        ) AS place
    FROM cases
    INNER JOIN world.links
        ON cases.subject_no = links.b_no
        AND links.link_kind IN ('legal_representative', 'employment')
        AND on_day(links.valid_from, links.valid_to, cases.decided)
    INNER JOIN world.names
        ON links.a_no = names.subject_no
        AND on_day(names.valid_from, names.valid_to, cases.decided)
)

SELECT
    cases.document_no AS wsh,
    names.name AS nsrmc,
    subjects.division || subjects.org_code AS nsrsbh,
    subjects.org_code AS zzjgdm,
    addresses.value AS zcdz,
    heads.name AS fddbrxm,
    finance.name AS cwfzrxm,
    tax_violation_kinds.code AS ajxz,
    '经检查，该单位存在' || tax_violation_kinds.code || '的行为' AS zywfss,
    '依法追缴税款并处以罚款' AS clcf,
    CAST(yuan(cases.amount_fen) AS VARCHAR) AS sjje,
    CAST(cases.decided AS VARCHAR) AS jdrq,
    cases.office AS jcjg,
    cases.held_from,
    cases.held_to
FROM cases
INNER JOIN world.subjects ON cases.subject_no = subjects.subject_no
INNER JOIN codes.tax_violation_kinds ON cases.ground = tax_violation_kinds.ground
INNER JOIN world.names
    ON cases.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, cases.decided)
LEFT JOIN world.attributes AS addresses
    ON cases.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND on_day(addresses.valid_from, addresses.valid_to, cases.decided)
LEFT JOIN officers AS heads
    ON cases.conduct_no = heads.conduct_no AND heads.link_kind = 'legal_representative' AND heads.place = 1
LEFT JOIN officers AS finance
    ON cases.conduct_no = finance.conduct_no AND finance.link_kind = 'employment' AND finance.place = 1
