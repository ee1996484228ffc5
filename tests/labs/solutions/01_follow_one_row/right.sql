WITH RECURSIVE walk AS (
    SELECT asked.entry_version, evidence.parent_kind, evidence.parent_id
    FROM asked JOIN evidence USING (entry_version)
    UNION
    SELECT walk.entry_version, evidence.parent_kind, evidence.parent_id
    FROM walk JOIN evidence ON walk.parent_kind = 'entry' AND evidence.entry_version = walk.parent_id
), numbered AS (
    SELECT walk.entry_version, feed, file, line,
        row_number() OVER (PARTITION BY walk.entry_version, parent_id ORDER BY published, file, line) AS n
    FROM walk JOIN lines ON parent_kind = 'event' AND parent_id = record_id || ':' || version
)
SELECT entry_version, feed, file, line FROM numbered WHERE n = 1
