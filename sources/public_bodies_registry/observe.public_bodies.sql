-- The register of public bodies: one row for each stretch of days in which nothing a body's record
-- says changed. A record begins with the foundation and never leaves the register; a body that was
-- dissolved stays with all it last said and status 4.
-- source: world.subjects, world.attributes, world.names, world.links, codes.body_kinds
-- grain: one row per file number and stretch
-- key: dah, held_from
WITH bodies AS (
    SELECT
        subjects.*,
        body_kinds.code AS body_kind
    FROM world.subjects
    INNER JOIN codes.body_kinds ON subjects.kind = body_kinds.subject_kind
),

-- What ends with the body is what the register keeps showing.
filed AS (
    SELECT
        attributes.subject_no,
        attributes.property,
        attributes.value,
        attributes.valid_from,
        CASE WHEN attributes.valid_to < until(bodies.ended) THEN attributes.valid_to END AS valid_to
    FROM world.attributes
    INNER JOIN bodies ON attributes.subject_no = bodies.subject_no
    WHERE
        attributes.property IN ('name', 'address')
        AND attributes.valid_from < until(bodies.ended)
),

-- The head is written down as called when he took the post.
heads AS (
    SELECT
        links.b_no AS subject_no,
        subjects.resident_no,
        names.name,
        links.valid_from,
        CASE WHEN links.valid_to < until(bodies.ended) THEN links.valid_to END AS valid_to
    FROM world.links
    INNER JOIN bodies ON links.b_no = bodies.subject_no
    INNER JOIN world.subjects ON links.a_no = subjects.subject_no
    INNER JOIN world.names
        ON links.a_no = names.subject_no
        AND on_day(names.valid_from, names.valid_to, links.valid_from)
    WHERE
        links.link_kind = 'legal_representative'
        AND links.valid_from < until(bodies.ended)
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
    bodies.file_no AS dah,
    bodies.uscc AS tyshxydm,
    bodies.org_code AS zzjgdm,
    names.value AS jgmc,
    bodies.body_kind AS jglb,
    addresses.value AS jgdz,
    bodies.division AS xzqhdm,
    heads.name AS fddbrxm,
    heads.resident_no AS fddbrzjhm,
    CAST(bodies.born AS VARCHAR) AS clrq,
    CAST(stretches.held_from AS VARCHAR) AS hzrq,
    CASE WHEN stretches.held_from >= bodies.ended THEN '4' ELSE '1' END AS zt,
    substr(bodies.uscc, 1, 1) AS djglbmdm,
    stretches.held_from,
    stretches.held_to
FROM stretches
INNER JOIN bodies ON stretches.subject_no = bodies.subject_no
LEFT JOIN filed AS names
    ON stretches.subject_no = names.subject_no
    AND names.property = 'name'
    AND on_day(names.valid_from, names.valid_to, stretches.held_from)
LEFT JOIN filed AS addresses
    ON stretches.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND on_day(addresses.valid_from, addresses.valid_to, stretches.held_from)
LEFT JOIN heads
    ON stretches.subject_no = heads.subject_no
    AND on_day(heads.valid_from, heads.valid_to, stretches.held_from)
