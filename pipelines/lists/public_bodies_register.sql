-- Basic information on public bodies and social organisations as the register has it: name, codes, address
-- and status, told as one; and who leads a body, by name and number.
-- source: basic information comes first in what is published of a body
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
        max(CASE property WHEN 'status' THEN value END)
    )) AS value,
    from_day,
    to_day,
    'statement' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.statements
WHERE feed = 'public_bodies'
GROUP BY record_id, version, subject_id, from_day, to_day
UNION ALL
SELECT
    concat_ws(':', id_text(record_id), link_kind, id_text(a_id)) AS entry_key,
    b_id AS subject_id,
    link_kind AS ground,
    CAST(NULL AS VARCHAR) AS severity,
    a_as_told AS value,
    greatest(from_day, coalesce(valid_from, from_day)) AS from_day,
    least(to_day, valid_to) AS to_day,
    'link' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.links
WHERE feed = 'public_bodies'
    AND link_kind = 'legal_representative'
    AND greatest(from_day, coalesce(valid_from, from_day)) < until(least(to_day, valid_to))
