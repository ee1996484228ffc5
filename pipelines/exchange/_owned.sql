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

{after_mishaps}