-- On which properties do islands disagree today?
-- The fact that wins is what others act on; the losers are kept beside it.
SELECT
    facts.property,
    count(DISTINCT facts.subject_id) AS subjects,
    count(*) AS outvoted
FROM today.facts
WHERE NOT facts.won
GROUP BY facts.property
ORDER BY outvoted DESC, facts.property
