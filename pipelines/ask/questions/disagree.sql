-- On which properties do islands disagree today?
-- The fact that wins is what others act on; beside it stand the losers that say something else.
SELECT
    facts.property,
    count(DISTINCT facts.subject_id) AS subjects,
    count(*) AS outvoted
FROM today.facts
WHERE NOT facts.won
    AND EXISTS (
        SELECT 1 FROM today.facts AS winners
        WHERE winners.won
            AND winners.subject_id = facts.subject_id
            AND winners.property = facts.property
            AND winners.value <> facts.value
            AND coalesce(winners.valid_from, DATE '0001-01-01') < until(facts.valid_to)
            AND coalesce(facts.valid_from, DATE '0001-01-01') < until(winners.valid_to)
    )
GROUP BY facts.property
ORDER BY outvoted DESC, facts.property
