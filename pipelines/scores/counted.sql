-- What counts for a keeper of scores: the entries it shows of the lists its points come from, of those it
-- scores. An entry is one thing in whatever version, so where two of its versions are shown on one day,
-- having come by two ways, the later one counts.
-- source: an entry is counted once, ours
-- grain: one row per keeper, entry, subject and period
-- key: keeper, entry_id, subject_id, from_day
-- intervals: union by keeper, entry_version, subject_id
WITH shown AS (
    SELECT
        held.keeper,
        held.list,
        held.entry_id,
        held.entry_version,
        held.subject_id,
        held.ground,
        held.version_day,
        greatest(held.from_day, members.from_day) AS from_day,
        least(held.to_day, members.to_day) AS to_day
    FROM exchange.held_by_keepers AS held
    INNER JOIN scores.members
        ON members.keeper = held.keeper
        AND members.subject_id = held.subject_id
        AND meet(members.from_day, members.to_day, held.from_day, held.to_day)
    WHERE EXISTS (
            SELECT 1
            FROM codes.points
            WHERE points.keeper = held.keeper
                AND points.list = held.list
        )
),

versions AS (
    SELECT
        keeper,
        entry_id,
        subject_id,
        count(*) AS times
    FROM shown
    GROUP BY keeper, entry_id, subject_id
),

several AS (
    SELECT shown.*
    FROM shown
    INNER JOIN versions
        ON versions.keeper = shown.keeper
        AND versions.entry_id = shown.entry_id
        AND versions.subject_id = shown.subject_id
        AND versions.times > 1
),

turns AS (
    SELECT
        keeper,
        entry_id,
        subject_id,
        from_day AS day
    FROM several
    UNION
    SELECT
        keeper,
        entry_id,
        subject_id,
        to_day AS day
    FROM several
    WHERE to_day IS NOT NULL
),

periods AS (
    SELECT
        keeper,
        entry_id,
        subject_id,
        day AS from_day,
        lead(day) OVER (PARTITION BY keeper, entry_id, subject_id ORDER BY day) AS to_day
    FROM turns
),

ranked AS (
    SELECT
        several.keeper,
        several.list,
        several.entry_id,
        several.entry_version,
        several.subject_id,
        several.ground,
        periods.from_day,
        periods.to_day,
        row_number() OVER (
            PARTITION BY several.keeper, several.entry_id, several.subject_id, periods.from_day
            ORDER BY several.version_day DESC, several.entry_version
        ) AS place
    FROM periods
    INNER JOIN several
        ON several.keeper = periods.keeper
        AND several.entry_id = periods.entry_id
        AND several.subject_id = periods.subject_id
        AND on_day(several.from_day, several.to_day, periods.from_day)
)

SELECT
    shown.keeper,
    shown.list,
    shown.entry_id,
    shown.entry_version,
    shown.subject_id,
    shown.ground,
    shown.from_day,
    shown.to_day
FROM shown
INNER JOIN versions
    ON versions.keeper = shown.keeper
    AND versions.entry_id = shown.entry_id
    AND versions.subject_id = shown.subject_id
    AND versions.times = 1
UNION ALL
SELECT
    keeper,
    list,
    entry_id,
    entry_version,
    subject_id,
    ground,
    from_day,
    to_day
FROM ranked
WHERE place = 1
