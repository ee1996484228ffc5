-- What keepers are told that may count: acts, and entries of the lists they show, each with what it is
-- one of. In a feed that appends, rows that give one document number tell of one act; where there is no
-- number, rows of one key of the feed; where there is no key, rows on one subject, kind and day. In a feed
-- that can take back what it said, an act is its record. An entry is one thing in whatever version.
-- source: merge.events and exchange.shown
-- grain: one row per act or entry, version, subject and period
-- key: act_id, because, subject_id, from_day
SELECT
    CASE
        WHEN feeds.mode <> 'append' THEN hash_id(concat_ws('|', 'record', id_text(events.record_id)))
        WHEN events.document_no IS NOT NULL
            THEN hash_id(concat_ws('|', 'document', events.feed, events.document_no))
        WHEN feeds.natural_key IS NOT NULL
            THEN hash_id(concat_ws('|', 'record', id_text(events.record_id)))
        ELSE hash_id(concat_ws(
                '|', 'day', events.feed, id_text(events.subject_id), coalesce(events.event_kind, '∅'),
                coalesce(CAST(events.event_day AS VARCHAR), '∅')
            ))
    END AS act_id,
    CAST(NULL AS VARCHAR) AS keeper,
    events.subject_id,
    'event' AS trigger_kind,
    events.event_kind AS trigger_name,
    events.ground,
    events.event_day,
    events.record_id,
    events.version,
    concat_ws(':', 'event', id_text(events.record_id), id_text(events.version)) AS because,
    events.from_day,
    events.to_day
FROM merge.events
INNER JOIN codes.feeds ON feeds.feed = events.feed
WHERE feeds.mode = 'append'
    OR EXISTS (
        SELECT 1
        FROM codes.points
        WHERE points.trigger_kind = 'event'
            AND points.trigger = events.event_kind
    )
UNION ALL
SELECT
    hash_id(concat_ws('|', 'entry', shown.holder, id_text(shown.entry_id), id_text(shown.subject_id)))
        AS act_id,
    shown.holder AS keeper,
    shown.subject_id,
    'list' AS trigger_kind,
    shown.list AS trigger_name,
    entries.ground,
    entries.from_day AS event_day,
    CAST(NULL AS UUID) AS record_id,
    CAST(NULL AS UUID) AS version,
    concat_ws(':', 'entry', id_text(shown.entry_version)) AS because,
    shown.from_day,
    shown.to_day
FROM exchange.shown
INNER JOIN exchange.entries ON entries.entry_version = shown.entry_version
WHERE EXISTS (
        SELECT 1
        FROM codes.points
        WHERE points.trigger_kind = 'list'
            AND points.trigger = shown.list
            AND points.keeper = shown.holder
    )
