-- Persons and firms who did not do what a court ordered: on the list for two years from the day on which
-- the court decided to enter them, once that is published, unless the judgment is fulfilled first. Severity
-- follows the conduct the court found.
-- source: the Supreme People's Court's provisions on publishing dishonest judgment debtors (term two years)
-- grain: one row an entry, period and parent
-- key: entry_key, subject_id, ground, severity, from_day, parent_id
-- unit: entry_key
-- touches: merge.events e ON e.record_id = unit.entry_key AND e.event_kind = 'judgment_default'
SELECT
    e.record_id AS entry_key,
    e.subject_id AS subject_id,
    e.ground AS ground,
    e.severity AS severity,
    greatest(e.from_day, e.event_day) AS from_day,
    least(e.to_day, e.valid_to, e.event_day + 730) AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(e.record_id), id_text(e.version)) AS parent_id
FROM merge.events AS e
WHERE e.event_kind = 'judgment_default'
    AND e.event_day IS NOT NULL
    AND greatest(e.from_day, e.event_day) < until(least(e.to_day, e.valid_to, e.event_day + 730))
