-- Only registered subjects are listed, unless islands go by keys of their own.
-- table: lists.entries
-- outcome: warn
SELECT
    entries.entry_version,
    entries.subject_id,
    entries.from_day AS day
FROM lists.entries
CROSS JOIN codes.run
WHERE run.join_level NOT IN ('none', 'own-keys')
    AND NOT EXISTS (
        SELECT 1
        FROM resolve.identifiers
        WHERE identifiers.subject_id = entries.subject_id
    )
    AND NOT EXISTS (
        SELECT 1
        FROM resolve.names
        WHERE names.subject_id = entries.subject_id
    )
