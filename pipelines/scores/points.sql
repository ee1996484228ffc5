-- Changes of points, each with its day and its reason. An act changes points from the day it is believed
-- (or from the first of the next month), and the change is taken back on the day belief ends or its term
-- is over. A list changes points while the keeper shows the entry.
-- source: the code list points, which names the rule each rests on
-- grain: one row a keeper, subject, day, reason and cause
-- key: keeper, subject_id, day, reason, because, change
-- unit: subject_id
-- touches: scores.acts a ON a.subject_id = unit.subject_id
-- touches: exchange.shown s ON s.subject_id = unit.subject_id
WITH rules AS (
    SELECT
        p.keeper AS keeper,
        p.trigger_kind AS trigger_kind,
        p.trigger AS trigger_name,
        p.ground AS ground,
        CAST(p.change AS INTEGER) AS change,
        p.effective AS effective,
        CAST(p.term_days AS INTEGER) AS term_days
    FROM codes.points AS p
    INNER JOIN codes.join_levels AS need ON need.code = p.join_level
    INNER JOIN codes.run AS r ON 1 = 1
    INNER JOIN codes.join_levels AS have
        ON have.code = r.join_level
        AND CAST(have.rank AS INTEGER) >= CAST(need.rank AS INTEGER)
),

held AS (
    SELECT
        r.keeper AS keeper,
        e.subject_id AS subject_id,
        r.change AS change,
        r.effective AS effective,
        concat_ws(':', r.trigger_name, e.ground) AS reason,
        concat_ws(':', 'event', e.record_id, e.version) AS because,
        greatest(e.from_day, e.event_day) AS from_day,
        least(e.to_day, greatest(e.from_day, e.event_day) + r.term_days) AS to_day
    FROM scores.acts AS e
    INNER JOIN rules AS r
        ON r.trigger_kind = 'event'
        AND r.trigger_name = e.event_kind
        AND (r.ground IS NULL OR r.ground = e.ground)
    UNION ALL
    SELECT
        r.keeper AS keeper,
        s.subject_id AS subject_id,
        r.change AS change,
        r.effective AS effective,
        r.trigger_name AS reason,
        concat_ws(':', 'entry', s.entry_version) AS because,
        s.from_day AS from_day,
        least(s.to_day, s.from_day + r.term_days) AS to_day
    FROM exchange.shown AS s
    INNER JOIN rules AS r
        ON r.trigger_kind = 'list'
        AND r.trigger_name = s.list
        AND r.keeper = s.holder
),

effective AS (
    SELECT
        h.keeper AS keeper,
        h.subject_id AS subject_id,
        h.change AS change,
        h.reason AS reason,
        h.because AS because,
        CASE h.effective WHEN 'next_month' THEN month_after(h.from_day) ELSE h.from_day END
            AS from_day,
        CASE h.effective WHEN 'next_month' THEN month_after(h.to_day) ELSE h.to_day END AS to_day
    FROM held AS h
)

SELECT
    e.keeper AS keeper,
    e.subject_id AS subject_id,
    e.from_day AS day,
    e.change AS change,
    e.reason AS reason,
    e.because AS because
FROM effective AS e
WHERE e.from_day < until(e.to_day)
UNION ALL
SELECT
    e.keeper AS keeper,
    e.subject_id AS subject_id,
    e.to_day AS day,
    -e.change AS change,
    e.reason AS reason,
    e.because AS because
FROM effective AS e
WHERE e.from_day < e.to_day
