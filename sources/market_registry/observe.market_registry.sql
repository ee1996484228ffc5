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
        attributes.subject_no,
        attributes.property,
        attributes.value,
        attributes.valid_from,
        CASE WHEN attributes.valid_to < coalesce(enterprises.ended, DATE '9999-12-31') THEN attributes.valid_to END AS valid_to
    FROM world.attributes
    INNER JOIN enterprises ON attributes.subject_no = enterprises.subject_no
    WHERE
        attributes.property IN ('name', 'address', 'scope', 'status')
        AND attributes.valid_from < coalesce(enterprises.ended, DATE '9999-12-31')
),

-- The legal representative is written down as called when he took the post.
heads AS (
    SELECT
        links.b_no AS subject_no,
        subjects.resident_no,
        names.value AS name,
        links.valid_from,
        CASE WHEN links.valid_to < coalesce(enterprises.ended, DATE '9999-12-31') THEN links.valid_to END AS valid_to
    FROM world.links
    INNER JOIN enterprises ON links.b_no = enterprises.subject_no
    INNER JOIN world.subjects ON links.a_no = subjects.subject_no
    INNER JOIN world.attributes AS names
        ON links.a_no = names.subject_no
        AND names.property = 'name'
        AND names.valid_from <= links.valid_from
        AND links.valid_from < coalesce(names.valid_to, DATE '9999-12-31')
    WHERE
        links.link_kind = 'legal_representative'
        AND links.valid_from < coalesce(enterprises.ended, DATE '9999-12-31')
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
    -- fen to 10,000 yuan is a shift by six digits
    CAST(enterprises.capital_fen // 1000000 AS VARCHAR)
    || '.'
    || lpad(CAST(enterprises.capital_fen % 1000000 AS VARCHAR), 6, '0') AS zczj,
    heads.name AS fddbrxm,
    CASE WHEN heads.resident_no IS NOT NULL THEN '01' END AS fddbrzjlx,
    heads.resident_no AS fddbrzjhm,
    replace(CAST(enterprises.born AS VARCHAR), '-', '') AS clrq,
    replace(CAST(stretches.held_from AS VARCHAR), '-', '') AS hzrq,
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
    AND names.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(names.valid_to, DATE '9999-12-31')
LEFT JOIN filed AS addresses
    ON stretches.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND addresses.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(addresses.valid_to, DATE '9999-12-31')
LEFT JOIN filed AS scopes
    ON stretches.subject_no = scopes.subject_no
    AND scopes.property = 'scope'
    AND scopes.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(scopes.valid_to, DATE '9999-12-31')
LEFT JOIN filed AS statuses
    ON stretches.subject_no = statuses.subject_no
    AND statuses.property = 'status'
    AND statuses.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(statuses.valid_to, DATE '9999-12-31')
LEFT JOIN heads
    ON stretches.subject_no = heads.subject_no
    AND heads.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(heads.valid_to, DATE '9999-12-31')
