-- What counts for a keeper of scores: the entries it shows of the lists its points come from, of those it
-- scores: who lives in its city and is of the kind it scores, as the registers say on the day, and, at a
-- keeper that one joins, has joined. Whom no register knows nobody scores. An entry is one thing in
-- whatever version, so where two of its versions are shown on one day, having come by two ways, the later
-- one counts.
-- source: the code list keepers; an entry is counted once, ours
-- grain: one row per keeper, entry, subject and period
-- key: keeper, entry_id, subject_id, from_day
-- intervals: union
WITH shown AS (
    SELECT
        held.keeper,
        held.list,
        held.entry_id,
        held.entry_version,
        held.subject_id,
        held.ground,
        held.version_day,
        greatest(held.from_day, names.from_day, accounts.from_day) AS from_day,
        least(held.to_day, names.to_day) AS to_day
    FROM exchange.held_by_keepers AS held
    INNER JOIN codes.keepers ON keepers.keeper = held.keeper
    INNER JOIN resolve.names
        ON names.subject_id = held.subject_id
        AND (keepers.subject_kind IS NULL OR names.subject_kind = keepers.subject_kind)
        AND meet(names.from_day, names.to_day, held.from_day, held.to_day)
    LEFT JOIN codes.divisions ON divisions.code = names.division
    LEFT JOIN scores.accounts
        ON accounts.keeper = held.keeper
        AND accounts.subject_id = held.subject_id
    WHERE (keepers.opt_in = 'no' OR accounts.from_day < until(least(held.to_day, names.to_day)))
        AND (keepers.division IS NULL OR keepers.division IN (divisions.code, divisions.parent))
        AND EXISTS (
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
