-- Who could be meant by each reference, step by step, while the registry believes what makes it so.
-- 1 code: a unified code or resident number the registry knows (flagged if it fails its check)
-- 2 crosswalk: another number, through the register in force that day
-- 3 substring: the organisation code inside the unified code
-- 4 masked: a masked resident number together with the name
-- 5 name: exact normalised name and division, if no identifier vouches for somebody
-- 6 fuzzy: name and address, nearly
-- Which methods may be used depends on how far the islands are joined.
-- source: GB 32100-2015 (characters 9-17 of the unified code are the organisation code)
-- grain: one row a reference, step, subject and period
-- key: reference_id, step, method, subject_id, from_day
WITH found AS (
    SELECT
        r.reference_id AS reference_id,
        r.id_scheme AS id_scheme,
        1 AS step,
        CASE WHEN r.vouched THEN 'code' ELSE 'code_flagged' END AS method,
        i.subject_id AS subject_id,
        1000 AS score,
        i.from_day AS from_day,
        i.to_day AS to_day
    FROM resolve.designations AS r
    INNER JOIN resolve.identifiers AS i
        ON i.scheme = r.id_scheme
        AND i.value = r.id_value
    WHERE r.id_scheme IN ('uscc', 'resident_no')
    UNION ALL
    SELECT
        r.reference_id AS reference_id,
        r.id_scheme AS id_scheme,
        2 AS step,
        'crosswalk' AS method,
        i.subject_id AS subject_id,
        1000 AS score,
        i.from_day AS from_day,
        i.to_day AS to_day
    FROM resolve.designations AS r
    INNER JOIN resolve.identifiers AS i
        ON i.scheme = r.id_scheme
        AND i.value = r.id_value
    WHERE r.id_scheme IN ('registration_no', 'org_code')
    UNION ALL
    SELECT
        r.reference_id AS reference_id,
        r.id_scheme AS id_scheme,
        3 AS step,
        'substring' AS method,
        i.subject_id AS subject_id,
        1000 AS score,
        i.from_day AS from_day,
        i.to_day AS to_day
    FROM resolve.designations AS r
    INNER JOIN resolve.identifiers AS i
        ON i.scheme = 'uscc'
        AND i.short_value = r.short_value
    WHERE r.id_scheme IN ('org_code', 'tax_no')
    UNION ALL
    SELECT
        r.reference_id AS reference_id,
        r.id_scheme AS id_scheme,
        4 AS step,
        'masked' AS method,
        i.subject_id AS subject_id,
        900 AS score,
        greatest(i.from_day, n.from_day) AS from_day,
        least(i.to_day, n.to_day) AS to_day
    FROM resolve.designations AS r
    INNER JOIN resolve.identifiers AS i
        ON i.scheme = 'resident_no'
        AND i.short_value = r.short_value
    INNER JOIN resolve.names AS n
        ON n.subject_id = i.subject_id
        AND n.name_key = r.name_key
        AND n.from_day < until(i.to_day)
        AND i.from_day < until(n.to_day)
    WHERE r.id_scheme = 'masked_resident_no'
    UNION ALL
    SELECT
        r.reference_id AS reference_id,
        r.id_scheme AS id_scheme,
        5 AS step,
        'name' AS method,
        n.subject_id AS subject_id,
        800 AS score,
        n.from_day AS from_day,
        n.to_day AS to_day
    FROM resolve.designations AS r
    INNER JOIN resolve.names AS n
        ON n.name_key = r.name_key
        AND n.division = r.division
        AND (r.subject_kind IS NULL OR n.subject_kind = r.subject_kind)
    WHERE NOT r.vouched
    UNION ALL
    SELECT
        f.reference_id AS reference_id,
        CAST(NULL AS VARCHAR) AS id_scheme,
        6 AS step,
        'fuzzy' AS method,
        f.subject_id AS subject_id,
        f.score AS score,
        f.from_day AS from_day,
        f.to_day AS to_day
    FROM resolve.fuzzy AS f
)

SELECT DISTINCT
    f.reference_id AS reference_id,
    f.step AS step,
    f.method AS method,
    f.subject_id AS subject_id,
    f.score AS score,
    f.from_day AS from_day,
    f.to_day AS to_day
FROM found AS f
WHERE EXISTS (
        SELECT 1
        FROM codes.join_methods AS j
        INNER JOIN codes.run AS r ON r.join_level = j.join_level
        WHERE j.method = f.method
            AND (f.step >= 5 OR j.id_scheme = f.id_scheme)
    )
