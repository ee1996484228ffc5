-- Changes of points, each with its day and its reason. An act changes points from the day it is both done
-- and believed (or from the first of the next month). The change is taken back on the day belief ends, or
-- when the term is over that runs from the day of the act: what is told later than that never counts.
-- A list changes points while the keeper shows the entry; its entries have terms of their own.
-- source: the code list points, which names the rule each rests on
-- grain: one row a keeper, subject, day, reason and cause
-- key: keeper, subject_id, day, reason, because, change
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
        a.subject_id AS subject_id,
        r.change AS change,
        r.effective AS effective,
        concat_ws(':', r.trigger_name, a.ground) AS reason,
        a.because AS because,
        greatest(a.from_day, a.event_day) AS from_day,
        least(a.to_day, a.event_day + r.term_days) AS to_day
    FROM scores.acts AS a
    INNER JOIN rules AS r
        ON r.trigger_kind = a.trigger_kind
        AND r.trigger_name = a.trigger_name
        AND (r.ground IS NULL OR r.ground = a.ground)
    WHERE a.trigger_kind = 'event'
        AND a.event_day IS NOT NULL
    UNION ALL
    SELECT
        r.keeper AS keeper,
        a.subject_id AS subject_id,
        r.change AS change,
        r.effective AS effective,
        r.trigger_name AS reason,
        a.because AS because,
        a.from_day AS from_day,
        a.to_day AS to_day
    FROM scores.acts AS a
    INNER JOIN rules AS r
        ON r.trigger_kind = a.trigger_kind
        AND r.trigger_name = a.trigger_name
        AND r.keeper = a.keeper
    WHERE a.trigger_kind = 'list'
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
