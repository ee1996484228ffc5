-- Who legally represents each organisation, under the name borne at the time.
-- source: world.links, world.names, world.subjects
-- grain: one row per organisation, person in the post and name of that person
-- key: subject_no, resident_no, valid_from
SELECT
    links.b_no AS subject_no,
    subjects.resident_no,
    names.name,
    greatest(links.valid_from, names.valid_from) AS valid_from,
    least(links.valid_to, names.valid_to) AS valid_to
FROM world.links
INNER JOIN world.subjects ON subjects.subject_no = links.a_no
INNER JOIN world.names
    ON names.subject_no = links.a_no
    AND meet(names.valid_from, names.valid_to, links.valid_from, links.valid_to)
WHERE links.link_kind = 'legal_representative'
