-- A feed finds its subjects as it did before: by which method, and how many stay unmatched or ambiguous, of
-- those that a day brings. A share is out of bounds if it is five times what it was (and five rows more),
-- or a fifth of it where thirty rows were to be expected; only after a hundred earlier rows. Five, where
-- conform.drift asks for ten: there are only a few ways, and five more of those that find nobody are many.
-- table: resolve.matches
-- outcome: warn
WITH first_days AS (
    SELECT
        record_id,
        version,
        role,
        min(from_day) AS from_day
    FROM resolve.mentions
    WHERE id_scheme IS NULL OR id_scheme <> 'record'
    GROUP BY record_id, version, role
),

decided AS (
    SELECT
        record_id,
        version,
        role,
        feed,
        from_day,
        method AS way
    FROM resolve.matches
    WHERE method <> 'register'
    UNION ALL
    SELECT
        record_id,
        version,
        role,
        feed,
        from_day,
        reason AS way
    FROM resolve.unmatched
),

found AS (
    -- What is decided later is decided by what the register then says, not by the feed.
    SELECT
        decided.feed,
        decided.role,
        decided.from_day,
        decided.way
    FROM decided
    INNER JOIN first_days
        ON first_days.record_id = decided.record_id
        AND first_days.version = decided.version
        AND first_days.role = decided.role
        AND first_days.from_day = decided.from_day
),

counted AS (
    SELECT
        feed,
        role,
        way,
        from_day,
        count(*) AS rows_found
    FROM found
    GROUP BY feed, role, way, from_day
),

days AS (
    SELECT
        feed,
        role,
        from_day,
        sum(rows_found) AS rows_in_all
    FROM counted
    GROUP BY feed, role, from_day
),

totals AS (
    SELECT
        feed,
        role,
        from_day,
        rows_in_all,
        sum(rows_in_all) OVER (
            PARTITION BY feed, role
            ORDER BY from_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS rows_before
    FROM days
),

known AS (
    SELECT DISTINCT
        feed,
        role,
        way
    FROM counted
),

compared AS (
    SELECT
        totals.feed,
        totals.role,
        known.way,
        totals.from_day,
        totals.rows_in_all,
        totals.rows_before,
        coalesce(counted.rows_found, 0) AS rows_found,
        coalesce(
            sum(coalesce(counted.rows_found, 0)) OVER (
                PARTITION BY totals.feed, totals.role, known.way
                ORDER BY totals.from_day
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS found_before
    FROM totals
    INNER JOIN known
        ON known.feed = totals.feed
        AND known.role = totals.role
    LEFT JOIN counted
        ON counted.feed = totals.feed
        AND counted.role = totals.role
        AND counted.way = known.way
        AND counted.from_day = totals.from_day
)

SELECT
    feed,
    role,
    way,
    rows_found,
    rows_in_all,
    found_before,
    rows_before,
    from_day AS day
FROM compared
WHERE rows_before >= 100
    AND (
        rows_found * rows_before > 5 * rows_before + 5 * rows_in_all * found_before
        OR (
            rows_in_all * found_before >= 30 * rows_before
            AND 5 * rows_found * rows_before < rows_in_all * found_before
        )
    )
