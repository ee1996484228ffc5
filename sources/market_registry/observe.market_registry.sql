-- The enterprise register: one row for each stretch of days in which nothing an enterprise's
-- record says changed. A record begins with the foundation and never leaves the register; an
-- enterprise that has ended stays with all it last said and status 4.
-- source: world.subjects, world.attributes, world.links
-- grain: one row per archive number and stretch
-- key: dabh, held_from
WITH enterprises AS (
    SELECT *
    FROM world.subjects
    WHERE kind = 'enterprise'
),

-- What ends with the enterprise is what the register keeps showing.
filed AS (
    SELECT
        a.subject_no,
        a.property,
        a.value,
        a.valid_from,
        CASE WHEN a.valid_to < coalesce(e.ended, DATE '9999-12-31') THEN a.valid_to END AS valid_to
    FROM world.attributes AS a
    INNER JOIN enterprises AS e ON a.subject_no = e.subject_no
    WHERE
        a.property IN ('name', 'address', 'scope', 'status')
        AND a.valid_from < coalesce(e.ended, DATE '9999-12-31')
),

-- The legal representative is written down as called when he took the post.
heads AS (
    SELECT
        l.b_no AS subject_no,
        p.resident_no,
        n.value AS name,
        l.valid_from,
        CASE WHEN l.valid_to < coalesce(e.ended, DATE '9999-12-31') THEN l.valid_to END AS valid_to
    FROM world.links AS l
    INNER JOIN enterprises AS e ON l.b_no = e.subject_no
    INNER JOIN world.subjects AS p ON l.a_no = p.subject_no
    INNER JOIN world.attributes AS n
        ON l.a_no = n.subject_no
        AND n.property = 'name'
        AND n.valid_from <= l.valid_from
        AND l.valid_from < coalesce(n.valid_to, DATE '9999-12-31')
    WHERE
        l.link_kind = 'legal_representative'
        AND l.valid_from < coalesce(e.ended, DATE '9999-12-31')
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
    FROM enterprises
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
    e.file_no AS dabh,
    e.uscc AS tyshxydm,
    e.org_code AS zzjgdm,
    e.registration_no AS zch,
    n.value AS jgmc,
    a.value AS zcdz,
    e.division AS zcdzxzqhdm,
    s.value AS jyfw,
    e.trade AS jjhydm,
    -- fen to 10,000 yuan is a shift by six digits
    CAST(e.capital_fen // 1000000 AS VARCHAR)
    || '.'
    || lpad(CAST(e.capital_fen % 1000000 AS VARCHAR), 6, '0') AS zczj,
    h.name AS fddbrxm,
    CASE WHEN h.resident_no IS NOT NULL THEN '01' END AS fddbrzjlx,
    h.resident_no AS fddbrzjhm,
    replace(CAST(e.born AS VARCHAR), '-', '') AS clrq,
    replace(CAST(t.held_from AS VARCHAR), '-', '') AS hzrq,
    CASE WHEN t.held_from >= e.ended THEN '4' ELSE coalesce(z.value, '1') END AS zt,
    substr(e.uscc, 1, 1) AS djglbmdm,
    e.registrar AS djjg,
    '1' AS sfgk,
    t.held_from,
    t.held_to
FROM stretches AS t
INNER JOIN enterprises AS e ON t.subject_no = e.subject_no
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
LEFT JOIN filed AS s
    ON t.subject_no = s.subject_no
    AND s.property = 'scope'
    AND s.valid_from <= t.held_from
    AND t.held_from < coalesce(s.valid_to, DATE '9999-12-31')
LEFT JOIN filed AS z
    ON t.subject_no = z.subject_no
    AND z.property = 'status'
    AND z.valid_from <= t.held_from
    AND t.held_from < coalesce(z.valid_to, DATE '9999-12-31')
LEFT JOIN heads AS h
    ON t.subject_no = h.subject_no
    AND h.valid_from <= t.held_from
    AND t.held_from < coalesce(h.valid_to, DATE '9999-12-31')
