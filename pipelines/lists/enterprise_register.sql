-- Basic information on enterprises: name, codes, address, status and capital, each with its value.
-- source: basic information comes first in what is published of an enterprise
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, value, from_day, parent_id
SELECT
    concat_ws(':', id_text(record_id), property) AS entry_key,
    subject_id,
    property AS ground,
    CAST(NULL AS VARCHAR) AS severity,
    value,
    greatest(from_day, coalesce(valid_from, from_day)) AS from_day,
    least(to_day, valid_to) AS to_day,
    'statement' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.facts
WHERE feed = 'market_registry'
    AND won
    AND property IN ('name', 'address', 'status', 'uscc', 'org_code', 'capital_yuan')
    AND greatest(from_day, coalesce(valid_from, from_day)) < until(least(to_day, valid_to))
