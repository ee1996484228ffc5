-- The acts keepers count, each for as long as it is believed of one subject, however the subject was
-- found: a change of the method alone does not begin a term anew.
-- source: merge.events
-- grain: one row a subject, record, version and period
-- key: subject_id, record_id, version, from_day
-- unit: record_id
-- touches: merge.events e ON e.record_id = unit.record_id
-- intervals: union
SELECT
    e.subject_id AS subject_id,
    e.record_id AS record_id,
    e.version AS version,
    e.event_kind AS event_kind,
    e.ground AS ground,
    e.event_day AS event_day,
    e.from_day AS from_day,
    e.to_day AS to_day
FROM merge.events AS e
WHERE EXISTS (
        SELECT 1
        FROM codes.points AS p
        WHERE p.trigger_kind = 'event'
            AND p.trigger = e.event_kind
    )
