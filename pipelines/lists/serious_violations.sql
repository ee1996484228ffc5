-- Serious violations: an enterprise three years on the list of abnormal operations and still on it, or
-- anyone gravely penalised. The first stays until it leaves the other list, at most five years; the
-- second three years from the decision.
-- source: rules on the list of serious violations (three years abnormal; out after five clean years)
-- grain: one row an entry, period and parent
-- key: entry_key, subject_id, ground, severity, from_day, parent_id
-- unit: entry_key
-- touches: merge.events e ON e.record_id = unit.entry_key AND e.event_kind IN ('abnormal', 'penalty')
WITH grave AS (
    SELECT
        e.record_id AS record_id,
        e.version AS version,
        e.subject_id AS subject_id,
        'three_years_abnormal' AS ground,
        greatest(e.from_day, e.event_day + 1095) AS from_day,
        least(e.to_day, e.valid_to, e.event_day + 2920) AS to_day
    FROM merge.events AS e
    WHERE e.event_kind = 'abnormal'
        AND e.event_day IS NOT NULL
    UNION ALL
    SELECT
        e.record_id AS record_id,
        e.version AS version,
        e.subject_id AS subject_id,
        'grave_penalty' AS ground,
        greatest(e.from_day, e.event_day) AS from_day,
        least(e.to_day, e.event_day + 1095) AS to_day
    FROM merge.events AS e
    WHERE e.event_kind = 'penalty'
        AND e.event_day IS NOT NULL
        AND e.severity = 'serious'
)

SELECT
    g.record_id AS entry_key,
    g.subject_id AS subject_id,
    g.ground AS ground,
    'serious' AS severity,
    g.from_day AS from_day,
    g.to_day AS to_day,
    'event' AS parent_kind,
    concat_ws(':', id_text(g.record_id), id_text(g.version)) AS parent_id
FROM grave AS g
WHERE g.from_day < until(g.to_day)
