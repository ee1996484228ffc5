-- What a holder shows because a list was sent to it that it is not to have: all that the sender showed of
-- it on the day, from the next day on, for good. It goes no further.
-- source: the code list mishaps
-- grain: one row per path, entry version and subject shown
-- key: path, entry_version, subject_id, from_day
WITH sent AS (
    SELECT
        mishaps.holder,
        mishaps.came_from,
        mishaps.list,
        mishaps.day,
        mishaps.until_day
    FROM exchange.mishaps AS mishaps
    INNER JOIN codes.mishaps AS kinds
        ON kinds.mishap = mishaps.mishap
        AND kinds.shows = 'astray'
    WHERE mishaps.day + 1 < until(mishaps.until_day)
),

held AS (
    {copies}
)

SELECT
    sent.holder,
    held.list,
    held.entry_id,
    held.entry_version,
    held.subject_id,
    concat_ws('>', held.path, sent.holder) AS path,
    sent.came_from,
    sent.day + 1 AS from_day,
    sent.until_day AS to_day,
    held.distance + 1 AS distance
FROM held
INNER JOIN sent
    ON sent.came_from = held.holder
    AND sent.list = held.list
    AND on_day(held.from_day, held.to_day, sent.day)
