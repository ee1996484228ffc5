-- A holder shows what its sender shows, as late as the edge is and as long as its mode keeps it: no more
-- (extra), no less (missing); an older version, or another subject, is both. An owner shows its own entries.
-- Where a holder looks names up, somebody must be shown for each entry; whom, another check asks.
-- A copy over a way that the network does not have is extra.
-- Of all that can happen on the way or at a holder, this does not see an owner's own list falsified by hand
-- (rests_on_something does), nor that a holder which goes by names shows one bearer of a name in place of
-- another: for that nothing is known to it by which they differ.
-- table: exchange.copies
-- outcome: warn
-- severity: major
WITH shown AS (
    -- Where names are looked up, the subject does not count: it is left out of what is compared.
    SELECT
        copies.path,
        copies.entry_version,
        CASE WHEN coalesce(paths.match, 'code') = 'code' THEN copies.subject_id END AS subject_id,
        copies.from_day,
        copies.to_day
    FROM exchange.copies
    LEFT JOIN exchange.paths
        ON paths.list = copies.list
        AND paths.path = copies.path
),

sent AS (
    -- What the sender shows, with the first day on which the edge looks at it.
    SELECT
        paths.path,
        copies.entry_version,
        CASE WHEN paths.match = 'code' THEN copies.subject_id END AS subject_id,
        paths.every_days,
        paths.lag_days,
        paths.keeps_days,
        paths.taken_back AND run.corrections = 'pushed' AS told_at_once,
        run.day0 + paths.offset_days AS first_ever,
        copies.to_day,
        run.day0 + paths.offset_days + CAST(
            paths.every_days * (
                (
                    greatest(date_diff('day', run.day0 + paths.offset_days, copies.from_day), 0)
                    + paths.every_days - 1
                )
                // paths.every_days
            ) AS INTEGER
        ) AS first_sync
    FROM exchange.copies
    INNER JOIN exchange.paths
        ON paths.list = copies.list
        AND paths.parent_path = copies.path
    CROSS JOIN codes.run
),

brought AS (
    SELECT
        path,
        entry_version,
        subject_id,
        first_sync + lag_days AS from_day,
        least(
            -- until a sync no longer sees it
            first_ever + CAST(
                every_days * ((date_diff('day', first_ever, to_day) - 1) // every_days)
                + lag_days
                + keeps_days
                AS INTEGER
            ),
            -- or until it is told that it is over
            CASE WHEN told_at_once AND to_day IS NOT NULL THEN greatest(to_day, first_sync + lag_days) END
        ) AS to_day
    FROM sent
    WHERE first_sync < until(to_day)
),

own AS (
    SELECT
        list,
        entry_version,
        subject_id,
        from_day,
        to_day
    FROM lists.entries
    UNION ALL
    SELECT
        list,
        entry_version,
        subject_id,
        from_day,
        to_day
    FROM exchange.adopted
    UNION ALL
    SELECT
        entries.list,
        entries.entry_version,
        entries.subject_id,
        entries.from_day,
        entries.to_day
    FROM exchange.entries
    INNER JOIN (SELECT DISTINCT list FROM codes.score_lists) AS graded ON graded.list = entries.list
),

due AS (
    SELECT
        path,
        entry_version,
        subject_id,
        from_day,
        to_day
    FROM brought
    WHERE from_day < until(to_day)
    UNION ALL
    SELECT
        paths.path,
        own.entry_version,
        own.subject_id,
        own.from_day,
        own.to_day
    FROM own
    INNER JOIN exchange.paths
        ON paths.list = own.list
        AND paths.distance = 0
),

sides AS (
    SELECT
        shown.*,
        1 AS is_shown,
        0 AS is_due
    FROM shown
    UNION ALL
    SELECT
        due.*,
        0 AS is_shown,
        1 AS is_due
    FROM due
),

unlike AS (
    -- Nearly all are alike to the day; only the others are looked at more closely.
    SELECT
        path,
        entry_version,
        subject_id
    FROM sides
    GROUP BY path, entry_version, subject_id, from_day, to_day
    HAVING max(is_shown) <> max(is_due)
),

marked AS (
    SELECT
        sides.*,
        coalesce(
            sides.from_day <= max(until(sides.to_day)) OVER (
                PARTITION BY sides.path, sides.entry_version, sides.subject_id, sides.is_shown
                ORDER BY sides.from_day, until(sides.to_day)
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            FALSE
        ) AS goes_on
    FROM sides
    INNER JOIN (SELECT DISTINCT * FROM unlike) AS unlike
        ON unlike.path = sides.path
        AND unlike.entry_version = sides.entry_version
        AND unlike.subject_id IS NOT DISTINCT FROM sides.subject_id
),

stretched AS (
    SELECT
        *,
        sum(CASE WHEN goes_on THEN 0 ELSE 1 END) OVER (
            PARTITION BY path, entry_version, subject_id, is_shown
            ORDER BY from_day, until(to_day)
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS stretch
    FROM marked
),

whole AS (
    SELECT
        path,
        entry_version,
        subject_id,
        is_shown,
        min(from_day) AS from_day,
        nullif(max(until(to_day)), DATE '9999-12-31') AS to_day
    FROM stretched
    GROUP BY path, entry_version, subject_id, is_shown, stretch
)

SELECT
    one.path,
    one.entry_version,
    one.subject_id,
    CASE WHEN one.is_shown = 1 THEN 'extra' ELSE 'missing' END AS what,
    one.from_day,
    one.to_day,
    coalesce(other.to_day, one.from_day) AS day
FROM whole AS one
LEFT JOIN whole AS other
    ON other.path = one.path
    AND other.entry_version = one.entry_version
    AND other.subject_id IS NOT DISTINCT FROM one.subject_id
    AND other.is_shown <> one.is_shown
    AND on_day(other.from_day, other.to_day, one.from_day)
WHERE other.entry_version IS NULL
    OR until(other.to_day) < until(one.to_day)
