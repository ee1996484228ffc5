-- Which copies are still shown after their owner has dropped the entry?
-- Nothing is wrong in the files: these are what edges forget late, or never.
SELECT
    copies.list,
    copies.holder,
    count(*) AS copies,
    min(owned.to_day) AS dropped_since,
    max(date_diff('day', owned.to_day, run.last_day)) AS longest_days
FROM today.copies
CROSS JOIN codes.run
INNER JOIN exchange.copies AS owned
    ON
    owned.entry_version = copies.entry_version
    AND owned.distance = 0
    AND owned.to_day <= run.last_day
WHERE
    copies.distance > 0
    AND NOT EXISTS (
        SELECT 1 FROM today.copies AS still
        WHERE still.entry_id = copies.entry_id AND still.distance = 0
    )
GROUP BY copies.list, copies.holder
ORDER BY copies DESC, copies.list, copies.holder
