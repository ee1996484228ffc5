-- How long after the owner does each holder show an entry?
-- Days from the first day at the owner to the first day at the holder, by whichever way it came first.
WITH first_days AS (
    SELECT
        list,
        entry_id,
        holder,
        min(from_day) AS first_day,
        min(distance) AS distance
    FROM exchange.copies
    GROUP BY ALL
)

SELECT
    later.holder,
    later.list,
    count(*) AS entries,
    min(date_diff('day', owner.first_day, later.first_day)) AS least_days,
    CAST(round(median(date_diff('day', owner.first_day, later.first_day))) AS INTEGER) AS median_days,
    max(date_diff('day', owner.first_day, later.first_day)) AS most_days
FROM first_days AS later
INNER JOIN first_days AS owner
    ON owner.entry_id = later.entry_id AND owner.distance = 0
WHERE later.distance > 0
GROUP BY ALL
ORDER BY median_days DESC, later.holder, later.list
