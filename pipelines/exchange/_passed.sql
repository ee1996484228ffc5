-- What holders show one step further along each path. An edge looks on its sync days only: the first
-- one inside the time the last holder shows an entry, and the last. A snapshot shows it from the first
-- plus the lag until one sync after the last plus the lag; an appending edge for ever; an expiring one
-- for its expiry after it was last seen. What no sync day meets is never seen. Where corrections are
-- pushed, what ends at the last holder ends here on the same day, but on a wall, where it stays.
-- A holder that matches by name shows the entry for everyone of that kind who bears the name (by own
-- keys: in the same division), and by code only where there is no name. A snapshot looks the name up at
-- every sync; a holder that only adds looks it up when it first sees the entry.
-- source: network.yml, where every clock has its basis
-- grain: one row a path, entry version, subject shown and period
-- key: path, entry_version, subject_id, from_day
-- intervals: union
WITH held AS (
    SELECT
        p.holder AS holder,
        h.list AS list,
        h.entry_id AS entry_id,
        h.entry_version AS entry_version,
        h.subject_id AS subject_id,
        h.subject_id AS listed_id,
        p.path AS path,
        p.came_from AS came_from,
        p.mode AS mode,
        p.match AS match,
        p.every_days AS every_days,
        p.lag_days AS lag_days,
        p.expiry_days AS expiry_days,
        r.corrections AS corrections,
        r.day0 + p.offset_days AS first_ever,
        h.from_day AS from_day,
        h.to_day AS to_day,
        h.to_day AS gone_day
    FROM {previous} AS h
    INNER JOIN exchange.paths AS p
        ON p.parent_path = h.path
        AND p.list = h.list
        AND p.distance = {distance}
    CROSS JOIN codes.run AS r
),

{taken_by_name}looked AS (
    SELECT
        t.*,
        t.first_ever + CAST(
            t.every_days * (
                (greatest(date_diff('day', t.first_ever, t.from_day), 0) + t.every_days - 1)
                // t.every_days
            ) AS INTEGER
        ) AS first_sync
    FROM {taken} AS t
),

seen AS (
    SELECT
        l.holder AS holder,
        l.list AS list,
        l.entry_id AS entry_id,
        l.entry_version AS entry_version,
        l.subject_id AS subject_id,
        l.listed_id AS listed_id,
        l.path AS path,
        l.came_from AS came_from,
        l.mode AS mode,
        l.match AS match,
        l.first_sync AS first_sync,
        l.first_sync + l.lag_days AS from_day,
        -- until a sync no longer sees it
        CASE
            WHEN l.mode IN ('append', 'irrevocable') THEN CAST(NULL AS DATE)
            WHEN l.to_day IS NOT NULL
                THEN l.first_ever + CAST(
                    l.every_days * ((date_diff('day', l.first_ever, l.to_day) - 1) // l.every_days)
                    + l.lag_days
                    + CASE l.mode WHEN 'expire' THEN l.expiry_days ELSE l.every_days END
                    AS INTEGER
                )
        END AS missed_day,
        -- or until it is told that the last holder shows it no longer
        CASE
            WHEN l.mode <> 'irrevocable' AND l.corrections = 'pushed' AND l.gone_day IS NOT NULL
                THEN greatest(l.gone_day, l.first_sync + l.lag_days)
        END AS told_day
    FROM looked AS l
    WHERE l.first_sync < until(l.to_day)
){understood_by_name}

SELECT
    u.holder AS holder,
    u.list AS list,
    u.entry_id AS entry_id,
    u.entry_version AS entry_version,
    u.subject_id AS subject_id,
    u.path AS path,
    u.came_from AS came_from,
    u.from_day AS from_day,
    least(u.missed_day, u.told_day) AS to_day,
    {distance} AS distance
FROM {understood} AS u
WHERE u.from_day < until(least(u.missed_day, u.told_day))
