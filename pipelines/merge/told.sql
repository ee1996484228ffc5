-- What feeds that can take nothing back have told, each with the act it tells of. Rows that give one
-- document number tell of one act; where there is no number, rows of one key of the feed; where there is
-- no key, rows on one subject, kind and day.
-- source: an act told again is still one act; ours
-- grain: one row per act, record, version, subject and period
-- key: act_id, record_id, version, subject_id, from_day
SELECT
    CASE
        WHEN events.document_no IS NOT NULL
            THEN hash_id(concat_ws('|', 'document', events.feed, events.document_no))
        WHEN feeds.natural_key IS NOT NULL
            THEN hash_id(concat_ws('|', 'record', id_text(events.record_id)))
        ELSE hash_id(concat_ws(
                '|', 'day', events.feed, id_text(events.subject_id), coalesce(events.event_kind, '∅'),
                coalesce(CAST(events.event_day AS VARCHAR), '∅')
            ))
    END AS act_id,
    events.record_id,
    events.version,
    events.feed,
    events.subject_id,
    events.event_kind,
    events.ground,
    events.severity,
    events.amount_yuan,
    events.as_told,
    events.event_day,
    events.from_day,
    events.to_day
FROM merge.events
INNER JOIN codes.feeds
    ON feeds.feed = events.feed
    AND feeds.mode = 'append'
