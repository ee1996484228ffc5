-- Each delivery that landed passes, passes with a warning, or is held.
-- table: landing.deliveries
-- outcome: fail
SELECT
    landed.feed,
    landed.delivery,
    count(judged.delivery) AS verdicts
FROM landing.deliveries AS landed
LEFT JOIN quality.deliveries AS judged
    ON judged.feed = landed.feed
    AND judged.delivery = landed.delivery
GROUP BY landed.feed, landed.delivery
HAVING count(judged.delivery) <> 1
