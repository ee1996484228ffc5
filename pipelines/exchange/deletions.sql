-- When a holder shows an entry in spite of deletions: before the first, between one that is over and the
-- next, and after the last. Where the receiver replaces all it has at every sync, a deletion is over when
-- the next one arrives; where it only adds, nothing is sent a second time, and nobody but the owner puts
-- the owner's own list right: there it is for good. A receiver that drops an entry years later (mode expire)
-- counts among those that only add. Several deletions of one entry add up.
-- source: exchange.struck_paths; that mode expire sends nothing twice is ours
-- grain: one row per path, entry, subject deleted and period
-- key: path, entry_id, subject_id, from_day
WITH hidden AS (
    SELECT
        entry_id,
        subject_id,
        path,
        begin_day AS from_day,
        CASE WHEN replaces THEN least(until_day, next_day) ELSE until_day END AS to_day
    FROM exchange.struck_paths
    WHERE shows = 'nothing'
        AND begins = 'day'
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
