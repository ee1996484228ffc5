-- Administrative penalties: a reprimand or small fine is shown for three months, any other for three
-- years from the decision; one whose gravity nobody gives is not shown, since no term is known for it.
-- source: rules on the enterprise publicity system (three months, else three years)
-- grain: one row an entry, period and parent
-- key: entry_key, subject_id, ground, severity, from_day, parent_id
-- unit: entry_key
-- touches: merge.events e ON e.record_id = unit.entry_key AND e.event_kind = 'penalty'
WITH shown AS (
    SELECT
        e.record_id AS record_id,
        e.version AS version,
        e.subject_id AS subject_id,
        e.ground AS ground,
        e.severity AS severity,
        greatest(e.from_day, e.event_day) AS from_day,
        least(
            e.to_day,
            e.event_day + CASE e.severity
                WHEN 'minor' THEN 90
                WHEN 'general' THEN 1095
                WHEN 'serious' THEN 1095
            END
        ) AS to_day
    FROM merge.events AS e
    WHERE e.event_kind = 'penalty'
        AND e.event_day IS NOT NULL
        AND e.severity IN ('minor', 'general', 'serious')
)

SELECT
    s.record_id AS entry_key,
    s.subject_id AS subject_id,
    s.ground AS ground,
    s.severity AS severity,
    s.from_day AS from_day,
    s.to_day AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(s.record_id), id_text(s.version)) AS parent_id
FROM shown AS s
WHERE s.from_day < until(s.to_day)
