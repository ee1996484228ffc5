-- What a holder shows because a list was sent to it that it is not to have: all that the sender showed of
-- it on the day, from the next day on, for good, but for what somebody there deletes by hand. It goes no
-- further.
-- source: the code list mishaps
-- grain: one row per path, entry version and subject shown
-- key: path, entry_version, subject_id, from_day
WITH sent AS (
    SELECT
        mishaps.at_holder AS holder,
        mishaps.from_holder AS came_from,
        mishaps.list,
        mishaps.from_day AS day,
        mishaps.to_day AS until_day
    FROM exchange.mishaps AS mishaps
    INNER JOIN codes.mishaps AS kinds
        ON kinds.mishap = mishaps.kind
        AND kinds.shows = 'astray'
    WHERE mishaps.from_day + 1 < until(mishaps.to_day)
),

held AS (
    {copies}
),

deleted AS (
    SELECT
        mishaps.at_holder AS holder,
        mishaps.from_holder AS came_from,
        mishaps.list,
        mishaps.entry_id,
        mishaps.subject_id,
        mishaps.from_day AS day
    FROM exchange.mishaps AS mishaps
    INNER JOIN codes.mishaps AS kinds
        ON kinds.mishap = mishaps.kind
        AND kinds.shows = 'nothing'
        AND kinds.begins = 'day'
),

kept AS (
    SELECT
        sent.holder,
        held.list,
        held.entry_id,
        held.entry_version,
        held.subject_id,
        concat_ws('>', held.path, sent.holder) AS path,
        sent.came_from,
        sent.day + 1 AS from_day,
        least(sent.until_day, min(deleted.day)) AS to_day,
        held.distance + 1 AS distance
    FROM held
    INNER JOIN sent
        ON sent.came_from = held.holder
        AND sent.list = held.list
        AND on_day(held.from_day, held.to_day, sent.day)
    LEFT JOIN deleted
        ON deleted.holder = sent.holder
        AND deleted.came_from = sent.came_from
        AND deleted.list = sent.list
        AND deleted.entry_id = held.entry_id
        AND coalesce(deleted.subject_id, held.subject_id) = held.subject_id
        AND deleted.day > sent.day
    GROUP BY
        sent.holder, held.list, held.entry_id, held.entry_version, held.subject_id, held.path,
        sent.came_from, sent.day, sent.until_day, held.distance
)

SELECT
    holder,
    list,
    entry_id,
    entry_version,
    subject_id,
    path,
    came_from,
    from_day,
    to_day,
    distance
FROM kept
WHERE from_day < until(to_day)
