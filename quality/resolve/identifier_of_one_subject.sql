-- One code on several bodies is a registry's error; what bears it stays ambiguous.
-- table: resolve.identifiers
-- outcome: warn
SELECT
    one.scheme,
    one.value,
    one.subject_id,
    other.subject_id AS other_subject_id,
    greatest(one.from_day, other.from_day) AS day
FROM resolve.identifiers AS one
INNER JOIN resolve.identifiers AS other
    ON other.scheme = one.scheme
    AND other.value = one.value
    AND other.subject_id > one.subject_id
    AND meet(other.from_day, other.to_day, one.from_day, one.to_day)
