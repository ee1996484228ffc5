-- The identifiers a registry believes each of its subjects to have, and since when.
-- A subject is a registry entry, not a code: a mistyped code changes what the subject is called by,
-- never which subject it is.
-- `short_value` is what others may write for it: the organisation code inside a unified code, the masked
-- form of a resident number.
-- source: the registries' own contracts; GB/T 36104-2018 for the market registry
-- grain: one row a subject, identifier and period of belief
-- key: subject_id, scheme, value, from_day
-- unit: feed, record_id
-- touches: conform.statements s ON s.record_id = unit.record_id AND s.feed = unit.feed
-- gives: subject_id = md5(concat_ws('|', unit.feed, unit.record_id))
-- intervals: union
SELECT
    md5(concat_ws('|', s.feed, s.record_id)) AS subject_id,
    s.subject_kind AS subject_kind,
    s.property AS scheme,
    s.value AS value,
    CASE s.property
        WHEN 'uscc' THEN substr(s.value, 9, 9)
        WHEN 'resident_no' THEN mask_resident_no(s.value)
    END AS short_value,
    s.from_day AS from_day,
    s.to_day AS to_day
FROM conform.statements AS s
WHERE s.id_scheme = 'record'
    AND s.property IN ('uscc', 'org_code', 'registration_no', 'resident_no')
