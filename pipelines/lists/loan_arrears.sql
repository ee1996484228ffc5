-- Loans in arrears, with what is owed in yuan: negative data, kept for five years at most.
-- source: the credit reporting rules (negative data five years)
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, value, from_day, parent_id
SELECT
    record_id AS entry_key,
    subject_id,
    ground,
    severity,
    as_told AS value,
    greatest(from_day, event_day) AS from_day,
    least(to_day, event_day + 1825) AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.events
WHERE event_kind = 'loan_overdue'
    AND event_day IS NOT NULL
    AND greatest(from_day, event_day) < until(least(to_day, event_day + 1825))
