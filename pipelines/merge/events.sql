-- Events with the subject they are about, while both the event and the match are believed. What a list
-- publishes of an event is given beside its parts, in the island's own words: name and number (of a person
-- the masked one), sum, document, authority, and what else a list of its kind names.
-- source: conform.events and resolve.matches
-- grain: one row per record, version and period of belief
-- key: record_id, version, from_day
SELECT
    matches.subject_id,
    matches.method,
    events.record_id,
    events.version,
    events.feed,
    events.event_kind,
    events.ground,
    events.severity,
    events.amount_yuan,
    events.document_no,
    events.authority,
    concat_ws(
        ' · ',
        mask_words(events.name),
        mask_numbers(events.id_value),
        CAST(events.amount_yuan AS VARCHAR),
        mask_words(events.document_no),
        mask_words(events.authority),
        mask_words(events.details)
    ) AS as_told,
    events.event_day,
    events.valid_from,
    events.valid_to,
    greatest(events.from_day, matches.from_day) AS from_day,
    least(events.to_day, matches.to_day) AS to_day
FROM conform.events
INNER JOIN resolve.matches
    ON matches.record_id = events.record_id
    AND matches.version = events.version
    AND matches.role = 'subject'
    AND meet(events.from_day, events.to_day, matches.from_day, matches.to_day)
