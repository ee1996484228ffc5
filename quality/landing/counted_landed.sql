-- The records of a file, counted without its reader, landed or are unreadable.
-- table: landing.deliveries
-- outcome: fail
SELECT
    deliveries.feed,
    deliveries.delivery,
    deliveries.counted,
    coalesce(deliveries."rows", 0) + coalesce(sum(unreadable.records), 0) AS given
FROM landing.deliveries
LEFT JOIN quality.unreadable
    ON unreadable.feed = deliveries.feed
    AND unreadable.delivery = deliveries.delivery
GROUP BY deliveries.feed, deliveries.delivery, deliveries.counted, deliveries."rows"
HAVING
    deliveries.counted
    IS DISTINCT FROM coalesce(deliveries."rows", 0) + coalesce(sum(unreadable.records), 0)
