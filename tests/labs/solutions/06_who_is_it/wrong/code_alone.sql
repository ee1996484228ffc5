-- refused by: not_the_other
SELECT DISTINCT record_id, subject_id FROM records JOIN register ON register.uscc = records.code
