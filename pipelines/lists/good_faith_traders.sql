-- Traders and farmers honoured for good faith: a red list on which they stand for three years from the
-- honour, but on no day on which a penalty is believed that is more than minor and was decided since. So
-- a wrong penalty loses the place as surely as a right one, and the place comes back when it is withdrawn.
-- source: shops and farms are named as models of good faith; the term and what loses it are ours
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, value, from_day, parent_id
WITH named AS (
    SELECT
        act_id,
        record_id,
        version,
        subject_id,
        ground,
        severity,
        as_told,
        event_day,
        greatest(from_day, event_day) AS from_day,
        least(to_day, event_day + 1095) AS to_day
    FROM merge.acts
    WHERE event_kind = 'honour'
        AND ground IN ('honest_trader', 'honest_farmer')
        AND event_day IS NOT NULL
        AND greatest(from_day, event_day) < until(least(to_day, event_day + 1095))
),

barred AS (
    SELECT
        named.act_id,
        named.from_day AS named_day,
        greatest(penalties.from_day, penalties.event_day) AS from_day,
        penalties.to_day
    FROM named
    INNER JOIN merge.events AS penalties
        ON penalties.subject_id = named.subject_id
        AND penalties.event_day >= named.event_day
    WHERE penalties.event_kind = 'penalty'
        AND penalties.severity IN ('general', 'serious')
        -- one taken back before the day it gives was never in force
        AND penalties.event_day < until(penalties.to_day)
),

-- Days on which a clear time may begin: the first of the place, and the first after each penalty.
turns AS (
    SELECT
        act_id,
        from_day AS named_day,
        from_day AS day
    FROM named
    UNION
    SELECT
        barred.act_id,
        barred.named_day,
        barred.to_day AS day
    FROM named
    INNER JOIN barred
        ON barred.act_id = named.act_id
        AND barred.named_day = named.from_day
        AND on_day(named.from_day, named.to_day, barred.to_day)
),

clear AS (
    SELECT
        turns.act_id,
        turns.named_day,
        turns.day AS from_day,
        min(CASE WHEN barred.from_day > turns.day THEN barred.from_day END) AS to_day,
        count(CASE WHEN on_day(barred.from_day, barred.to_day, turns.day) THEN 1 END) AS penalties
    FROM turns
    LEFT JOIN barred
        ON barred.act_id = turns.act_id
        AND barred.named_day = turns.named_day
    GROUP BY turns.act_id, turns.named_day, turns.day
)

SELECT
    named.act_id AS entry_key,
    named.subject_id,
    named.ground,
    named.severity,
    named.as_told AS value,
    clear.from_day,
    least(named.to_day, clear.to_day) AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(named.record_id), id_text(named.version)) AS parent_id
FROM named
INNER JOIN clear
    ON clear.act_id = named.act_id
    AND clear.named_day = named.from_day
WHERE clear.penalties = 0
