-- What counts: of each act or entry, on each day, the one version that was told last, so that an act
-- told again counts once. Of versions told on one day the later act holds, then the first by kind,
-- ground and subject; what is then left counts alike.
-- source: an act is counted once, as it was last told; ours
-- grain: one row per act or entry and period
-- key: act_id, from_day
-- intervals: union
WITH counted AS (
    SELECT
        act_id,
        count(*) AS tellings
    FROM scores.told
    GROUP BY act_id
),

retold AS (
    SELECT
        told.act_id,
        told.keeper,
        told.subject_id,
        told.trigger_kind,
        told.trigger_name,
        told.ground,
        told.event_day,
        told.because,
        told.from_day,
        told.to_day,
        coalesce(events.from_day, told.from_day) AS told_day
    FROM scores.told
    INNER JOIN counted
        ON counted.act_id = told.act_id
        AND counted.tellings > 1
    LEFT JOIN conform.events
        ON events.record_id = told.record_id
        AND events.version = told.version
        AND on_day(events.from_day, events.to_day, told.from_day)
),

turns AS (
    SELECT
        act_id,
        from_day AS day
    FROM retold
    UNION
    SELECT
        act_id,
        to_day AS day
    FROM retold
    WHERE to_day IS NOT NULL
),

periods AS (
    SELECT
        act_id,
        day AS from_day,
        lead(day) OVER (PARTITION BY act_id ORDER BY day) AS to_day
    FROM turns
),

ranked AS (
    SELECT
        retold.act_id,
        retold.keeper,
        retold.subject_id,
        retold.trigger_kind,
        retold.trigger_name,
        retold.ground,
        retold.event_day,
        retold.because,
        periods.from_day,
        periods.to_day,
        row_number() OVER (
            PARTITION BY retold.act_id, periods.from_day
            ORDER BY
                retold.told_day DESC, coalesce(retold.event_day, DATE '0001-01-01') DESC,
                coalesce(retold.trigger_name, ''), coalesce(retold.ground, ''),
                retold.subject_id, retold.because
        ) AS place
    FROM periods
    INNER JOIN retold
        ON retold.act_id = periods.act_id
        AND on_day(retold.from_day, retold.to_day, periods.from_day)
)

SELECT
    told.act_id,
    told.keeper,
    told.subject_id,
    told.trigger_kind,
    told.trigger_name,
    told.ground,
    told.event_day,
    told.because,
    told.from_day,
    told.to_day
FROM scores.told
INNER JOIN counted
    ON counted.act_id = told.act_id
    AND counted.tellings = 1
UNION ALL
SELECT
    act_id,
    keeper,
    subject_id,
    trigger_kind,
    trigger_name,
    ground,
    event_day,
    because,
    from_day,
    to_day
FROM ranked
WHERE place = 1
