-- A held delivery leaves the one before it in force, and somebody should look at it.
-- table: quality.deliveries
-- outcome: warn
SELECT
    feed,
    delivery,
    "rows",
    reason,
    published AS day
FROM quality.deliveries
WHERE outcome = 'hold'
