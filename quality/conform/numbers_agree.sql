-- The numbers a register has of one entry agree, with each other and with what it is: the organisation code
-- is characters 9 to 17 of the unified code, the department in it is that of market regulation (9) for
-- enterprises and no others, and a resident number holds the day of birth.
-- table: conform.statements
-- outcome: warn
-- severity: major
WITH numbers AS (
    SELECT
        record_id,
        version,
        feed,
        subject_kind,
        from_day,
        max(CASE property WHEN 'uscc' THEN value END) AS uscc,
        max(CASE property WHEN 'org_code' THEN value END) AS org_code,
        max(CASE property WHEN 'resident_no' THEN value END) AS resident_no,
        max(CASE property WHEN 'born' THEN value END) AS born
    FROM conform.statements
    WHERE id_scheme = 'record'
        AND property IN ('uscc', 'org_code', 'resident_no', 'born')
    GROUP BY record_id, version, feed, subject_kind, from_day
)

SELECT
    record_id,
    version,
    feed,
    coalesce(uscc, resident_no) AS id_value,
    coalesce(org_code, born) AS other_value,
    from_day AS day
FROM numbers
WHERE substr(uscc, 9, 9) <> org_code
    OR (substr(uscc, 1, 1) = '9') <> (subject_kind = 'enterprise')
    OR substr(resident_no, 7, 8) <> replace(born, '-', '')
