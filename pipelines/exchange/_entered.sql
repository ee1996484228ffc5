-- Entries of native lists that stand at a holder without having come there: made by hand, with nothing
-- to rest on, or filed a second time under a number of their own. Such an entry stands on the shortest way to
-- the holder and is passed on from there. It lasts as any mishap does: until the next sync where the
-- receiver replaces all it has, for the list's own term at the owner, and for good elsewhere, also where the
-- receiver drops what it was sent years later (mode expire).
-- source: exchange.struck_paths; the terms of the code list lists; that an entry by hand never expires is
--         ours
-- grain: one row per entry
-- key: entry_version
WITH ways AS (
    SELECT
        list,
        path,
        row_number() OVER (
            PARTITION BY list, holder, came_from
            ORDER BY distance, path
        ) AS way
    FROM exchange.paths
),

timed AS (
    SELECT
        struck.mishap,
        struck.list,
        struck.entry_version AS parent_version,
        struck.subject_id,
        struck.ground,
        struck.severity,
        struck.day,
        struck.shows,
        struck.holder,
        struck.path,
        struck.came_from,
        struck.distance,
        struck.begin_day AS from_day,
        least(
            CASE
                WHEN struck.replaces THEN struck.next_day
                WHEN struck.distance = 0 THEN struck.day + CAST(lists.longest_term_days AS INTEGER)
            END,
            struck.until_day
        ) AS to_day
    FROM exchange.struck_paths AS struck
    INNER JOIN codes.lists AS lists
        ON lists.list = struck.list
        AND lists.adopted = 'no'
    INNER JOIN ways
        ON ways.list = struck.list
        AND ways.path = struck.path
        AND ways.way = 1
    WHERE struck.shows IN ('new', 'twice')
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

{versions}
