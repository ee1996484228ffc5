-- Volunteer services and honours, as whoever organised or bestowed them entered them.
-- source: world.conduct, world.subjects, world.names, codes.honour_kinds
-- grain: one row per certificate
-- key: zsbh, held_from
SELECT
    conduct.document_no AS zsbh,
    names.name AS mc,
    subjects.resident_no AS sfhm,
    subjects.uscc AS tyshxydm,
    honour_kinds.code AS xmlb,
    CASE WHEN conduct.conduct_kind = 'volunteering' THEN conduct.detail END AS fwsc,
    CAST(conduct.decided AS VARCHAR) AS bfrq,
    conduct.office AS bfdw,
    conduct.held_from,
    conduct.held_to
FROM world.conduct
INNER JOIN world.subjects ON conduct.subject_no = subjects.subject_no
INNER JOIN codes.honour_kinds ON conduct.ground = honour_kinds.ground
INNER JOIN world.names
    ON conduct.subject_no = names.subject_no
    AND on_day(names.valid_from, names.valid_to, conduct.decided)
WHERE conduct.conduct_kind IN ('volunteering', 'honour')
