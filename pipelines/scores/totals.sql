-- Points of each subject after every day on which they change: the keeper's start plus all changes so
-- far, held between its floor and its ceiling. A subject without a row has the points it started with.
-- source: the code list keepers
-- grain: one row a keeper, subject and period
-- key: keeper, subject_id, from_day
-- intervals: union
WITH daily AS (
    SELECT
        p.keeper AS keeper,
        p.subject_id AS subject_id,
        p.day AS day,
        sum(p.change) AS change
    FROM scores.points AS p
    GROUP BY p.keeper, p.subject_id, p.day
),

running AS (
    SELECT
        d.keeper AS keeper,
        d.subject_id AS subject_id,
        d.day AS day,
        sum(d.change) OVER (
            PARTITION BY d.keeper, d.subject_id
            ORDER BY d.day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS change,
        lead(d.day) OVER (PARTITION BY d.keeper, d.subject_id ORDER BY d.day) AS next_day
    FROM daily AS d
)

SELECT
    r.keeper AS keeper,
    r.subject_id AS subject_id,
    CAST(
        least(
            greatest(CAST(k.start AS INTEGER) + r.change, CAST(k.floor AS INTEGER)),
            CAST(k.ceiling AS INTEGER)
        ) AS INTEGER
    ) AS points,
    r.day AS from_day,
    r.next_day AS to_day
FROM running AS r
INNER JOIN codes.keepers AS k ON k.keeper = r.keeper
