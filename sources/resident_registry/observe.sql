-- The resident register: one row for each stretch of days in which nothing a resident's record says
-- changed. A record begins with the birth and leaves the register with the death.
-- source: world.subjects, world.attributes, world.links
-- grain: one row per file number and stretch
-- key: dah, held_from
WITH residents AS (
    SELECT *
    FROM world.subjects
    WHERE kind = 'resident'
),

told AS (
    SELECT
        a.subject_no,
        a.property,
        a.value,
        CAST(NULL AS VARCHAR) AS division,
        a.valid_from,
        a.valid_to
    FROM world.attributes AS a
    INNER JOIN residents AS r ON a.subject_no = r.subject_no
    WHERE a.property IN ('name', 'address')
    UNION ALL
    SELECT
        l.b_no AS subject_no,
        CASE p.sex WHEN 'M' THEN 'father' ELSE 'mother' END AS property,
        p.resident_no AS value,
        CAST(NULL AS VARCHAR) AS division,
        l.valid_from,
        l.valid_to
    FROM world.links AS l
    INNER JOIN residents AS p ON l.a_no = p.subject_no
    WHERE l.link_kind = 'parent_child'
    UNION ALL
    -- the employer as called when the job began
    SELECT
        l.a_no AS subject_no,
        'workplace' AS property,
        n.value,
        e.division,
        l.valid_from,
        l.valid_to
    FROM world.links AS l
    INNER JOIN world.subjects AS e ON l.b_no = e.subject_no
    INNER JOIN world.attributes AS n
        ON l.b_no = n.subject_no
        AND n.property = 'name'
        AND n.valid_from <= l.valid_from
        AND l.valid_from < coalesce(n.valid_to, DATE '9999-12-31')
    WHERE l.link_kind = 'employment'
),

turns AS (
    SELECT
        subject_no,
        valid_from AS day
    FROM told
    UNION ALL
    SELECT
        subject_no,
        valid_to AS day
    FROM told
    WHERE valid_to IS NOT NULL
),

stretches AS (
    SELECT
        t.subject_no,
        t.day AS held_from,
        lead(t.day) OVER (PARTITION BY t.subject_no ORDER BY t.day) AS held_to
    FROM turns AS t
    GROUP BY t.subject_no, t.day
)

SELECT
    r.file_no AS dah,
    r.resident_no AS gmsfhm,
    n.value AS xm,
    CASE r.sex WHEN 'M' THEN '1' ELSE '2' END AS xb,
    replace(CAST(r.born AS VARCHAR), '-', '') AS csrq,
    r.division AS xzqh,
    a.value AS zz,
    f.value AS fqsfhm,
    m.value AS mqsfhm,
    w.value AS gzdw,
    w.division AS gzdwxzqh,
    replace(CAST(t.held_from AS VARCHAR), '-', '') AS bgrq,
    t.held_from,
    t.held_to
FROM stretches AS t
INNER JOIN residents AS r
    ON t.subject_no = r.subject_no
    AND r.born <= t.held_from
    AND t.held_from < coalesce(r.ended, DATE '9999-12-31')
LEFT JOIN told AS n
    ON t.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= t.held_from
    AND t.held_from < coalesce(n.valid_to, DATE '9999-12-31')
LEFT JOIN told AS a
    ON t.subject_no = a.subject_no
    AND a.property = 'address'
    AND a.valid_from <= t.held_from
    AND t.held_from < coalesce(a.valid_to, DATE '9999-12-31')
LEFT JOIN told AS f
    ON t.subject_no = f.subject_no
    AND f.property = 'father'
    AND f.valid_from <= t.held_from
    AND t.held_from < coalesce(f.valid_to, DATE '9999-12-31')
LEFT JOIN told AS m
    ON t.subject_no = m.subject_no
    AND m.property = 'mother'
    AND m.valid_from <= t.held_from
    AND t.held_from < coalesce(m.valid_to, DATE '9999-12-31')
LEFT JOIN told AS w
    ON t.subject_no = w.subject_no
    AND w.property = 'workplace'
    AND w.valid_from <= t.held_from
    AND t.held_from < coalesce(w.valid_to, DATE '9999-12-31')
