-- What keepers are told that may count: acts, and entries of the lists they show, each with what it is
-- one of. In a feed that appends, rows that give one document number tell of one act; where there is no
-- number, rows of one key of the feed; where there is no key, rows on one subject, kind and day. In a feed
-- that can take back what it said, an act is its record. An entry is one thing in whatever version.
-- source: merge.events and exchange.shown
-- grain: one row an act or entry, version, subject and period
-- key: act_id, because, subject_id, from_day
-- unit: subject_id
-- touches: merge.events e ON e.subject_id = unit.subject_id
-- touches: exchange.shown s ON s.subject_id = unit.subject_id
-- touches: exchange.entries n ON n.entry_version = s.entry_version
SELECT
    CASE
        WHEN f.mode <> 'append' THEN hash_id(concat_ws('|', 'record', id_text(e.record_id)))
        WHEN e.document_no IS NOT NULL THEN hash_id(concat_ws('|', 'document', e.feed, e.document_no))
        WHEN f.natural_key IS NOT NULL THEN hash_id(concat_ws('|', 'record', id_text(e.record_id)))
        ELSE hash_id(concat_ws(
                '|', 'day', e.feed, id_text(e.subject_id), coalesce(e.event_kind, '∅'),
                coalesce(CAST(e.event_day AS VARCHAR), '∅')
            ))
    END AS act_id,
    CAST(NULL AS VARCHAR) AS keeper,
    e.subject_id AS subject_id,
    'event' AS trigger_kind,
    e.event_kind AS trigger_name,
    e.ground AS ground,
    e.event_day AS event_day,
    e.record_id AS record_id,
    e.version AS version,
    concat_ws(':', 'event', id_text(e.record_id), id_text(e.version)) AS because,
    e.from_day AS from_day,
    e.to_day AS to_day
FROM merge.events AS e
INNER JOIN codes.feeds AS f ON f.feed = e.feed
WHERE f.mode = 'append'
    OR EXISTS (
        SELECT 1
        FROM codes.points AS p
        WHERE p.trigger_kind = 'event'
            AND p.trigger = e.event_kind
    )
UNION ALL
SELECT
    hash_id(concat_ws('|', 'entry', s.holder, id_text(s.entry_id), id_text(s.subject_id))) AS act_id,
    s.holder AS keeper,
    s.subject_id AS subject_id,
    'list' AS trigger_kind,
    s.list AS trigger_name,
    n.ground AS ground,
    n.from_day AS event_day,
    CAST(NULL AS UUID) AS record_id,
    CAST(NULL AS UUID) AS version,
    concat_ws(':', 'entry', id_text(s.entry_version)) AS because,
    s.from_day AS from_day,
    s.to_day AS to_day
FROM exchange.shown AS s
INNER JOIN exchange.entries AS n ON n.entry_version = s.entry_version
WHERE EXISTS (
        SELECT 1
        FROM codes.points AS p
        WHERE p.trigger_kind = 'list'
            AND p.trigger = s.list
            AND p.keeper = s.holder
    )
