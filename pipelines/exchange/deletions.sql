-- When a holder shows an entry in spite of deletions: before the first, between one that is over and the
-- next, and after the last. Where the receiver replaces all it has at every sync, a deletion is over when
-- the next one arrives; where it only adds, nothing is sent a second time, and nobody but the owner puts
-- the owner's own list right: there it is for good. A receiver that drops an entry years later (mode expire)
-- counts among those that only add. Several deletions of one entry add up.
-- source: the code list mishaps; network.yml, where every clock has its basis; that mode expire sends
--         nothing twice is ours
-- grain: one row per path, entry, subject deleted and period
-- key: path, entry_id, subject_id, from_day
WITH clocked AS (
    SELECT
        mishaps.entry_id,
        mishaps.subject_id,
        mishaps.day,
        mishaps.until_day,
        paths.path,
        paths.every_days,
        paths.lag_days,
        paths.distance > 0 AND modes.keeps = 'every' AS replaces,
        run.day0 + paths.offset_days AS first_ever
    FROM exchange.mishaps AS mishaps
    INNER JOIN codes.mishaps AS kinds
        ON kinds.mishap = mishaps.mishap
        AND kinds.shows = 'nothing'
        AND kinds.begins = 'day'
    INNER JOIN exchange.paths
        ON paths.holder = mishaps.holder
        AND paths.came_from = mishaps.came_from
        AND paths.list = mishaps.list
    LEFT JOIN codes.edge_modes AS modes ON modes.code = paths.mode
    CROSS JOIN codes.run
),

synced AS (
    -- The first sync whose copies come after that day.
    SELECT
        *,
        first_ever + CAST(
            every_days * (
                (greatest(date_diff('day', first_ever, day - lag_days + 1), 0) + every_days - 1)
                // every_days
            ) AS INTEGER
        ) AS sync_day
    FROM clocked
),

hidden AS (
    SELECT
        entry_id,
        subject_id,
        path,
        day AS from_day,
        CASE WHEN replaces THEN least(until_day, sync_day + lag_days) ELSE until_day END AS to_day
    FROM synced
),

ordered AS (
    SELECT
        entry_id,
        subject_id,
        path,
        from_day,
        until(to_day) AS end_day,
        max(until(to_day)) OVER (
            PARTITION BY path, entry_id, subject_id
            ORDER BY from_day, until(to_day)
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS seen_day
    FROM hidden
),

standing AS (
    SELECT
        entry_id,
        subject_id,
        path,
        coalesce(seen_day, DATE '0001-01-01') AS from_day,
        from_day AS to_day
    FROM ordered
    UNION ALL
    SELECT
        entry_id,
        subject_id,
        path,
        max(end_day) AS from_day,
        CAST(NULL AS DATE) AS to_day
    FROM ordered
    GROUP BY entry_id, subject_id, path
)

SELECT
    entry_id,
    subject_id,
    path,
    from_day,
    to_day
FROM standing
WHERE from_day < until(to_day)
