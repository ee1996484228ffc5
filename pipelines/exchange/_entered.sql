-- Entries of native lists that stand at a holder without having come there: made by hand, with nothing
-- to rest on, or filed a second time under a number of their own. Such an entry stands on the shortest way to
-- the holder and is passed on from there. It lasts as any mishap does: until the next sync where the
-- receiver replaces all it has, for the list's own term at the owner, and for good elsewhere, also where the
-- receiver drops what it was sent years later (mode expire).
-- source: the code list mishaps; network.yml, where every clock has its basis; the terms of the code list
--         lists; that an entry by hand never expires is ours
-- grain: one row per entry
-- key: entry_version
WITH ways AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY list, holder, came_from
            ORDER BY distance, path
        ) AS way
    FROM exchange.paths
),

clocked AS (
    SELECT
        mishaps.mishap,
        mishaps.list,
        mishaps.entry_version AS parent_version,
        mishaps.subject_id,
        mishaps.ground,
        mishaps.severity,
        mishaps.day,
        mishaps.until_day,
        kinds.begins,
        kinds.shows,
        ways.holder,
        ways.path,
        ways.came_from,
        ways.distance,
        ways.every_days,
        ways.lag_days,
        modes.keeps = 'every' AS replaces,
        CASE WHEN ways.distance = 0 THEN CAST(lists.longest_term_days AS INTEGER) END AS term_days,
        run.day0 + ways.offset_days AS first_ever,
        CASE
            WHEN kinds.begins = 'sync' THEN mishaps.day
            ELSE mishaps.day - ways.lag_days + 1
        END AS sought_day
    FROM exchange.mishaps AS mishaps
    INNER JOIN codes.mishaps AS kinds
        ON kinds.mishap = mishaps.mishap
        AND kinds.shows IN ('new', 'twice')
    INNER JOIN codes.lists AS lists
        ON lists.list = mishaps.list
        AND lists.adopted = 'no'
    INNER JOIN ways
        ON ways.holder = mishaps.holder
        AND ways.came_from = mishaps.came_from
        AND ways.list = mishaps.list
        AND ways.way = 1
    LEFT JOIN codes.edge_modes AS modes ON modes.code = ways.mode
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
        ) + lag_days AS arrival_day
    FROM clocked
),

timed AS (
    SELECT
        *,
        CASE WHEN begins = 'sync' THEN arrival_day ELSE day END AS from_day,
        least(
            CASE
                WHEN replaces AND begins = 'sync' THEN arrival_day + every_days
                WHEN replaces THEN arrival_day
                ELSE day + term_days
            END,
            until_day
        ) AS to_day
    FROM synced
),

told AS (
    SELECT
        timed.*,
        entries.entry_id AS parent_id,
        entries.entry_version AS found_version,
        coalesce(entries.subject_id, timed.subject_id) AS told_id,
        coalesce(entries.ground, timed.ground) AS told_ground,
        coalesce(entries.severity, timed.severity) AS told_severity,
        entries.value
    FROM timed
    LEFT JOIN lists.entries AS entries ON entries.entry_version = timed.parent_version
    WHERE timed.from_day < until(timed.to_day)
        AND (timed.shows = 'new') = (entries.entry_version IS NULL)
),

made AS (
    SELECT
        hash_id(concat_ws(
            '|',
            mishap,
            list,
            path,
            coalesce(id_text(parent_id), id_text(told_id)),
            CAST(day AS VARCHAR)
        )) AS entry_id,
        list,
        told_id AS subject_id,
        told_ground AS ground,
        told_severity AS severity,
        value,
        from_day,
        to_day,
        found_version AS parent_version,
        holder,
        path,
        came_from,
        distance
    FROM told
)

SELECT
    entry_id,
    hash_id(concat_ws(
        '|',
        id_text(entry_id),
        id_text(subject_id),
        coalesce(ground, '∅'),
        coalesce(severity, '∅'),
        value,
        CAST(from_day AS VARCHAR)
    )) AS entry_version,
    list,
    subject_id,
    ground,
    severity,
    value,
    from_day,
    to_day,
    parent_version,
    holder,
    path,
    came_from,
    distance
FROM made
