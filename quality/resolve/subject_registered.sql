-- A match leads to a registered subject, unless each island keeps its own keys.
-- table: resolve.matches
-- outcome: warn
SELECT
    matches.record_id,
    matches.version,
    matches.role,
    matches.subject_id,
    matches.from_day AS day
FROM resolve.matches
WHERE matches.method <> 'own_key'
    AND NOT EXISTS (
        SELECT 1
        FROM resolve.identifiers
        WHERE identifiers.subject_id = matches.subject_id
    )
    AND NOT EXISTS (
        SELECT 1
        FROM resolve.names
        WHERE names.subject_id = matches.subject_id
    )
