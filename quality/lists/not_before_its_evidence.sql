-- An entry begins no earlier than what it rests on is believed.
-- table: lists.entries
-- outcome: warn
SELECT
    entries.entry_version,
    entries.list,
    min(matches.from_day) AS believed_from,
    entries.from_day AS day
FROM lists.entries
INNER JOIN lists.evidence ON evidence.entry_version = entries.entry_version
INNER JOIN resolve.matches
    ON concat_ws(':', id_text(matches.record_id), id_text(matches.version)) = evidence.parent_id
GROUP BY entries.entry_version, entries.list, entries.from_day
HAVING entries.from_day < min(matches.from_day)
