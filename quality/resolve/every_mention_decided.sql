-- A mention is matched or unmatched on each day it is believed; nothing else is.
-- table: resolve.mentions
-- outcome: warn
WITH days_of_each AS (
    SELECT
        record_id,
        version,
        role,
        date_diff('day', from_day, until(to_day)) AS days
    FROM resolve.mentions
    UNION ALL
    SELECT
        record_id,
        version,
        role,
        -date_diff('day', from_day, until(to_day)) AS days
    FROM resolve.matches
    UNION ALL
    SELECT
        record_id,
        version,
        role,
        -date_diff('day', from_day, until(to_day)) AS days
    FROM resolve.unmatched
)

SELECT
    days_of_each.record_id,
    days_of_each.version,
    days_of_each.role,
    sum(days_of_each.days) AS days_unaccounted_for
FROM days_of_each
CROSS JOIN codes.run
GROUP BY days_of_each.record_id, days_of_each.version, days_of_each.role, run.join_level
HAVING
    -- What nobody mentioned comes out below zero. Where nothing is joined, what has no key of its
    -- own stays undecided.
    sum(days_of_each.days) < 0
    OR (sum(days_of_each.days) > 0 AND run.join_level <> 'none')
