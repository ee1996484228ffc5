-- refused by: precision
SELECT record_id, min_by(subject_id, levenshtein(register.name, records.name) * 100 + (register.uscc = records.code)::INT) AS subject_id
FROM records CROSS JOIN register GROUP BY record_id
