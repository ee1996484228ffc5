deviated AS (
    SELECT
        arrived.holder,
        arrived.list,
        arrived.entry_id,
        arrived.entry_version,
        coalesce(deviations.shown_id, arrived.subject_id) AS subject_id,
        arrived.path,
        arrived.came_from,
        CASE
            WHEN deviations.as_of_day IS NULL THEN greatest(arrived.from_day, deviations.from_day)
            ELSE deviations.from_day
        END AS from_day,
        CASE
            WHEN deviations.as_of_day IS NULL THEN least(arrived.to_day, deviations.to_day)
            ELSE deviations.to_day
        END AS to_day
    FROM arrived
    LEFT JOIN {deviations} AS deviations
        ON deviations.entry_id = arrived.entry_id
        AND deviations.path = arrived.path
        AND coalesce(deviations.subject_id, arrived.subject_id) = arrived.subject_id
    WHERE deviations.entry_id IS NULL
        OR (
            on_day(deviations.first_from_day, deviations.first_to_day, arrived.from_day)
            AND CASE
                WHEN deviations.as_of_day IS NULL
                    THEN meet(
                        arrived.from_day, arrived.to_day, deviations.from_day, deviations.to_day
                    )
                ELSE on_day(arrived.from_day, arrived.to_day, deviations.as_of_day)
            END
        )
),

-- What was made by hand can be deleted by hand as well.
standing AS (
    SELECT
        deviated.holder,
        deviated.list,
        deviated.entry_id,
        deviated.entry_version,
        deviated.subject_id,
        deviated.path,
        deviated.came_from,
        deviated.from_day,
        deviated.to_day
    FROM deviated{entered}
)

SELECT
    standing.holder,
    standing.list,
    standing.entry_id,
    standing.entry_version,
    standing.subject_id,
    standing.path,
    standing.came_from,
    greatest(standing.from_day, of_all.from_day, of_one.from_day) AS from_day,
    least(standing.to_day, of_all.to_day, of_one.to_day) AS to_day,
    {distance} AS distance
FROM standing
-- An entry can be deleted of everybody it is shown of and, as well, of one alone.
LEFT JOIN exchange.deletions AS of_all
    ON of_all.entry_id = standing.entry_id
    AND of_all.path = standing.path
    AND of_all.subject_id IS NULL
LEFT JOIN exchange.deletions AS of_one
    ON of_one.entry_id = standing.entry_id
    AND of_one.path = standing.path
    AND of_one.subject_id = standing.subject_id
WHERE greatest(standing.from_day, of_all.from_day, of_one.from_day)
    < until(least(standing.to_day, of_all.to_day, of_one.to_day))
