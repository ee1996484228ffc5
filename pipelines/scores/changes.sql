-- What changes points, and while it does: an entry changes them from the day on which the keeper shows it
-- (or from the first of the next month) until it shows it no longer. How long an act counts is said by its
-- list, whose entries end. A rule for the ground of an entry takes the place of the rule for its list.
-- source: the code list points, which names the rule each rests on
-- grain: one row per keeper, subject, entry version and period
-- key: keeper, subject_id, entry_version, from_day
WITH ruled AS (
    SELECT
        counted.keeper,
        counted.subject_id,
        counted.entry_version,
        CAST(coalesce(of_ground.change, of_list.change) AS INTEGER) AS change,
        coalesce(of_ground.effective, of_list.effective) AS effective,
        concat_ws(':', counted.list, of_ground.ground) AS reason,
        counted.from_day,
        counted.to_day
    FROM scores.counted
    LEFT JOIN codes.points AS of_ground
        ON of_ground.keeper = counted.keeper
        AND of_ground.list = counted.list
        AND of_ground.ground = counted.ground
    LEFT JOIN codes.points AS of_list
        ON of_list.keeper = counted.keeper
        AND of_list.list = counted.list
        AND of_list.ground IS NULL
    WHERE coalesce(of_ground.change, of_list.change) IS NOT NULL
),

held AS (
    SELECT
        keeper,
        subject_id,
        entry_version,
        change,
        reason,
        CASE effective WHEN 'next_month' THEN month_after(from_day) ELSE from_day END AS from_day,
        CASE effective WHEN 'next_month' THEN month_after(to_day) ELSE to_day END AS to_day
    FROM ruled
)

SELECT
    keeper,
    subject_id,
    entry_version,
    change,
    reason,
    from_day,
    to_day
FROM held
WHERE from_day < until(to_day)
