-- Basic information on enterprises as the register has it: name, codes, address, status and capital, told as
-- one.
-- source: basic information comes first in what is published of an enterprise
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, value, from_day, parent_id
SELECT
    concat_ws(':', id_text(record_id), 'registered') AS entry_key,
    subject_id,
    'registered' AS ground,
    CAST(NULL AS VARCHAR) AS severity,
    mask_words(concat_ws(
        ' · ',
        max(CASE property WHEN 'name' THEN value END),
        max(CASE property WHEN 'uscc' THEN value END),
        max(CASE property WHEN 'org_code' THEN value END),
        max(CASE property WHEN 'address' THEN value END),
        max(CASE property WHEN 'status' THEN value END),
        max(CASE property WHEN 'capital_yuan' THEN value END)
    )) AS value,
    from_day,
    to_day,
    'statement' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.statements
WHERE feed = 'market_registry'
GROUP BY record_id, version, subject_id, from_day, to_day
