-- A reprimand or small fine is shown for three months (90 days) on the enterprise publicity system.
-- table: lists.entries
-- outcome: warn
SELECT
    entries.entry_version,
    entries.subject_id,
    entries.to_day,
    max(events.event_day) AS event_day,
    max(events.event_day) + 90 AS day
FROM lists.entries
INNER JOIN lists.evidence
    ON evidence.entry_version = entries.entry_version
    AND evidence.parent_kind = 'event'
INNER JOIN merge.events
    ON concat_ws(':', id_text(events.record_id), id_text(events.version)) = evidence.parent_id
WHERE entries.list = 'administrative_penalties'
    AND entries.severity = 'minor'
GROUP BY entries.entry_version, entries.subject_id, entries.to_day
HAVING until(entries.to_day) > max(events.event_day) + 90
