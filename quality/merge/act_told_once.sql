-- One act is told by one record: two records of a feed with one subject, ground, day and sum tell of one act
-- under two numbers. Two acts of a day may be alike (two fines for speeding by a tariff, two licences, two
-- equal payments, two honours, two shifts of a volunteer), so of these only records that give the same
-- document are taken for one, or a document and the same with something added, as what is entered again is
-- numbered. The one told first is right; of two told on one day, the one with the lesser id.
-- table: merge.events
-- outcome: warn
WITH told AS (
    SELECT
        record_id,
        min(from_day) AS told_day
    FROM merge.events
    GROUP BY record_id
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
FROM merge.events AS other
INNER JOIN told AS told_other ON told_other.record_id = other.record_id
INNER JOIN merge.events AS one
    ON one.subject_id = other.subject_id
    AND one.feed = other.feed
    AND one.ground = other.ground
    AND one.event_day = other.event_day
    AND coalesce(one.amount_yuan, 0) = coalesce(other.amount_yuan, 0)
    AND (
        one.event_kind NOT IN (
            'penalty', 'licence', 'platform_payment', 'platform_late', 'wallet_payment', 'wallet_late',
            'honour', 'volunteering'
        )
        OR substr(one.document_no, 1, length(other.document_no))
        = substr(other.document_no, 1, length(one.document_no))
    )
    AND one.record_id <> other.record_id
    AND meet(one.from_day, one.to_day, other.from_day, other.to_day)
INNER JOIN told AS told_one ON told_one.record_id = one.record_id
WHERE
    told_one.told_day < told_other.told_day
    OR (told_one.told_day = told_other.told_day AND one.record_id < other.record_id)
GROUP BY
    other.record_id,
    other.version,
    other.feed,
    other.subject_id,
    other.ground,
    other.event_day,
    one.record_id
