-- The identifiers a registry believes each of its subjects to have, and since when.
-- A subject is a registry entry, not a code: a mistyped code changes what the subject is called by,
-- never which subject it is. What has not the shape of its scheme is no identifier.
-- `short_value` is what others may write for it: the organisation code inside a unified code, the masked
-- form of a resident number.
-- source: the registries' own contracts; GB/T 36104-2018 for the market registry
-- grain: one row a subject, identifier and period of belief
-- key: subject_id, scheme, value, from_day
-- unit: feed, record_id
-- touches: conform.statements s ON s.record_id = unit.record_id AND s.feed = unit.feed
-- gives: subject_id = hash_id(concat_ws('|', unit.feed, id_text(unit.record_id)))
-- intervals: union
WITH given AS (
    SELECT
        hash_id(concat_ws('|', s.feed, id_text(s.record_id))) AS subject_id,
        s.subject_kind AS subject_kind,
        s.property AS scheme,
        -- whatever order the engine takes conditions in, long texts are not worked on
        CASE
            WHEN s.property IN ('uscc', 'org_code', 'registration_no', 'resident_no')
                THEN id_of(s.property, s.value)
        END AS value,
        s.from_day AS from_day,
        s.to_day AS to_day
    FROM conform.statements AS s
    WHERE s.id_scheme = 'record'
        AND s.property IN ('uscc', 'org_code', 'registration_no', 'resident_no')
)

SELECT
    g.subject_id AS subject_id,
    g.subject_kind AS subject_kind,
    g.scheme AS scheme,
    g.value AS value,
    CASE g.scheme
        WHEN 'uscc' THEN substr(g.value, 9, 9)
        WHEN 'resident_no' THEN mask_resident_no(g.value)
    END AS short_value,
    g.from_day AS from_day,
    g.to_day AS to_day
FROM given AS g
WHERE g.value IS NOT NULL
