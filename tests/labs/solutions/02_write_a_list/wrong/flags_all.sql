-- refused by: nobody_else
SELECT subject_id, min(from_day) AS from_day, DATE '2030-01-01' AS to_day FROM acts GROUP BY subject_id
