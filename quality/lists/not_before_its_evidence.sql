-- An entry begins no earlier than what it rests on is believed.
-- table: lists.entries
-- outcome: warn
SELECT
    entries.entry_version,
    entries.list,
    entries.from_day,
    min(events.from_day) AS believed_from
FROM lists.entries
INNER JOIN lists.evidence
    ON evidence.entry_version = entries.entry_version
    AND evidence.parent_kind = 'event'
INNER JOIN merge.events
    ON concat_ws(':', id_text(events.record_id), id_text(events.version)) = evidence.parent_id
GROUP BY entries.entry_version, entries.list, entries.from_day
HAVING entries.from_day < min(events.from_day)
