-- refused by: first_delivery
WITH RECURSIVE walk AS (
    SELECT asked.entry_version, evidence.parent_kind, evidence.parent_id
    FROM asked JOIN evidence USING (entry_version)
    UNION
    SELECT walk.entry_version, evidence.parent_kind, evidence.parent_id
    FROM walk JOIN evidence ON walk.parent_kind = 'entry' AND evidence.entry_version = walk.parent_id
)
SELECT entry_version, arg_max(feed, (published, file, line)) AS feed,
    arg_max(file, (published, file, line)) AS file, arg_max(line, (published, file, line)) AS line
FROM walk JOIN lines ON parent_kind = 'event' AND parent_id = record_id || ':' || version
GROUP BY entry_version, parent_id
