-- What every holder publishes on the last day of deliveries, from nothing but what it holds: entries of its
-- own lists and of those it has copies of, with what they say, and the measures it takes. The owner of a
-- list tells it to whom its class allows; elsewhere whoever reads the holder sees it. A measure may be seen
-- by whoever may see the list it follows from. A red list is published without its reasons.
-- source: sharing classes of the code list lists, readers of the code list holders
-- grain: one row per holder, subject, kind of item, item and what it is about
-- key: holder, subject_id, item_kind, item, about
SELECT
    shown.holder,
    shown.subject_id,
    'entry' AS item_kind,
    shown.list AS item,
    id_text(shown.entry_version) AS about,
    CASE lists.polarity WHEN 'positive' THEN CAST(NULL AS VARCHAR) ELSE entries.ground END AS reason,
    entries.value,
    CASE WHEN lists.owner = shown.holder THEN lists.sharing ELSE holders.audience END AS sharing,
    lists.area,
    shown.from_day AS since
FROM exchange.shown
INNER JOIN exchange.entries ON entries.entry_version = shown.entry_version
INNER JOIN codes.lists ON lists.list = shown.list
INNER JOIN codes.holders ON holders.holder = shown.holder
CROSS JOIN codes.run
WHERE on_day(shown.from_day, shown.to_day, run.last_day)
UNION ALL
SELECT
    measures.agency AS holder,
    measures.subject_id,
    'measure' AS item_kind,
    measures.measure AS item,
    id_text(measures.measure_id) AS about,
    measures.list AS reason,
    CAST(NULL AS VARCHAR) AS value,
    lists.sharing,
    lists.area,
    measures.from_day AS since
FROM consequences.measures
INNER JOIN codes.lists ON lists.list = measures.list
CROSS JOIN codes.run
WHERE on_day(measures.from_day, measures.to_day, run.last_day)
