-- Which rows did gates keep aside, and which deliveries were held?
-- What is kept aside is not believed until somebody corrects or releases it; see islands quarantine.
SELECT
    verdicts.feed,
    verdicts.expectation,
    verdicts.outcome,
    count(*) AS verdicts,
    min(verdicts.delivery) AS first_delivery
FROM quality.verdicts
WHERE verdicts.outcome <> 'warn'
GROUP BY ALL
ORDER BY verdicts DESC, verdicts.feed, verdicts.expectation, verdicts.outcome
