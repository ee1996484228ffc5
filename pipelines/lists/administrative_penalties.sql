-- Administrative penalties: a reprimand or small fine is shown for three months, any other for three
-- years from the decision; one whose gravity nobody gives is not shown, since no term is known for it.
-- source: rules on the enterprise publicity system (three months, else three years)
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, value, from_day, parent_id
WITH shown AS (
    SELECT
        record_id,
        version,
        subject_id,
        ground,
        severity,
        as_told,
        greatest(from_day, event_day) AS from_day,
        least(
            to_day,
            event_day + CASE severity
                WHEN 'minor' THEN 90
                WHEN 'general' THEN 1095
                WHEN 'serious' THEN 1095
            END
        ) AS to_day
    FROM merge.events
    WHERE event_kind = 'penalty'
        AND event_day IS NOT NULL
        AND severity IN ('minor', 'general', 'serious')
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
FROM shown
WHERE from_day < until(to_day)
