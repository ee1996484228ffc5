-- What each subject is called, and from when to when.
-- source: world.attributes
-- grain: one row per subject and name
-- key: subject_no, valid_from
SELECT
    subject_no,
    value AS name,
    valid_from,
    valid_to
FROM world.attributes
WHERE property = 'name'
