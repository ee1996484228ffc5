-- Changes of points, each with its day and its reason. An entry changes points from the day on which the
-- keeper shows it (or from the first of the next month), and the change is taken back when the keeper
-- shows it no longer. How long an act counts is said by its list, whose entries end.
-- source: the code list points, which names the rule each rests on
-- grain: one row per keeper, subject, day, reason and cause
-- key: keeper, subject_id, day, reason, because, change
WITH held AS (
    SELECT
        counted.keeper,
        counted.subject_id,
        CAST(points.change AS INTEGER) AS change,
        concat_ws(':', points.list, points.ground) AS reason,
        concat_ws(':', 'entry', id_text(counted.entry_version)) AS because,
        CASE points.effective
            WHEN 'next_month' THEN month_after(counted.from_day)
            ELSE counted.from_day
        END AS from_day,
        CASE points.effective
            WHEN 'next_month' THEN month_after(counted.to_day)
            ELSE counted.to_day
        END AS to_day
    FROM scores.counted
    INNER JOIN codes.points
        ON points.keeper = counted.keeper
        AND points.list = counted.list
        AND coalesce(points.ground, counted.ground, '∅') = coalesce(counted.ground, '∅')
)

SELECT
    keeper,
    subject_id,
    from_day AS day,
    change,
    reason,
    because
FROM held
WHERE from_day < until(to_day)
UNION ALL
SELECT
    keeper,
    subject_id,
    to_day AS day,
    -change AS change,
    reason,
    because
FROM held
WHERE from_day < to_day
