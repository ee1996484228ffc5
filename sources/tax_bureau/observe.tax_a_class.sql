-- Taxpayers graded A for a year, under the unified code that has been their tax number since 2015.
-- source: world.conduct, world.subjects, world.names
-- grain: one row per taxpayer and year
-- key: nsrsbh, pdnd, held_from
SELECT
    subjects.uscc AS nsrsbh,
    names.name AS nsrmc,
    'A' AS pddj,
    conduct.detail AS pdnd,
    conduct.office AS pdjg,
    CAST(conduct.decided AS VARCHAR) AS gbrq,
    conduct.held_from,
    conduct.held_to
FROM world.conduct
INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
INNER JOIN world.names
    ON conduct.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, conduct.decided)
WHERE conduct.conduct_kind = 'tax_a_class'
