-- Who owns, leads or directs which enterprise, or is its partner, told of both sides: the value is the
-- other side, by name and number as the filing has them.
-- source: filings with the register of enterprises
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, value, from_day, parent_id
WITH sides AS (
    SELECT
        concat_ws(':', id_text(record_id), 'a') AS entry_key,
        a_id AS subject_id,
        b_as_told AS value,
        link_kind,
        record_id,
        version,
        feed,
        greatest(from_day, coalesce(valid_from, from_day)) AS from_day,
        least(to_day, valid_to) AS to_day
    FROM merge.links
    UNION ALL
    SELECT
        concat_ws(':', id_text(record_id), 'b') AS entry_key,
        b_id AS subject_id,
        a_as_told AS value,
        link_kind,
        record_id,
        version,
        feed,
        greatest(from_day, coalesce(valid_from, from_day)) AS from_day,
        least(to_day, valid_to) AS to_day
    FROM merge.links
)

SELECT
    entry_key,
    subject_id,
    link_kind AS ground,
    CAST(NULL AS VARCHAR) AS severity,
    value,
    from_day,
    to_day,
    'link' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM sides
WHERE feed IN ('market_registry', 'market_shareholders')
    AND from_day < until(to_day)
