-- The master database speaks of nobody whom resolve did not find in the record.
-- table: merge.events
-- outcome: warn
SELECT
    events.record_id,
    events.version,
    events.subject_id,
    events.from_day AS day
FROM merge.events
WHERE
    NOT EXISTS (
        SELECT 1
        FROM resolve.matches
        WHERE matches.record_id = events.record_id
            AND matches.version = events.version
            AND matches.role = 'subject'
            AND matches.subject_id = events.subject_id
    )
