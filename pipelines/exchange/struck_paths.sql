-- The paths on which each mishap strikes, with its days there. A mishap begins on its own day, or with what
-- the first sync from then on brings; the next arrival after that can end it where the receiver replaces
-- all it has at every sync. Where corrections are pushed, what a receiver fails to take down is what it is
-- told of between two syncs, and the next arrival ends that.
-- source: the code list mishaps; network.yml, where every clock has its basis
-- grain: one row per mishap and path
-- key: mishap, path, list, entry_id, subject_id, day
WITH clocked AS (
    SELECT
        mishaps.kind AS mishap,
        mishaps.list,
        mishaps.entry_id,
        mishaps.entry_version,
        mishaps.subject_id,
        mishaps.other_id,
        mishaps.ground,
        mishaps.severity,
        mishaps.from_day AS day,
        mishaps.as_of_day,
        mishaps.to_day AS until_day,
        kinds.begins,
        kinds.shows,
        kinds.lasts,
        paths.holder,
        paths.path,
        paths.came_from,
        paths.distance,
        paths.every_days,
        paths.lag_days,
        coalesce(modes.keeps = 'every', FALSE) AS replaces,
        kinds.strikes = 'entry' AND kinds.shows = 'before' AND paths.taken_back
        AND run.corrections = 'pushed' AS told,
        run.day0 + paths.offset_days AS first_ever,
        CASE
            WHEN kinds.begins = 'sync' THEN mishaps.from_day
            ELSE mishaps.from_day - paths.lag_days + 1
        END AS sought_day
    FROM exchange.mishaps AS mishaps
    INNER JOIN codes.mishaps AS kinds ON kinds.mishap = mishaps.kind
    INNER JOIN exchange.paths
        ON paths.holder = mishaps.at_holder
        AND paths.came_from = mishaps.from_holder
        AND paths.list = mishaps.list
    LEFT JOIN codes.edge_modes AS modes ON modes.code = paths.mode
    CROSS JOIN codes.run
),

synced AS (
    SELECT
        *,
        first_ever + CAST(
            every_days * (
                (greatest(date_diff('day', first_ever, sought_day), 0) + every_days - 1)
                // every_days
            ) AS INTEGER
        ) AS sync_day
    FROM clocked
)

SELECT
    mishap,
    list,
    entry_id,
    entry_version,
    subject_id,
    other_id,
    ground,
    severity,
    day,
    as_of_day,
    until_day,
    begins,
    shows,
    lasts,
    holder,
    path,
    came_from,
    distance,
    replaces,
    sync_day,
    CASE
        WHEN told THEN day + lag_days
        WHEN begins = 'sync' THEN sync_day + lag_days
        ELSE day
    END AS begin_day,
    sync_day + lag_days
    + CASE WHEN begins = 'sync' AND (sync_day = day OR NOT told) THEN every_days ELSE 0 END AS next_day
FROM synced
