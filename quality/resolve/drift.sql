-- A feed finds its subjects as it did before: by which method, and how many stay unmatched or ambiguous, of
-- those that a day brings. A share is out of bounds if it is five times what it was (and five rows more),
-- or a fifth of it where thirty rows were to be expected; only after a hundred earlier rows. Five, where
-- conform.drift asks for ten: there are only a few ways, and five more of those that find nobody are many.
-- table: resolve.matches
-- outcome: warn
-- drift: 5
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
)

-- What is decided later is decided by what the register then says, not by the feed.
SELECT
    decided.feed,
    decided.role AS aspect,
    decided.way AS said,
    decided.from_day
FROM decided
INNER JOIN first_days
    ON first_days.record_id = decided.record_id
    AND first_days.version = decided.version
    AND first_days.role = decided.role
    AND first_days.from_day = decided.from_day
