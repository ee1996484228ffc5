-- Changes of points, each with its day and its reason. An act changes points from the day it is both done
-- and believed (or from the first of the next month). The change is taken back on the day belief ends, or
-- when the term is over that runs from the day of the act: what is told later than that never counts.
-- A list changes points while the keeper shows the entry; its entries have terms of their own.
-- source: the code list points, which names the rule each rests on
-- grain: one row per keeper, subject, day, reason and cause
-- key: keeper, subject_id, day, reason, because, change
WITH rules AS (
    SELECT
        points.keeper,
        points.trigger_kind,
        points.trigger AS trigger_name,
        points.ground,
        CAST(points.change AS INTEGER) AS change,
        points.effective,
        CAST(points.term_days AS INTEGER) AS term_days
    FROM codes.points
    INNER JOIN codes.join_levels AS level_needed ON level_needed.code = points.join_level
    INNER JOIN codes.run ON 1 = 1
    INNER JOIN codes.join_levels AS level_of_run
        ON level_of_run.code = run.join_level
        AND CAST(level_of_run.rank AS INTEGER) >= CAST(level_needed.rank AS INTEGER)
),

held AS (
    SELECT
        rules.keeper,
        acts.subject_id,
        rules.change,
        rules.effective,
        concat_ws(':', rules.trigger_name, acts.ground) AS reason,
        acts.because,
        greatest(acts.from_day, acts.event_day) AS from_day,
        least(acts.to_day, acts.event_day + rules.term_days) AS to_day
    FROM scores.acts
    INNER JOIN rules
        ON rules.trigger_kind = acts.trigger_kind
        AND rules.trigger_name = acts.trigger_name
        AND (rules.ground IS NULL OR rules.ground = acts.ground)
    WHERE acts.trigger_kind = 'event'
        AND acts.event_day IS NOT NULL
    UNION ALL
    SELECT
        rules.keeper,
        acts.subject_id,
        rules.change,
        rules.effective,
        rules.trigger_name AS reason,
        acts.because,
        acts.from_day,
        acts.to_day
    FROM scores.acts
    INNER JOIN rules
        ON rules.trigger_kind = acts.trigger_kind
        AND rules.trigger_name = acts.trigger_name
        AND rules.keeper = acts.keeper
    WHERE acts.trigger_kind = 'list'
),

effective AS (
    SELECT
        keeper,
        subject_id,
        change,
        reason,
        because,
        CASE effective WHEN 'next_month' THEN month_after(from_day) ELSE from_day END
            AS from_day,
        CASE effective WHEN 'next_month' THEN month_after(to_day) ELSE to_day END AS to_day
    FROM held
)

SELECT
    keeper,
    subject_id,
    from_day AS day,
    change,
    reason,
    because
FROM effective
WHERE from_day < until(to_day)
UNION ALL
SELECT
    keeper,
    subject_id,
    to_day AS day,
    -change AS change,
    reason,
    because
FROM effective
WHERE from_day < to_day
