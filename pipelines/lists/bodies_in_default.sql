-- Public bodies that did not do what a court ordered, such as to pay a contractor: while the court's
-- record says that the debtor is a body of government, for two years from the decision, unless the
-- judgment is fulfilled first.
-- source: the Supreme People's Court's provisions on publishing dishonest judgment debtors; a list of
--         their own for public bodies, as it is published in places
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, value, from_day, parent_id
WITH told AS (
    SELECT
        events.record_id,
        events.version,
        events.subject_id,
        events.ground,
        events.severity,
        events.as_told,
        greatest(events.from_day, conformed.from_day, events.event_day) AS from_day,
        least(
            events.to_day, conformed.to_day, events.valid_to, events.event_day + 730
        ) AS to_day
    FROM merge.events
    INNER JOIN conform.events AS conformed
        ON conformed.record_id = events.record_id
        AND conformed.version = events.version
        AND conformed.subject_kind = 'government_body'
        AND meet(conformed.from_day, conformed.to_day, events.from_day, events.to_day)
    WHERE events.event_kind = 'judgment_default'
        AND events.event_day IS NOT NULL
)

SELECT
    record_id AS entry_key,
    subject_id,
    ground,
    severity,
    as_told AS value,
    from_day,
    to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM told
WHERE from_day < until(to_day)
