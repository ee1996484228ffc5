-- refused by: not_the_other
WITH by_name AS (
    SELECT record_id, min(subject_id) AS subject_id FROM records JOIN register
        ON register.name = records.name AND register.division = records.division
        AND (valid_from IS NULL OR valid_from <= day) AND (valid_to IS NULL OR day < valid_to)
    GROUP BY record_id HAVING count(DISTINCT subject_id) = 1
), by_code AS (SELECT DISTINCT record_id, subject_id FROM records JOIN register ON register.uscc = records.code)
SELECT record_id, coalesce(by_code.subject_id, by_name.subject_id) AS subject_id
FROM by_code FULL JOIN by_name USING (record_id)
