-- Everything there is to publish on the last day of deliveries, with the class that says who may see it:
-- entries as their owners show them, the acts behind them, measures taken, and basic information on
-- whoever has one of these. A red list is published without its reasons.
-- source: sharing classes of the feeds' contracts and of the code list lists
-- grain: one row a subject, kind of item, item and class
-- key: subject_id, item_kind, item, about, sharing
-- unit: subject_id
-- touches: exchange.shown s ON s.subject_id = unit.subject_id
-- touches: exchange.entries n ON n.entry_version = s.entry_version
-- touches: merge.events e ON e.subject_id = unit.subject_id
-- touches: consequences.measures m ON m.subject_id = unit.subject_id
-- touches: merge.facts f ON f.subject_id = unit.subject_id
WITH shown AS (
    SELECT
        s.subject_id AS subject_id,
        'entry' AS item_kind,
        s.list AS item,
        id_text(s.entry_version) AS about,
        CASE l.polarity WHEN 'positive' THEN CAST(NULL AS VARCHAR) ELSE e.ground END AS reason,
        l.sharing AS sharing,
        l.area AS area,
        s.from_day AS since
    FROM exchange.shown AS s
    INNER JOIN codes.lists AS l
        ON l.list = s.list
        AND l.owner = s.holder
    INNER JOIN exchange.entries AS e ON e.entry_version = s.entry_version
    CROSS JOIN codes.run AS r
    WHERE s.from_day <= r.last_day
        AND until(s.to_day) > r.last_day
    UNION ALL
    SELECT
        e.subject_id AS subject_id,
        'act' AS item_kind,
        e.event_kind AS item,
        concat_ws(':', id_text(e.record_id), id_text(e.version)) AS about,
        e.ground AS reason,
        f.sharing AS sharing,
        f.area AS area,
        e.event_day AS since
    FROM merge.events AS e
    INNER JOIN codes.feeds AS f ON f.feed = e.feed
    CROSS JOIN codes.run AS r
    WHERE e.from_day <= r.last_day
        AND until(e.to_day) > r.last_day
    UNION ALL
    SELECT
        m.subject_id AS subject_id,
        'measure' AS item_kind,
        m.measure AS item,
        id_text(m.measure_id) AS about,
        m.list AS reason,
        l.sharing AS sharing,
        l.area AS area,
        m.from_day AS since
    FROM consequences.measures AS m
    INNER JOIN codes.lists AS l ON l.list = m.list
    CROSS JOIN codes.run AS r
    WHERE m.from_day <= r.last_day
        AND until(m.to_day) > r.last_day
),

basic AS (
    SELECT
        f.subject_id AS subject_id,
        'basic' AS item_kind,
        f.property AS item,
        f.value AS about,
        CAST(NULL AS VARCHAR) AS reason,
        c.sharing AS sharing,
        c.area AS area,
        f.from_day AS since
    FROM merge.facts AS f
    INNER JOIN codes.feeds AS c ON c.feed = f.feed
    CROSS JOIN codes.run AS r
    WHERE f.won
        AND f.from_day <= r.last_day
        AND until(f.to_day) > r.last_day
        AND coalesce(f.valid_from, r.last_day) <= r.last_day
        AND until(f.valid_to) > r.last_day
        AND EXISTS (
            SELECT 1
            FROM shown AS s
            WHERE s.subject_id = f.subject_id
                AND s.item_kind IN ('entry', 'measure')
        )
)

SELECT
    s.subject_id AS subject_id,
    s.item_kind AS item_kind,
    s.item AS item,
    s.about AS about,
    s.reason AS reason,
    s.sharing AS sharing,
    s.area AS area,
    s.since AS since
FROM shown AS s
UNION ALL
SELECT
    b.subject_id AS subject_id,
    b.item_kind AS item_kind,
    b.item AS item,
    b.about AS about,
    b.reason AS reason,
    b.sharing AS sharing,
    b.area AS area,
    b.since AS since
FROM basic AS b
