-- What holders show one step further along each path. An edge looks on its sync days only: the first
-- one inside the time the last holder shows an entry, and the last. A snapshot shows it from the first
-- plus the lag until one sync after the last plus the lag; an appending edge for ever; an expiring one
-- for its expiry after it was last seen. What no sync day meets is never seen. Where corrections are
-- pushed, what ends at the last holder ends here on the same day, but on a wall, where it stays.
-- A holder that matches by name shows the entry for everyone of that kind who bears the name on the
-- first sync day (by own keys: in the same division), and by code only where there is no name.
-- source: network.yml, where every clock has its basis
-- grain: one row a path, entry version, subject shown and period
-- key: path, entry_version, subject_id, from_day
-- unit: entry_version
-- touches: {previous} h ON h.entry_version = unit.entry_version{by_name}
-- intervals: union
WITH looked AS (
    SELECT
        p.holder AS holder,
        h.list AS list,
        h.entry_id AS entry_id,
        h.entry_version AS entry_version,
        h.subject_id AS subject_id,
        p.path AS path,
        p.came_from AS came_from,
        p.mode AS mode,
        p.match AS match,
        p.every_days AS every_days,
        p.lag_days AS lag_days,
        p.expiry_days AS expiry_days,
        r.corrections AS corrections,
        h.to_day AS left_day,
        r.day0 + p.offset_days AS first_ever,
        r.day0 + CAST(
            p.offset_days + p.every_days * (
                (greatest(date_diff('day', r.day0 + p.offset_days, h.from_day), 0) + p.every_days - 1)
                // p.every_days
            ) AS INTEGER
        ) AS first_sync
    FROM {previous} AS h
    INNER JOIN exchange.paths AS p
        ON p.parent_path = h.path
        AND p.list = h.list
        AND p.distance = {distance}
    CROSS JOIN codes.run AS r
),

seen AS (
    SELECT
        l.holder AS holder,
        l.list AS list,
        l.entry_id AS entry_id,
        l.entry_version AS entry_version,
        l.subject_id AS subject_id,
        l.path AS path,
        l.came_from AS came_from,
        l.match AS match,
        l.first_sync AS first_sync,
        l.first_sync + l.lag_days AS from_day,
        CASE
            WHEN l.mode = 'irrevocable' OR l.left_day IS NULL THEN CAST(NULL AS DATE)
            WHEN l.corrections = 'pushed' THEN greatest(l.left_day, l.first_sync + l.lag_days)
            WHEN l.mode = 'append' THEN CAST(NULL AS DATE)
            ELSE l.first_ever + CAST(
                l.every_days * ((date_diff('day', l.first_ever, l.left_day) - 1) // l.every_days)
                + l.lag_days
                + CASE l.mode WHEN 'expire' THEN l.expiry_days ELSE l.every_days END
                AS INTEGER
            )
        END AS to_day
    FROM looked AS l
    WHERE l.first_sync < until(l.left_day)
),

understood AS (
    SELECT
        s.holder AS holder,
        s.list AS list,
        s.entry_id AS entry_id,
        s.entry_version AS entry_version,
        s.subject_id AS subject_id,
        s.path AS path,
        s.came_from AS came_from,
        s.from_day AS from_day,
        s.to_day AS to_day
    FROM seen AS s
    WHERE s.match = 'code'
    UNION ALL
    SELECT
        s.holder AS holder,
        s.list AS list,
        s.entry_id AS entry_id,
        s.entry_version AS entry_version,
        coalesce(b.subject_id, s.subject_id) AS subject_id,
        s.path AS path,
        s.came_from AS came_from,
        s.from_day AS from_day,
        s.to_day AS to_day
    FROM seen AS s
    LEFT JOIN resolve.names AS n
        ON n.subject_id = s.subject_id
        AND n.from_day <= s.first_sync
        AND s.first_sync < until(n.to_day)
    LEFT JOIN resolve.names AS b
        ON b.name_key = n.name_key
        AND b.subject_kind = n.subject_kind
        AND b.from_day <= s.first_sync
        AND s.first_sync < until(b.to_day)
        AND (s.match = 'name' OR b.division = n.division)
    WHERE s.match <> 'code'
)

SELECT
    u.holder AS holder,
    u.list AS list,
    u.entry_id AS entry_id,
    u.entry_version AS entry_version,
    u.subject_id AS subject_id,
    u.path AS path,
    u.came_from AS came_from,
    u.from_day AS from_day,
    u.to_day AS to_day,
    {distance} AS distance
FROM understood AS u
WHERE u.from_day < until(u.to_day)
