-- What a reader could not give out of a file is recorded with its place in it.
-- table: landing.deliveries
-- outcome: fail
SELECT
    deliveries.feed,
    deliveries.delivery,
    deliveries.unreadable,
    count(unreadable.feed) AS recorded
FROM landing.deliveries
LEFT JOIN quality.unreadable
    ON unreadable.feed = deliveries.feed
    AND unreadable.delivery = deliveries.delivery
GROUP BY deliveries.feed, deliveries.delivery, deliveries.unreadable
HAVING deliveries.unreadable <> count(unreadable.feed)
