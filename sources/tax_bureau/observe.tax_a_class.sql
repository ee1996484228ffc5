-- Taxpayers graded A for a year, under the unified code that has been their tax number since 2015.
-- source: world.conduct, world.subjects, world.attributes
-- grain: one row per taxpayer and year
-- key: nsrsbh, pdnd, held_from
SELECT
    s.uscc AS nsrsbh,
    n.value AS nsrmc,
    'A' AS pddj,
    c.detail AS pdnd,
    c.office AS pdjg,
    CAST(c.decided AS VARCHAR) AS gbrq,
    c.held_from,
    c.held_to
FROM world.conduct AS c
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
WHERE c.conduct_kind = 'tax_a_class'
