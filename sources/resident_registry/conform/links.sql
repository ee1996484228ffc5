-- Whose child a resident is and where he works. Parents are known by number; the employer by name
-- and division alone.
-- source: conform.residents
-- grain: one row per version of a record, stretch of belief, kind of link and other side
-- key: record_id, version, from_day, link_kind, a_value
WITH entries AS (
    SELECT
        *,
        clean_text(xm) AS name,
        normal_form(xzqh) AS division,
        id_of('resident_no', fqsfhm) AS father_no,
        id_of('resident_no', mqsfhm) AS mother_no,
        clean_text(gzdw) AS workplace,
        normal_form(gzdwxzqh) AS workplace_division,
        parse_day(csrq) AS born,
        parse_day(bgrq) AS stands_since
    FROM conform.residents
),

-- A number written into both columns names one parent, not two.
parents AS (
    SELECT
        *,
        father_no AS parent_no
    FROM entries
    WHERE father_no IS NOT NULL
    UNION ALL
    SELECT
        *,
        mother_no AS parent_no
    FROM entries
    WHERE mother_no IS NOT NULL AND mother_no <> coalesce(father_no, '')
)

SELECT
    record_id,
    version,
    feed,
    effect,
    'parent_child' AS link_kind,
    'resident_no' AS a_scheme,
    parent_no AS a_value,
    CAST(NULL AS VARCHAR) AS a_name,
    CAST(NULL AS VARCHAR) AS a_division,
    'resident' AS a_kind,
    'record' AS b_scheme,
    id_text(record_id) AS b_value,
    name AS b_name,
    division AS b_division,
    'resident' AS b_kind,
    born AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM parents
UNION ALL
SELECT
    record_id,
    version,
    feed,
    effect,
    'employment' AS link_kind,
    'record' AS a_scheme,
    id_text(record_id) AS a_value,
    name AS a_name,
    division AS a_division,
    'resident' AS a_kind,
    CAST(NULL AS VARCHAR) AS b_scheme,
    CAST(NULL AS VARCHAR) AS b_value,
    workplace AS b_name,
    workplace_division AS b_division,
    'enterprise' AS b_kind,
    stands_since AS valid_from,
    CAST(NULL AS DATE) AS valid_to,
    from_day,
    to_day
FROM entries
WHERE workplace IS NOT NULL
