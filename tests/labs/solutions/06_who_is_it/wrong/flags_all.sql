-- refused by: precision
SELECT record_id, min(subject_id) AS subject_id
FROM records JOIN register ON register.uscc = records.code OR left(register.name, 3) = left(records.name, 3)
GROUP BY record_id
