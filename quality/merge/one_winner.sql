-- One value of a property is in force for a subject on any day.
-- table: merge.facts
-- outcome: warn
WITH won_more_than_once AS (
    -- Most properties were only ever won once: those are left out before winners are compared.
    SELECT
        subject_id,
        property
    FROM merge.facts
    WHERE won
    GROUP BY subject_id, property
    HAVING count(*) > 1
),

winners AS (
    SELECT
        facts.subject_id,
        facts.property,
        facts.value,
        facts.from_day,
        facts.to_day,
        facts.valid_to,
        coalesce(facts.valid_from, DATE '0001-01-01') AS valid_from,
        row_number() OVER (
            PARTITION BY facts.subject_id, facts.property
            ORDER BY facts.from_day, facts.valid_from, facts.record_id
        ) AS nth
    FROM merge.facts
    INNER JOIN won_more_than_once
        ON won_more_than_once.subject_id = facts.subject_id
        AND won_more_than_once.property = facts.property
    WHERE facts.won
)

SELECT
    one.subject_id,
    one.property,
    one.value,
    other.value AS other_value,
    other.from_day AS day
FROM winners AS one
INNER JOIN winners AS other
    ON other.subject_id = one.subject_id
    AND other.property = one.property
    AND other.nth > one.nth
    AND meet(other.from_day, other.to_day, one.from_day, one.to_day)
    AND meet(other.valid_from, other.valid_to, one.valid_from, one.valid_to)
