-- A number that passes its check is known to the register that gives it, or was known once, a month after a
-- record gives it at the latest: registers tell of whom they enter within a month.
-- table: resolve.mentions
-- outcome: warn
-- owner: island
WITH waiting AS (
    SELECT
        mentions.record_id,
        mentions.version,
        mentions.role,
        mentions.feed,
        mentions.id_scheme,
        mentions.id_value,
        greatest(mentions.from_day, decisions.from_day) + 31 AS day
    FROM resolve.mentions
    INNER JOIN resolve.decisions
        ON decisions.reference_id = mentions.reference_id
        AND decisions.outcome = 'unknown_code'
        AND meet(mentions.from_day, mentions.to_day, decisions.from_day, decisions.to_day)
    WHERE greatest(mentions.from_day, decisions.from_day) + 31
        < until(least(mentions.to_day, decisions.to_day))
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
