-- What an owner shows of its own list: every entry, from its first day on, without delay.
-- source: network.yml
-- grain: one row per entry version
-- key: path, entry_version, subject_id, from_day
SELECT
    paths.holder,
    entries.list,
    entries.entry_id,
    entries.entry_version,
    entries.subject_id,
    paths.path,
    paths.came_from,
    entries.from_day,
    entries.to_day,
    0 AS distance
FROM {entries} AS entries
INNER JOIN exchange.paths
    ON paths.list = entries.list
    AND paths.distance = 0
