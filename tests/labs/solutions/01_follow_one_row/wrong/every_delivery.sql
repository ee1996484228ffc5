-- refused by: first_delivery
WITH RECURSIVE walk AS (
    SELECT asked.entry_version, evidence.parent_kind, evidence.parent_id
    FROM asked JOIN evidence USING (entry_version)
    UNION
    SELECT walk.entry_version, evidence.parent_kind, evidence.parent_id
    FROM walk JOIN evidence ON walk.parent_kind = 'entry' AND evidence.entry_version = walk.parent_id
)
SELECT DISTINCT walk.entry_version, feed, file, line
FROM walk JOIN lines ON parent_kind = 'event' AND parent_id = record_id || ':' || version
