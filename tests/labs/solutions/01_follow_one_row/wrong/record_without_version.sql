-- refused by: nothing_else
WITH RECURSIVE walk AS (
    SELECT asked.entry_version, evidence.parent_kind, evidence.parent_id
    FROM asked JOIN evidence USING (entry_version)
    UNION
    SELECT walk.entry_version, evidence.parent_kind, evidence.parent_id
    FROM walk JOIN evidence ON walk.parent_kind = 'entry' AND evidence.entry_version = walk.parent_id
)
SELECT DISTINCT entry_version, feed, file, line
FROM walk JOIN (
    SELECT record_id, min(file) AS file FROM lines GROUP BY record_id
) AS firsts ON parent_kind = 'event' AND split_part(parent_id, ':', 1) = firsts.record_id
JOIN (SELECT DISTINCT feed, file, line FROM lines) AS all_lines USING (file)
WHERE line <= 3
