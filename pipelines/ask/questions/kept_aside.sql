-- Which rows did gates keep aside, and which deliveries were held?
-- What is kept aside is not believed until somebody corrects or releases it; see islands quarantine.
SELECT
    verdicts.feed,
    verdicts.expectation,
    verdicts.outcome,
    count(*) AS verdicts,
    min(verdicts.delivery) AS first_delivery
FROM (
    SELECT
        feed,
        expectation,
        outcome,
        delivery
    FROM quality.verdicts
    UNION ALL
    SELECT
        feed,
        expectation,
        outcome,
        delivery
    FROM quality.deliveries
) AS verdicts
WHERE verdicts.outcome IN ('quarantine', 'hold')
GROUP BY ALL
ORDER BY verdicts DESC, verdicts.feed, verdicts.expectation, verdicts.outcome
