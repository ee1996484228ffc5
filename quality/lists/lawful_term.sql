-- Nobody stays on a list longer than the law lets it last after the latest event the entry rests on.
-- The longest term of each list and the rule it rests on stand in the code list `lists`.
-- table: lists.entries
-- outcome: warn
SELECT
    entries.entry_version,
    entries.list,
    entries.subject_id,
    entries.to_day,
    max(events.event_day) AS event_day,
    max(events.event_day) + CAST(lists.longest_term_days AS INTEGER) AS day
FROM lists.entries
INNER JOIN codes.lists ON lists.list = entries.list
INNER JOIN lists.evidence
    ON evidence.entry_version = entries.entry_version
    AND evidence.parent_kind = 'event'
INNER JOIN merge.events
    ON concat_ws(':', id_text(events.record_id), id_text(events.version)) = evidence.parent_id
WHERE lists.longest_term_days IS NOT NULL
GROUP BY
    entries.entry_version,
    entries.list,
    entries.subject_id,
    entries.to_day,
    lists.longest_term_days
HAVING until(entries.to_day) > max(events.event_day) + CAST(lists.longest_term_days AS INTEGER)
