-- What holders show one step further along each path. An edge looks on its sync days only: the first
-- one inside the time the last holder shows an entry, and the last. The receiver shows it from the first
-- plus the lag until so many days after the last plus the lag as its mode keeps it: a snapshot until the
-- next sync, an appending edge for ever, an expiring one for its expiry. What no sync day meets is never
-- seen. Where corrections are pushed, what ends at the last holder ends here on the same day, but where
-- nothing can be taken back.
-- A holder that matches by name shows the entry for everyone of that kind who bears the name (by own
-- keys: in the same division), and by code only where there is no name. It looks the name up at every
-- sync, or when it first sees the entry, as its mode says.
-- Mishaps on the edge or at the receiver change what it shows of this (exchange.deviations_*), what is
-- deleted by hand is cut out (exchange.deletions), what is made by hand is added (exchange.entered), and
-- all that goes on from there.
-- source: network.yml, where every clock has its basis; the code lists edge_modes and mishaps
-- grain: one row per path, entry version, subject shown and period
-- key: path, entry_version, subject_id, from_day
-- intervals: union by path, entry_id, entry_version, subject_id
WITH held AS (
    SELECT
        paths.holder,
        previous.list,
        previous.entry_id,
        previous.entry_version,
        previous.subject_id,
        previous.subject_id AS listed_id,
        paths.path,
        paths.came_from,
        paths.match,
        paths.every_days,
        paths.lag_days,
        paths.keeps_days,
        paths.names_anew,
        paths.taken_back,
        run.corrections,
        run.day0 + paths.offset_days AS first_ever,
        previous.from_day,
        previous.to_day,
        previous.to_day AS gone_day
    FROM {previous} AS previous
    INNER JOIN exchange.paths
        ON paths.parent_path = previous.path
        AND paths.list = previous.list
        AND paths.distance = {distance}
    CROSS JOIN codes.run
),

{taken_by_name}looked AS (
    SELECT
        *,
        first_ever + CAST(
            every_days * (
                (greatest(date_diff('day', first_ever, from_day), 0) + every_days - 1)
                // every_days
            ) AS INTEGER
        ) AS first_sync
    FROM {taken}
),

seen AS (
    SELECT
        holder,
        list,
        entry_id,
        entry_version,
        subject_id,
        listed_id,
        path,
        came_from,
        match,
        names_anew,
        first_sync,
        first_sync + lag_days AS from_day,
        -- until a sync no longer sees it
        first_ever + CAST(
            every_days * ((date_diff('day', first_ever, to_day) - 1) // every_days)
            + lag_days
            + keeps_days
            AS INTEGER
        ) AS missed_day,
        -- or until it is told that the last holder shows it no longer
        CASE
            WHEN taken_back AND corrections = 'pushed' AND gone_day IS NOT NULL
                THEN greatest(gone_day, first_sync + lag_days)
        END AS told_day
    FROM looked
    WHERE first_sync < until(to_day)
){understood_by_name},

arrived AS (
    SELECT
        holder,
        list,
        entry_id,
        entry_version,
        subject_id,
        path,
        came_from,
        from_day,
        least(missed_day, told_day) AS to_day
    FROM {understood}
    WHERE from_day < until(least(missed_day, told_day))
),

{after_mishaps}