-- Basic information on residents as the register has it: name, number, address and day of birth, told as
-- one; and the parents it names, by their masked numbers.
-- source: basic information, shared between government bodies
-- grain: one row per entry, period and parent
-- key: entry_key, subject_id, ground, value, from_day, parent_id
SELECT
    concat_ws(':', id_text(record_id), 'registered') AS entry_key,
    subject_id,
    'registered' AS ground,
    CAST(NULL AS VARCHAR) AS severity,
    concat_ws(
        ' · ',
        max(CASE property WHEN 'name' THEN value END),
        max(CASE property WHEN 'resident_no' THEN value END),
        max(CASE property WHEN 'address' THEN value END),
        max(CASE property WHEN 'born' THEN value END)
    ) AS value,
    from_day,
    to_day,
    'statement' AS parent_kind,
    concat_ws(':', id_text(record_id), id_text(version)) AS parent_id
FROM merge.statements
WHERE feed = 'residents'
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
WHERE feed = 'residents'
    AND link_kind = 'parent_child'
    AND greatest(from_day, coalesce(valid_from, from_day)) < until(least(to_day, valid_to))
