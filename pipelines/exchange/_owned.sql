-- What an owner shows of its own list: every entry, from its first day on, without delay.
-- source: network.yml
-- grain: one row an entry version
-- key: path, entry_version, subject_id, from_day
SELECT
    p.holder AS holder,
    e.list AS list,
    e.entry_id AS entry_id,
    e.entry_version AS entry_version,
    e.subject_id AS subject_id,
    p.path AS path,
    p.came_from AS came_from,
    e.from_day AS from_day,
    e.to_day AS to_day,
    0 AS distance
FROM {entries} AS e
INNER JOIN exchange.paths AS p
    ON p.list = e.list
    AND p.distance = 0
