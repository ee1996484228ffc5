-- A list is shared no more widely than the feeds it rests on: whoever may see an entry may see the record
-- behind it.
-- table: lists.entries
-- outcome: warn
WITH too_wide AS (
    -- The few feeds, if any, that fewer may see than a list.
    SELECT DISTINCT
        lists.list,
        lists.sharing AS list_sharing,
        feeds.feed,
        feeds.sharing AS feed_sharing
    FROM codes.lists
    INNER JOIN codes.audiences AS readers ON readers.sharing = lists.sharing
    CROSS JOIN codes.feeds
    LEFT JOIN codes.audiences AS may_see
        ON may_see.audience = readers.audience
        AND may_see.sharing = feeds.sharing
    WHERE may_see.audience IS NULL
)

SELECT
    entries.entry_version,
    entries.list,
    too_wide.list_sharing,
    too_wide.feed,
    too_wide.feed_sharing,
    min(greatest(entries.from_day, matches.from_day)) AS day
FROM lists.entries
INNER JOIN lists.evidence ON evidence.entry_version = entries.entry_version
INNER JOIN resolve.matches
    ON concat_ws(':', id_text(matches.record_id), id_text(matches.version)) = evidence.parent_id
INNER JOIN too_wide
    ON too_wide.list = entries.list
    AND too_wide.feed = matches.feed
GROUP BY
    entries.entry_version,
    entries.list,
    too_wide.list_sharing,
    too_wide.feed,
    too_wide.feed_sharing
