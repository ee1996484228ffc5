-- The register of public bodies: one row for each stretch of days in which nothing a body's record
-- says changed. A record begins with the foundation and never leaves the register; a body that was
-- dissolved stays with all it last said and status 4.
-- source: world.subjects, world.attributes, world.links, codes.body_kinds
-- grain: one row per file number and stretch
-- key: dah, held_from
WITH bodies AS (
    SELECT
        s.*,
        k.code AS body_kind
    FROM world.subjects AS s
    INNER JOIN codes.body_kinds AS k ON s.kind = k.subject_kind
),

-- What ends with the body is what the register keeps showing.
filed AS (
    SELECT
        a.subject_no,
        a.property,
        a.value,
        a.valid_from,
        CASE WHEN a.valid_to < coalesce(b.ended, DATE '9999-12-31') THEN a.valid_to END AS valid_to
    FROM world.attributes AS a
    INNER JOIN bodies AS b ON a.subject_no = b.subject_no
    WHERE
        a.property IN ('name', 'address')
        AND a.valid_from < coalesce(b.ended, DATE '9999-12-31')
),

-- The head is written down as called when he took the post.
heads AS (
    SELECT
        l.b_no AS subject_no,
        p.resident_no,
        n.value AS name,
        l.valid_from,
        CASE WHEN l.valid_to < coalesce(b.ended, DATE '9999-12-31') THEN l.valid_to END AS valid_to
    FROM world.links AS l
    INNER JOIN bodies AS b ON l.b_no = b.subject_no
    INNER JOIN world.subjects AS p ON l.a_no = p.subject_no
    INNER JOIN world.attributes AS n
        ON l.a_no = n.subject_no
        AND n.property = 'name'
        AND n.valid_from <= l.valid_from
        AND l.valid_from < coalesce(n.valid_to, DATE '9999-12-31')
    WHERE
        l.link_kind = 'legal_representative'
        AND l.valid_from < coalesce(b.ended, DATE '9999-12-31')
),

turns AS (
    SELECT
        subject_no,
        valid_from AS day
    FROM filed
    UNION ALL
    SELECT
        subject_no,
        valid_from AS day
    FROM heads
    UNION ALL
    SELECT
        subject_no,
        valid_to AS day
    FROM heads
    WHERE valid_to IS NOT NULL
    UNION ALL
    SELECT
        subject_no,
        ended AS day
    FROM bodies
    WHERE ended IS NOT NULL
),

stretches AS (
    SELECT
        subject_no,
        day AS held_from,
        lead(day) OVER (PARTITION BY subject_no ORDER BY day) AS held_to
    FROM turns
    GROUP BY subject_no, day
)

SELECT
    b.file_no AS dah,
    b.uscc AS tyshxydm,
    b.org_code AS zzjgdm,
    n.value AS jgmc,
    b.body_kind AS jglb,
    a.value AS jgdz,
    b.division AS xzqhdm,
    h.name AS fddbrxm,
    h.resident_no AS fddbrzjhm,
    CAST(b.born AS VARCHAR) AS clrq,
    CAST(t.held_from AS VARCHAR) AS hzrq,
    CASE WHEN t.held_from >= b.ended THEN '4' ELSE '1' END AS zt,
    substr(b.uscc, 1, 1) AS djglbmdm,
    t.held_from,
    t.held_to
FROM stretches AS t
INNER JOIN bodies AS b ON t.subject_no = b.subject_no
LEFT JOIN filed AS n
    ON t.subject_no = n.subject_no
    AND n.property = 'name'
    AND n.valid_from <= t.held_from
    AND t.held_from < coalesce(n.valid_to, DATE '9999-12-31')
LEFT JOIN filed AS a
    ON t.subject_no = a.subject_no
    AND a.property = 'address'
    AND a.valid_from <= t.held_from
    AND t.held_from < coalesce(a.valid_to, DATE '9999-12-31')
LEFT JOIN heads AS h
    ON t.subject_no = h.subject_no
    AND h.valid_from <= t.held_from
    AND t.held_from < coalesce(h.valid_to, DATE '9999-12-31')
