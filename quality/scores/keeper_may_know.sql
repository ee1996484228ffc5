-- A keeper counts only acts told by feeds that it may see: a firm's score rests on nothing that is shared
-- between government bodies alone.
-- table: scores.points
-- outcome: fail
SELECT DISTINCT
    points.keeper,
    points.reason,
    events.feed,
    feeds.sharing,
    holders.audience
FROM scores.points
INNER JOIN merge.events
    ON concat_ws(':', 'event', events.record_id, events.version) = points.because
INNER JOIN codes.feeds ON feeds.feed = events.feed
INNER JOIN codes.holders ON holders.holder = points.keeper
WHERE
    NOT EXISTS (
        SELECT 1
        FROM codes.audiences
        WHERE audiences.audience = holders.audience
            AND audiences.sharing = feeds.sharing
    )
