-- Persons and firms who did not do what a court ordered: on the list for two years from the day on which
-- the court decided to enter them, once that is published, unless the judgment is fulfilled first. Severity
-- follows the conduct the court found.
-- source: the Supreme People's Court's provisions on publishing dishonest judgment debtors (term two years)
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, value, from_day, parent_id
SELECT
    record_id AS entry_key,
    subject_id,
    ground,
    severity,
    as_told AS value,
    greatest(from_day, event_day) AS from_day,
    least(to_day, valid_to, event_day + 730) AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.events
WHERE event_kind = 'judgment_default'
    AND event_day IS NOT NULL
    AND greatest(from_day, event_day) < until(least(to_day, valid_to, event_day + 730))
