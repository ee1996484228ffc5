-- Bills in arrears, each kept for a year from the day it fell due, with what is owed in yuan: the
-- company's file says when a bill was not paid, and never that it was.
-- source: ours: that arrears count for a year
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, value, from_day, parent_id
SELECT
    act_id AS entry_key,
    subject_id,
    ground,
    severity,
    as_told AS value,
    greatest(from_day, event_day) AS from_day,
    least(to_day, event_day + 365) AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.acts
WHERE event_kind = 'utility_arrears'
    AND event_day IS NOT NULL
    AND greatest(from_day, event_day) < until(least(to_day, event_day + 365))
