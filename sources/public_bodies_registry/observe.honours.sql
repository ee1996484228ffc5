-- Volunteer services and honours, as whoever organised or bestowed them entered them.
-- source: world.conduct, world.subjects, world.attributes, codes.honour_kinds
-- grain: one row per certificate
-- key: zsbh, held_from
SELECT
    c.document_no AS zsbh,
    n.value AS mc,
    s.resident_no AS sfhm,
    s.uscc AS tyshxydm,
    k.code AS xmlb,
    CASE WHEN c.conduct_kind = 'volunteering' THEN c.detail END AS fwsc,
    CAST(c.decided AS VARCHAR) AS bfrq,
    c.office AS bfdw,
    c.held_from,
    c.held_to
FROM world.conduct AS c
INNER JOIN world.subjects AS s ON c.subject_no = s.subject_no
INNER JOIN codes.honour_kinds AS k ON c.ground = k.ground
INNER JOIN world.attributes AS n
    ON c.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= c.decided
    AND c.decided < coalesce(n.valid_to, DATE '9999-12-31')
WHERE c.conduct_kind IN ('volunteering', 'honour')
