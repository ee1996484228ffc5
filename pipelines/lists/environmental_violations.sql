-- Penalties for pollution above the permitted limit and for dumping waste, as the ecology bureau hands
-- them on: three years from the decision.
-- source: rules on rating the environmental credit of enterprises; the term of other penalties, ours
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, value, from_day, parent_id
SELECT
    record_id AS entry_key,
    subject_id,
    ground,
    severity,
    as_told AS value,
    greatest(from_day, event_day) AS from_day,
    least(to_day, event_day + 1095) AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.events
WHERE event_kind = 'penalty'
    AND ground IN ('emissions', 'illegal_dumping')
    AND event_day IS NOT NULL
    AND greatest(from_day, event_day) < until(least(to_day, event_day + 1095))
