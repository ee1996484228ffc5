-- Lab 7. One SELECT; see README.md. Give subject_id, property, value, fact_id.
SELECT
    facts.subject_id,
    facts.property,
    facts.value,
    facts.fact_id
FROM facts
INNER JOIN ranks ON facts.property = ranks.property AND facts.source = ranks.source
CROSS JOIN as_of
WHERE
    ranks.rank = 1
    AND facts.from_day <= as_of.day
    AND facts.value IS NOT NULL
