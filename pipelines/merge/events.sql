-- Events with the subject they are about, while both the event and the match are believed.
-- source: conform.events and resolve.matches
-- grain: one row a record, version and period of belief
-- key: record_id, version, from_day
SELECT
    m.subject_id AS subject_id,
    m.method AS method,
    e.record_id AS record_id,
    e.version AS version,
    e.feed AS feed,
    e.event_kind AS event_kind,
    e.ground AS ground,
    e.severity AS severity,
    e.amount_yuan AS amount_yuan,
    e.document_no AS document_no,
    e.authority AS authority,
    e.event_day AS event_day,
    e.valid_from AS valid_from,
    e.valid_to AS valid_to,
    greatest(e.from_day, m.from_day) AS from_day,
    least(e.to_day, m.to_day) AS to_day
FROM conform.events AS e
INNER JOIN resolve.matches AS m
    ON m.record_id = e.record_id
    AND m.version = e.version
    AND m.role = 'subject'
    AND m.from_day < until(e.to_day)
    AND e.from_day < until(m.to_day)
