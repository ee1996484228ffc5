-- Nobody shows an entry before the edge could have brought it from who shows it.
-- table: exchange.copies
-- outcome: warn
WITH first_shown AS (
    SELECT
        list,
        path,
        entry_version,
        min(from_day) AS first_day
    FROM exchange.copies
    GROUP BY list, path, entry_version
)

SELECT
    copies.holder,
    copies.path,
    copies.entry_version,
    copies.from_day
FROM exchange.copies
INNER JOIN exchange.paths
    ON paths.list = copies.list
    AND paths.path = copies.path
LEFT JOIN first_shown
    ON first_shown.list = copies.list
    AND first_shown.path = paths.parent_path
    AND first_shown.entry_version = copies.entry_version
LEFT JOIN exchange.entries ON entries.entry_version = copies.entry_version
WHERE
    -- The owner shows an entry from its first day on; everybody else, as long after as the edge takes.
    (
        paths.parent_path IS NULL
        AND (entries.from_day IS NULL OR copies.from_day < entries.from_day)
    )
    OR (
        paths.parent_path IS NOT NULL
        AND (
            first_shown.first_day IS NULL
            OR copies.from_day < first_shown.first_day + paths.lag_days
        )
    )
