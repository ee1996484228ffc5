-- Serious violations: an enterprise three years on the list of abnormal operations and still on it, or
-- anyone gravely penalised. The first stays until it leaves the other list, at most five years; the
-- second three years from the decision.
-- source: rules on the list of serious violations (three years abnormal; out after five clean years)
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, severity, value, from_day, parent_id
WITH grave AS (
    SELECT
        record_id,
        version,
        subject_id,
        as_told,
        'three_years_abnormal' AS ground,
        greatest(from_day, event_day + 1095) AS from_day,
        least(to_day, valid_to, event_day + 2920) AS to_day
    FROM merge.events
    WHERE event_kind = 'abnormal'
        AND event_day IS NOT NULL
    UNION ALL
    SELECT
        record_id,
        version,
        subject_id,
        as_told,
        'grave_penalty' AS ground,
        greatest(from_day, event_day) AS from_day,
        least(to_day, event_day + 1095) AS to_day
    FROM merge.events
    WHERE event_kind = 'penalty'
        AND event_day IS NOT NULL
        AND severity = 'serious'
)

SELECT
    record_id AS entry_key,
    subject_id,
    ground,
    'serious' AS severity,
    as_told AS value,
    from_day,
    to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM grave
WHERE from_day < until(to_day)
