-- refused by: follows_far
WITH walk AS (
    SELECT asked.entry_version, b.parent_id
    FROM asked JOIN evidence AS a USING (entry_version)
    JOIN evidence AS b ON b.entry_version = a.parent_id AND b.parent_kind = 'event'
)
SELECT entry_version, arg_min(feed, (published, file, line)) AS feed,
    arg_min(file, (published, file, line)) AS file, arg_min(line, (published, file, line)) AS line
FROM walk JOIN lines ON parent_id = record_id || ':' || version
GROUP BY entry_version, parent_id
