-- Which copies are still shown after their owner has dropped the entry?
-- Nothing is wrong in the files: these are what edges forget late, or never.
WITH dropped AS (
    SELECT
        copies.entry_id,
        run.last_day,
        max(copies.to_day) FILTER (copies.to_day <= run.last_day) AS since
    FROM exchange.copies
    CROSS JOIN codes.run
    WHERE copies.distance = 0
    GROUP BY copies.entry_id, run.last_day
    HAVING NOT bool_or(on_day(copies.from_day, copies.to_day, run.last_day))
)

SELECT
    copies.list,
    copies.holder,
    count(*) AS copies,
    min(dropped.since) AS dropped_since,
    max(date_diff('day', dropped.since, dropped.last_day)) AS longest_days
FROM today.copies
INNER JOIN dropped ON dropped.entry_id = copies.entry_id AND dropped.since IS NOT NULL
GROUP BY copies.list, copies.holder
ORDER BY copies DESC, copies.list, copies.holder
