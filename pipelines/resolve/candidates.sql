-- Who could be meant by each reference, step by step, while the registry believes what makes it so.
-- 1 code: a unified code or resident number the registry knows (flagged if it fails its check)
-- 2 crosswalk: another number, through the register in force that day
-- 3 substring: the organisation code inside the unified code
-- 4 masked: a masked resident number together with the name
-- 5 name: exact normalised name and division, if no identifier vouches for somebody
-- 6 fuzzy: name and address, nearly
-- Which methods may be used depends on how far the islands are joined.
-- source: GB 32100-2015 (characters 9-17 of the unified code are the organisation code)
-- grain: one row per reference, step, subject and period
-- key: reference_id, step, method, subject_id, from_day
WITH by_number AS (
    SELECT
        designations.reference_id,
        designations.id_scheme,
        CASE WHEN designations.id_scheme IN ('uscc', 'resident_no') THEN 1 ELSE 2 END AS step,
        CASE
            WHEN designations.id_scheme NOT IN ('uscc', 'resident_no') THEN 'crosswalk'
            WHEN designations.vouched THEN 'code'
            ELSE 'code_flagged'
        END AS method,
        identifiers.subject_id,
        1000 AS score,
        identifiers.from_day,
        identifiers.to_day
    FROM resolve.designations
    INNER JOIN resolve.identifiers
        ON identifiers.scheme = designations.id_scheme
        AND identifiers.value = designations.id_value
),

by_part_of_number AS (
    SELECT
        designations.reference_id,
        designations.id_scheme,
        3 AS step,
        'substring' AS method,
        identifiers.subject_id,
        1000 AS score,
        identifiers.from_day,
        identifiers.to_day
    FROM resolve.designations
    INNER JOIN resolve.identifiers
        ON identifiers.short_value = designations.short_value
        AND identifiers.scheme = 'uscc'
    WHERE designations.id_scheme IN ('org_code', 'tax_no')
),

by_masked_number_and_name AS (
    SELECT
        designations.reference_id,
        designations.id_scheme,
        4 AS step,
        'masked' AS method,
        identifiers.subject_id,
        900 AS score,
        greatest(identifiers.from_day, names.from_day) AS from_day,
        least(identifiers.to_day, names.to_day) AS to_day
    FROM resolve.designations
    INNER JOIN resolve.identifiers
        ON identifiers.short_value = designations.short_value
        AND identifiers.scheme = 'resident_no'
    INNER JOIN resolve.names
        ON names.subject_id = identifiers.subject_id
        AND names.name_key = designations.name_key
        AND meet(names.from_day, names.to_day, identifiers.from_day, identifiers.to_day)
    WHERE designations.id_scheme = 'masked_resident_no'
),

by_name AS (
    -- A reference that gives no kind of subject may mean one of any kind.
    SELECT
        designations.reference_id,
        designations.id_scheme,
        5 AS step,
        'name' AS method,
        names.subject_id,
        800 AS score,
        names.from_day,
        names.to_day
    FROM resolve.designations
    INNER JOIN resolve.names
        ON names.name_key = designations.name_key
        AND names.division = designations.division
        AND (designations.subject_kind IS NULL OR names.subject_kind = designations.subject_kind)
    WHERE NOT designations.vouched
),

by_likeness AS (
    SELECT
        reference_id,
        CAST(NULL AS VARCHAR) AS id_scheme,
        6 AS step,
        'fuzzy' AS method,
        subject_id,
        score,
        from_day,
        to_day
    FROM resolve.fuzzy
),

found AS (
    SELECT * FROM by_number
    UNION ALL
    SELECT * FROM by_part_of_number
    UNION ALL
    SELECT * FROM by_masked_number_and_name
    UNION ALL
    SELECT * FROM by_name
    UNION ALL
    SELECT * FROM by_likeness
)

-- One subject may be found twice: a register may have its number twice at one time.
SELECT DISTINCT
    found.reference_id,
    found.step,
    found.method,
    found.subject_id,
    found.score,
    found.from_day,
    found.to_day
FROM found
WHERE EXISTS (
        -- Methods by name say no scheme, and are used whatever number there is.
        SELECT 1
        FROM codes.join_methods
        INNER JOIN codes.run ON run.join_level = join_methods.join_level
        WHERE join_methods.method = found.method
            AND (join_methods.id_scheme IS NULL OR join_methods.id_scheme = found.id_scheme)
    )
