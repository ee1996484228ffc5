-- A list is shared no more widely than the feeds it rests on: whoever may see an entry may see the record
-- behind it.
-- table: lists.entries
-- outcome: warn
WITH rests_on AS (
    SELECT DISTINCT
        entries.list,
        matches.feed
    FROM lists.entries
    INNER JOIN lists.evidence ON evidence.entry_version = entries.entry_version
    INNER JOIN resolve.matches
        ON concat_ws(':', id_text(matches.record_id), id_text(matches.version)) = evidence.parent_id
)

SELECT
    rests_on.list,
    lists.sharing AS list_sharing,
    rests_on.feed,
    feeds.sharing AS feed_sharing
FROM rests_on
INNER JOIN codes.lists ON lists.list = rests_on.list
INNER JOIN codes.feeds ON feeds.feed = rests_on.feed
WHERE
    EXISTS (
        SELECT 1
        FROM codes.audiences AS reader
        WHERE reader.sharing = lists.sharing
            AND NOT EXISTS (
                SELECT 1
                FROM codes.audiences AS may_see
                WHERE may_see.audience = reader.audience
                    AND may_see.sharing = feeds.sharing
            )
    )
