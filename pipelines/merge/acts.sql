-- Acts told by feeds that can take nothing back, each as it was last told, so that an act told again is
-- still one act. Of versions told on one day the later act holds, then the first by kind, ground and
-- subject.
-- source: an act is counted once, as it was last told; ours
-- grain: one row per act and period
-- key: act_id, from_day
-- intervals: union by act_id
WITH counted AS (
    SELECT
        act_id,
        count(*) AS tellings
    FROM merge.told
    GROUP BY act_id
),

retold AS (
    SELECT
        told.act_id,
        told.record_id,
        told.version,
        told.feed,
        told.subject_id,
        told.event_kind,
        told.ground,
        told.severity,
        told.amount_yuan,
        told.as_told,
        told.event_day,
        told.from_day,
        told.to_day,
        -- the day on which it was told, whenever it was known whom it is about
        coalesce(events.from_day, told.from_day) AS told_day
    FROM merge.told
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
        retold.record_id,
        retold.version,
        retold.feed,
        retold.subject_id,
        retold.event_kind,
        retold.ground,
        retold.severity,
        retold.amount_yuan,
        retold.as_told,
        retold.event_day,
        periods.from_day,
        periods.to_day,
        row_number() OVER (
            PARTITION BY retold.act_id, periods.from_day
            ORDER BY
                retold.told_day DESC, coalesce(retold.event_day, DATE '0001-01-01') DESC,
                coalesce(retold.event_kind, ''), coalesce(retold.ground, ''),
                retold.subject_id, retold.record_id, retold.version
        ) AS place
    FROM periods
    INNER JOIN retold
        ON retold.act_id = periods.act_id
        AND on_day(retold.from_day, retold.to_day, periods.from_day)
)

SELECT
    told.act_id,
    told.record_id,
    told.version,
    told.feed,
    told.subject_id,
    told.event_kind,
    told.ground,
    told.severity,
    told.amount_yuan,
    told.as_told,
    told.event_day,
    told.from_day,
    told.to_day
FROM merge.told
INNER JOIN counted
    ON counted.act_id = told.act_id
    AND counted.tellings = 1
UNION ALL
SELECT
    act_id,
    record_id,
    version,
    feed,
    subject_id,
    event_kind,
    ground,
    severity,
    amount_yuan,
    as_told,
    event_day,
    from_day,
    to_day
FROM ranked
WHERE place = 1
