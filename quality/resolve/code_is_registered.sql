-- A number that passes its check is known to the register that gives it, or was known once, a month after a
-- record gives it at the latest: registers tell of whom they enter within a month.
-- table: resolve.unmatched
-- outcome: warn
-- owner: island
WITH waiting AS (
    SELECT
        unmatched.record_id,
        unmatched.version,
        unmatched.role,
        unmatched.feed,
        designations.id_scheme,
        designations.id_value,
        unmatched.from_day + 31 AS day
    FROM resolve.unmatched
    INNER JOIN resolve.designations ON designations.reference_id = unmatched.reference_id
    WHERE unmatched.reason = 'unknown_code'
        AND unmatched.from_day + 31 < until(unmatched.to_day)
)

SELECT
    record_id,
    version,
    role,
    feed,
    id_scheme,
    id_value,
    day
FROM waiting
WHERE NOT EXISTS (
        SELECT 1
        FROM resolve.identifiers
        WHERE identifiers.value = waiting.id_value
            AND identifiers.from_day <= waiting.day
    )
