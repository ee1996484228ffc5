-- What sources state of subjects, property by property, with the subject they state it of, while both the
-- statement and the match are believed.
-- source: conform.statements and resolve.matches
-- grain: one row per record, version, property and period of belief
-- key: record_id, version, property, value, from_day
SELECT
    matches.subject_id,
    statements.record_id,
    statements.version,
    statements.feed,
    statements.property,
    statements.value,
    statements.valid_from,
    statements.valid_to,
    greatest(statements.from_day, matches.from_day) AS from_day,
    least(statements.to_day, matches.to_day) AS to_day
FROM conform.statements
INNER JOIN resolve.matches
    ON matches.record_id = statements.record_id
    AND matches.version = statements.version
    AND matches.role = 'stated'
    AND meet(matches.from_day, matches.to_day, statements.from_day, statements.to_day)
