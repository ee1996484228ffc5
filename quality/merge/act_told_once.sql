-- One act is told by one record: two records of a feed with one subject, ground, day and sum tell of one act
-- under two numbers. A tariff makes two acts of a day alike (two fines for speeding, two licences), so of
-- penalties and licences only records that give the same document are taken for one. The one told first is
-- right; of two told on one day, the one with the lesser id.
-- table: merge.events
-- outcome: warn
WITH events AS (
    SELECT
        record_id,
        version,
        feed,
        subject_id,
        event_kind,
        ground,
        event_day,
        amount_yuan,
        document_no,
        min(from_day) OVER (PARTITION BY record_id) AS told_day,
        from_day,
        to_day
    FROM merge.events
)

SELECT
    other.record_id,
    other.version,
    other.feed,
    other.subject_id,
    other.ground,
    other.event_day,
    one.record_id AS told_by,
    min(greatest(one.from_day, other.from_day)) AS day
FROM events AS other
INNER JOIN events AS one
    ON one.subject_id = other.subject_id
    AND one.feed = other.feed
    AND one.ground = other.ground
    AND one.event_day = other.event_day
    AND coalesce(one.amount_yuan, 0) = coalesce(other.amount_yuan, 0)
    AND (
        one.event_kind NOT IN ('penalty', 'licence')
        OR one.document_no = other.document_no
    )
    AND (
        one.told_day < other.told_day
        OR (one.told_day = other.told_day AND one.record_id < other.record_id)
    )
    AND meet(one.from_day, one.to_day, other.from_day, other.to_day)
GROUP BY
    other.record_id,
    other.version,
    other.feed,
    other.subject_id,
    other.ground,
    other.event_day,
    one.record_id
