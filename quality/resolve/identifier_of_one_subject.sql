-- One code on several bodies is a registry's error; what bears it stays ambiguous.
-- table: resolve.identifiers
-- outcome: warn
SELECT
    one.scheme,
    one.value,
    one.subject_id,
    other.subject_id AS other_subject_id
FROM resolve.identifiers AS one
INNER JOIN resolve.identifiers AS other
    ON other.scheme = one.scheme
    AND other.value = one.value
    AND other.subject_id > one.subject_id
    AND other.from_day < until(one.to_day)
    AND one.from_day < until(other.to_day)
