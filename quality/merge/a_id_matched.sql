-- The master database speaks of nobody whom resolve did not find in the record.
-- table: merge.links
-- outcome: warn
SELECT
    links.record_id,
    links.version,
    links.a_id,
    links.from_day AS day
FROM merge.links
WHERE
    NOT EXISTS (
        SELECT 1
        FROM resolve.matches
        WHERE matches.record_id = links.record_id
            AND matches.version = links.version
            AND matches.role = 'a'
            AND matches.subject_id = links.a_id
    )
