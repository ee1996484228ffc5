-- Everything there is to publish on the last day of deliveries, with the class that says who may see it:
-- entries as their owners show them, the acts behind them, measures taken, and basic information on
-- whoever has one of these. A red list is published without its reasons.
-- source: sharing classes of the feeds' contracts and of the code list lists
-- grain: one row per subject, kind of item, item and class
-- key: subject_id, item_kind, item, about, sharing
WITH shown AS (
    SELECT
        shown.subject_id,
        'entry' AS item_kind,
        shown.list AS item,
        id_text(shown.entry_version) AS about,
        CASE lists.polarity WHEN 'positive' THEN CAST(NULL AS VARCHAR) ELSE entries.ground END AS reason,
        lists.sharing,
        lists.area,
        shown.from_day AS since
    FROM exchange.shown
    INNER JOIN codes.lists
        ON lists.list = shown.list
        AND lists.owner = shown.holder
    INNER JOIN exchange.entries ON entries.entry_version = shown.entry_version
    CROSS JOIN codes.run
    WHERE on_day(shown.from_day, shown.to_day, run.last_day)
    UNION ALL
    SELECT
        events.subject_id,
        'act' AS item_kind,
        events.event_kind AS item,
        concat_ws(':', id_text(events.record_id), id_text(events.version)) AS about,
        events.ground AS reason,
        feeds.sharing,
        feeds.area,
        events.event_day AS since
    FROM merge.events
    INNER JOIN codes.feeds ON feeds.feed = events.feed
    CROSS JOIN codes.run
    WHERE on_day(events.from_day, events.to_day, run.last_day)
    UNION ALL
    SELECT
        measures.subject_id,
        'measure' AS item_kind,
        measures.measure AS item,
        id_text(measures.measure_id) AS about,
        measures.list AS reason,
        lists.sharing,
        lists.area,
        measures.from_day AS since
    FROM consequences.measures
    INNER JOIN codes.lists ON lists.list = measures.list
    CROSS JOIN codes.run
    WHERE on_day(measures.from_day, measures.to_day, run.last_day)
),

basic AS (
    SELECT
        facts.subject_id,
        'basic' AS item_kind,
        facts.property AS item,
        facts.value AS about,
        CAST(NULL AS VARCHAR) AS reason,
        feeds.sharing,
        feeds.area,
        facts.from_day AS since
    FROM merge.facts
    INNER JOIN codes.feeds ON feeds.feed = facts.feed
    CROSS JOIN codes.run
    WHERE facts.won
        AND on_day(facts.from_day, facts.to_day, run.last_day)
        AND on_day(coalesce(facts.valid_from, run.last_day), facts.valid_to, run.last_day)
        AND EXISTS (
            SELECT 1
            FROM shown
            WHERE shown.subject_id = facts.subject_id
                AND shown.item_kind IN ('entry', 'measure')
        )
)

SELECT
    subject_id,
    item_kind,
    item,
    about,
    reason,
    sharing,
    area,
    since
FROM shown
UNION ALL
SELECT
    subject_id,
    item_kind,
    item,
    about,
    reason,
    sharing,
    area,
    since
FROM basic
