-- What counts: of each act or entry, on each day, the one version that was told last, so that an act
-- told again counts once. Of versions told on one day the later act holds, then the first by kind,
-- ground and subject; what is then left counts alike.
-- source: an act is counted once, as it was last told; ours
-- grain: one row an act or entry and period
-- key: act_id, from_day
-- intervals: union
WITH counted AS (
    SELECT
        t.act_id AS act_id,
        count(*) AS tellings
    FROM scores.told AS t
    GROUP BY t.act_id
),

retold AS (
    SELECT
        t.act_id AS act_id,
        t.keeper AS keeper,
        t.subject_id AS subject_id,
        t.trigger_kind AS trigger_kind,
        t.trigger_name AS trigger_name,
        t.ground AS ground,
        t.event_day AS event_day,
        t.because AS because,
        t.from_day AS from_day,
        t.to_day AS to_day,
        coalesce(c.from_day, t.from_day) AS told_day
    FROM scores.told AS t
    INNER JOIN counted AS n
        ON n.act_id = t.act_id
        AND n.tellings > 1
    LEFT JOIN conform.events AS c
        ON c.record_id = t.record_id
        AND c.version = t.version
        AND c.from_day <= t.from_day
        AND t.from_day < until(c.to_day)
),

turns AS (
    SELECT
        r.act_id AS act_id,
        r.from_day AS day
    FROM retold AS r
    UNION
    SELECT
        r.act_id AS act_id,
        r.to_day AS day
    FROM retold AS r
    WHERE r.to_day IS NOT NULL
),

periods AS (
    SELECT
        t.act_id AS act_id,
        t.day AS from_day,
        lead(t.day) OVER (PARTITION BY t.act_id ORDER BY t.day) AS to_day
    FROM turns AS t
),

ranked AS (
    SELECT
        r.act_id AS act_id,
        r.keeper AS keeper,
        r.subject_id AS subject_id,
        r.trigger_kind AS trigger_kind,
        r.trigger_name AS trigger_name,
        r.ground AS ground,
        r.event_day AS event_day,
        r.because AS because,
        p.from_day AS from_day,
        p.to_day AS to_day,
        row_number() OVER (
            PARTITION BY r.act_id, p.from_day
            ORDER BY
                r.told_day DESC, coalesce(r.event_day, DATE '0001-01-01') DESC,
                coalesce(r.trigger_name, ''), coalesce(r.ground, ''), r.subject_id, r.because
        ) AS place
    FROM periods AS p
    INNER JOIN retold AS r
        ON r.act_id = p.act_id
        AND r.from_day <= p.from_day
        AND p.from_day < until(r.to_day)
)

SELECT
    t.act_id AS act_id,
    t.keeper AS keeper,
    t.subject_id AS subject_id,
    t.trigger_kind AS trigger_kind,
    t.trigger_name AS trigger_name,
    t.ground AS ground,
    t.event_day AS event_day,
    t.because AS because,
    t.from_day AS from_day,
    t.to_day AS to_day
FROM scores.told AS t
INNER JOIN counted AS n
    ON n.act_id = t.act_id
    AND n.tellings = 1
UNION ALL
SELECT
    r.act_id AS act_id,
    r.keeper AS keeper,
    r.subject_id AS subject_id,
    r.trigger_kind AS trigger_kind,
    r.trigger_name AS trigger_name,
    r.ground AS ground,
    r.event_day AS event_day,
    r.because AS because,
    r.from_day AS from_day,
    r.to_day AS to_day
FROM ranked AS r
WHERE r.place = 1
