-- Purchases, transfers and repayments on time from the wallet of the messaging platform, with their sum in
-- yuan, kept for a year.
-- source: the platform's own score looks back a year; ours
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
WHERE event_kind = 'wallet_payment'
    AND event_day IS NOT NULL
    AND greatest(from_day, event_day) < until(least(to_day, event_day + 365))
