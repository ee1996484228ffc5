-- Basic information on public bodies and social organisations: name, codes, address and status, each
-- with its value, and who leads it: the name in the register and whom it means.
-- source: basic information comes first in what is published of a body
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
WHERE feed = 'public_bodies'
    AND won
    AND property IN ('name', 'address', 'status', 'uscc', 'org_code')
    AND greatest(from_day, coalesce(valid_from, from_day)) < until(least(to_day, valid_to))
UNION ALL
SELECT
    concat_ws(':', id_text(record_id), link_kind, id_text(a_id)) AS entry_key,
    b_id AS subject_id,
    link_kind AS ground,
    CAST(NULL AS VARCHAR) AS severity,
    concat_ws(' · ', a_name, id_text(a_id)) AS value,
    greatest(from_day, coalesce(valid_from, from_day)) AS from_day,
    least(to_day, valid_to) AS to_day,
    'link' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.links
WHERE feed = 'public_bodies'
    AND link_kind = 'legal_representative'
    AND greatest(from_day, coalesce(valid_from, from_day)) < until(least(to_day, valid_to))
