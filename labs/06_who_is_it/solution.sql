-- Lab 6. One SELECT; see README.md. Give record_id, subject_id.
SELECT DISTINCT
    records.record_id,
    register.subject_id
FROM records
INNER JOIN register ON records.code = register.uscc
