-- refused by: former_names
WITH on_the_day AS (
    SELECT record_id, subject_id, register.division = records.division AS here,
        register.name = records.name AS same,
        length(register.name) = length(records.name) AND len(list_filter(list_zip(
            string_split(register.name, ''), string_split(records.name, '')), lambda p: p[1] <> p[2])) = 1 AS near,
        register.uscc = records.code AS coded
    FROM records JOIN register
        ON valid_to IS NULL
    WHERE register.uscc = records.code OR register.name = records.name
), by_code AS (
    SELECT record_id, subject_id FROM on_the_day WHERE coded AND (same OR near)
), by_name AS (
    SELECT record_id, min(subject_id) AS subject_id FROM on_the_day WHERE same AND here
    GROUP BY record_id HAVING count(DISTINCT subject_id) = 1
)
SELECT record_id, coalesce(by_code.subject_id, by_name.subject_id) AS subject_id
FROM by_code FULL JOIN by_name USING (record_id)
