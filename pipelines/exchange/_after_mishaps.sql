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
    greatest(standing.from_day, deletions.from_day) AS from_day,
    least(standing.to_day, deletions.to_day) AS to_day,
    {distance} AS distance
FROM standing
LEFT JOIN exchange.deletions
    ON deletions.entry_id = standing.entry_id
    AND deletions.path = standing.path
    AND coalesce(deletions.subject_id, standing.subject_id) = standing.subject_id
WHERE deletions.entry_id IS NULL
    OR meet(standing.from_day, standing.to_day, deletions.from_day, deletions.to_day)
