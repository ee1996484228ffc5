-- The identifiers a registry believes each of its subjects to have, and since when.
-- A subject is a registry entry, not a code: a mistyped code changes what the subject is called by,
-- never which subject it is. What has not the shape of its scheme is no identifier.
-- `short_value` is what others may write for it: the organisation code inside a unified code, the masked
-- form of a resident number.
-- source: the registries' own contracts; GB/T 36104-2018 for the market registry
-- grain: one row per subject, identifier and period of belief
-- key: subject_id, scheme, value, from_day
-- intervals: union by subject_id, scheme, value
WITH given AS (
    SELECT
        hash_id(concat_ws('|', feed, id_text(record_id))) AS subject_id,
        subject_kind,
        property AS scheme,
        -- whatever order the engine takes conditions in, long texts are not worked on
        CASE
            WHEN property IN ('uscc', 'org_code', 'registration_no', 'resident_no')
                THEN id_of(property, value)
        END AS value,
        from_day,
        to_day
    FROM conform.statements
    WHERE id_scheme = 'record'
        AND property IN ('uscc', 'org_code', 'registration_no', 'resident_no')
)

SELECT
    subject_id,
    subject_kind,
    scheme,
    value,
    CASE scheme
        WHEN 'uscc' THEN substr(value, 9, 9)
        WHEN 'resident_no' THEN mask_resident_no(value)
    END AS short_value,
    from_day,
    to_day
FROM given
WHERE value IS NOT NULL
