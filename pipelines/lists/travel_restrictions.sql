-- Persons restricted from travel, and firms whose leaders are: debtors who could pay and refuse, evade
-- enforcement or break a spending order may not leave the country until the judgment is fulfilled, at
-- most for two years from the decision.
-- source: court rules on limiting high spending and on leaving the country; which cases, and the term
--         (that of the list of dishonest persons), are ours
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
    AND ground IN ('able_but_refuses', 'evasion', 'spending_order')
    AND event_day IS NOT NULL
    AND greatest(from_day, event_day) < until(least(to_day, valid_to, event_day + 730))
