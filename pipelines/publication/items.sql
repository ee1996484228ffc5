-- What every holder publishes on the last day of deliveries, from nothing but what it holds: entries of its
-- own lists and of those it has copies of, with what they say, and the measures it takes. Basic information
-- (what registers say of their own) is told of whoever else something is told of there. The owner of a
-- list tells it to whom its class allows; elsewhere whoever reads the holder sees it. A measure may be seen
-- by whoever may see the list it follows from. A red list is published without its reasons.
-- source: sharing classes of the code list lists, readers of the code list holders
-- grain: one row per holder, subject, kind of item, item and what it is about
-- key: holder, subject_id, item_kind, item, about
WITH registered AS (
    SELECT DISTINCT entry_version
    FROM exchange.evidence
    WHERE parent_kind IN ('statement', 'link')
),

shown AS (
    SELECT
        shown.holder,
        shown.subject_id,
        CASE WHEN registered.entry_version IS NULL THEN 'entry' ELSE 'basic' END AS item_kind,
        shown.list,
        shown.entry_version,
        shown.from_day
    FROM exchange.shown
    LEFT JOIN registered ON registered.entry_version = shown.entry_version
    CROSS JOIN codes.run
    WHERE on_day(shown.from_day, shown.to_day, run.last_day)
),

taken AS (
    SELECT
        measures.agency AS holder,
        measures.subject_id,
        'measure' AS item_kind,
        measures.measure AS item,
        measures.measure_id AS about,
        measures.list AS reason,
        CAST(NULL AS VARCHAR) AS value,
        lists.sharing,
        lists.area,
        measures.from_day AS since
    FROM consequences.measures
    INNER JOIN codes.lists ON lists.list = measures.list
    CROSS JOIN codes.run
    WHERE on_day(measures.from_day, measures.to_day, run.last_day)
),

told_of AS (
    SELECT
        holder,
        subject_id
    FROM shown
    WHERE item_kind = 'entry'
    UNION
    SELECT
        holder,
        subject_id
    FROM taken
),

-- Every entry shown is of somebody told of, so that the join leaves out basic information alone.
told AS (
    SELECT shown.*
    FROM shown
    INNER JOIN told_of ON told_of.holder = shown.holder AND told_of.subject_id = shown.subject_id
)

SELECT
    told.holder,
    told.subject_id,
    told.item_kind,
    told.list AS item,
    told.entry_version AS about,
    CASE lists.polarity WHEN 'positive' THEN CAST(NULL AS VARCHAR) ELSE entries.ground END AS reason,
    entries.value,
    CASE WHEN lists.owner = told.holder THEN lists.sharing ELSE holders.audience END AS sharing,
    lists.area,
    told.from_day AS since
FROM told
INNER JOIN exchange.entries ON entries.entry_version = told.entry_version
INNER JOIN codes.lists ON lists.list = told.list
INNER JOIN codes.holders ON holders.holder = told.holder
UNION ALL
SELECT
    holder,
    subject_id,
    item_kind,
    item,
    about,
    reason,
    value,
    sharing,
    area,
    since
FROM taken
