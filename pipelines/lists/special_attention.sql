-- Enterprises whose operation is abnormal (mostly a late annual report), while they are so.
-- source: rules on the list of abnormal operations
-- grain: one row an entry, period and parent
-- key: entry_key, subject_id, ground, severity, from_day, parent_id
-- unit: entry_key
-- touches: merge.events e ON e.record_id = unit.entry_key AND e.event_kind = 'abnormal'
SELECT
    e.record_id AS entry_key,
    e.subject_id AS subject_id,
    e.ground AS ground,
    e.severity AS severity,
    greatest(e.from_day, e.event_day) AS from_day,
    least(e.to_day, e.valid_to) AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(e.record_id), id_text(e.version)) AS parent_id
FROM merge.events AS e
WHERE e.event_kind = 'abnormal'
    AND e.event_day IS NOT NULL
    AND greatest(e.from_day, e.event_day) < until(least(e.to_day, e.valid_to))
