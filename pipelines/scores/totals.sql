-- Points of each subject after every day on which they change: the keeper's start plus all changes so
-- far, held between its floor and its ceiling. A subject without a row has the points it started with.
-- source: the code list keepers
-- grain: one row per keeper, subject and period
-- key: keeper, subject_id, from_day
-- intervals: union by keeper, subject_id, points
WITH daily AS (
    SELECT
        keeper,
        subject_id,
        day,
        sum(change) AS change
    FROM scores.points
    GROUP BY keeper, subject_id, day
),

running AS (
    SELECT
        keeper,
        subject_id,
        day,
        sum(change) OVER (
            PARTITION BY keeper, subject_id
            ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS change,
        lead(day) OVER (PARTITION BY keeper, subject_id ORDER BY day) AS next_day
    FROM daily
)

SELECT
    running.keeper,
    running.subject_id,
    CAST(
        least(
            greatest(CAST(keepers.start AS INTEGER) + running.change, CAST(keepers.floor AS INTEGER)),
            CAST(keepers.ceiling AS INTEGER)
        ) AS INTEGER
    ) AS points,
    running.day AS from_day,
    running.next_day AS to_day
FROM running
INNER JOIN codes.keepers ON keepers.keeper = running.keeper
