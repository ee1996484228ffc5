-- What an owner shows of its own list: every entry, from its first day on, without delay. Mishaps there
-- change that: subjects are merged or split, entries deleted or made by hand.
-- source: network.yml; the code list mishaps
-- grain: one row per path, entry version, subject shown and period
-- key: path, entry_version, subject_id, from_day
WITH arrived AS (
    SELECT
        paths.holder,
        entries.list,
        entries.entry_id,
        entries.entry_version,
        entries.subject_id,
        paths.path,
        paths.came_from,
        entries.from_day,
        entries.to_day
    FROM {entries} AS entries
    INNER JOIN exchange.paths
        ON paths.list = entries.list
        AND paths.distance = 0
),

deviated AS (
    SELECT
        arrived.holder,
        arrived.list,
        arrived.entry_id,
        arrived.entry_version,
        coalesce(deviations.shown_id, arrived.subject_id) AS subject_id,
        arrived.path,
        arrived.came_from,
        {from_day} AS from_day,
        {to_day} AS to_day
    FROM arrived
    {deviating}
)

SELECT
    deviated.holder,
    deviated.list,
    deviated.entry_id,
    deviated.entry_version,
    deviated.subject_id,
    deviated.path,
    deviated.came_from,
    greatest(deviated.from_day, deletions.from_day) AS from_day,
    least(deviated.to_day, deletions.to_day) AS to_day,
    0 AS distance
FROM deviated
LEFT JOIN exchange.deletions
    ON deletions.entry_id = deviated.entry_id
    AND deletions.path = deviated.path
    AND coalesce(deletions.subject_id, deviated.subject_id) = deviated.subject_id
WHERE deletions.entry_id IS NULL
    OR meet(deviated.from_day, deviated.to_day, deletions.from_day, deletions.to_day){entered}
