-- Only registered subjects are listed, unless islands go by keys of their own.
-- table: exchange.adopted
-- outcome: warn
SELECT
    adopted.entry_version,
    adopted.subject_id,
    adopted.from_day AS day
FROM exchange.adopted
CROSS JOIN codes.run
WHERE run.join_level NOT IN ('none', 'own-keys')
    AND NOT EXISTS (
        SELECT 1
        FROM resolve.identifiers
        WHERE identifiers.subject_id = adopted.subject_id
    )
    AND NOT EXISTS (
        SELECT 1
        FROM resolve.names
        WHERE names.subject_id = adopted.subject_id
    )
