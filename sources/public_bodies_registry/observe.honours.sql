-- Volunteer services and honours, as whoever organised or bestowed them entered them.
-- source: world.conduct, world.subjects, world.attributes, codes.honour_kinds
-- grain: one row per certificate
-- key: zsbh, held_from
SELECT
    conduct.document_no AS zsbh,
    names.value AS mc,
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
INNER JOIN world.attributes AS names
    ON conduct.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= conduct.decided
    AND conduct.decided < coalesce(names.valid_to, DATE '9999-12-31')
WHERE conduct.conduct_kind IN ('volunteering', 'honour')
