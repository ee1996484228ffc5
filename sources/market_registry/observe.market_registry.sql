-- The enterprise register: one row for each stretch of days in which nothing an enterprise's
-- record says changed. A record begins with the foundation and never leaves the register; an
-- enterprise that has ended stays with all it last said and status 4.
-- source: world.subjects, world.attributes, world.names, world.links
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
        attributes.subject_no,
        attributes.property,
        attributes.value,
        attributes.valid_from,
        CASE WHEN attributes.valid_to < until(enterprises.ended) THEN attributes.valid_to END AS valid_to
    FROM world.attributes
    INNER JOIN enterprises ON attributes.subject_no = enterprises.subject_no
    WHERE
        attributes.property IN ('name', 'address', 'scope', 'status')
        AND attributes.valid_from < until(enterprises.ended)
),

-- The legal representative is written down as called when he took the post.
heads AS (
    SELECT
        links.b_no AS subject_no,
        subjects.resident_no,
        names.name,
        links.valid_from,
        CASE WHEN links.valid_to < until(enterprises.ended) THEN links.valid_to END AS valid_to
    FROM world.links
    INNER JOIN enterprises ON links.b_no = enterprises.subject_no
    INNER JOIN world.subjects ON links.a_no = subjects.subject_no
    INNER JOIN world.names
        ON links.a_no = names.subject_no
        AND on_day(names.valid_from, names.valid_to, links.valid_from)
    WHERE
        links.link_kind = 'legal_representative'
        AND links.valid_from < until(enterprises.ended)
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
    enterprises.file_no AS dabh,
    enterprises.uscc AS tyshxydm,
    enterprises.org_code AS zzjgdm,
    enterprises.registration_no AS zch,
    names.value AS jgmc,
    addresses.value AS zcdz,
    enterprises.division AS zcdzxzqhdm,
    scopes.value AS jyfw,
    enterprises.trade AS jjhydm,
    CAST(wan(enterprises.capital_fen) AS VARCHAR) AS zczj,
    heads.name AS fddbrxm,
    CASE WHEN heads.resident_no IS NOT NULL THEN '01' END AS fddbrzjlx,
    heads.resident_no AS fddbrzjhm,
    write_day(enterprises.born, '') AS clrq,
    write_day(stretches.held_from, '') AS hzrq,
    CASE WHEN stretches.held_from >= enterprises.ended THEN '4' ELSE coalesce(statuses.value, '1') END AS zt,
    substr(enterprises.uscc, 1, 1) AS djglbmdm,
    enterprises.registrar AS djjg,
    '1' AS sfgk,
    stretches.held_from,
    stretches.held_to
FROM stretches
INNER JOIN enterprises ON stretches.subject_no = enterprises.subject_no
LEFT JOIN filed AS names
    ON stretches.subject_no = names.subject_no
    AND names.property = 'name'
    AND on_day(names.valid_from, names.valid_to, stretches.held_from)
LEFT JOIN filed AS addresses
    ON stretches.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND on_day(addresses.valid_from, addresses.valid_to, stretches.held_from)
LEFT JOIN filed AS scopes
    ON stretches.subject_no = scopes.subject_no
    AND scopes.property = 'scope'
    AND on_day(scopes.valid_from, scopes.valid_to, stretches.held_from)
LEFT JOIN filed AS statuses
    ON stretches.subject_no = statuses.subject_no
    AND statuses.property = 'status'
    AND on_day(statuses.valid_from, statuses.valid_to, stretches.held_from)
LEFT JOIN heads
    ON stretches.subject_no = heads.subject_no
    AND on_day(heads.valid_from, heads.valid_to, stretches.held_from)
