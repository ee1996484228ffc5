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
        attributes.subject_no,
        attributes.property,
        attributes.value,
        CAST(NULL AS VARCHAR) AS division,
        attributes.valid_from,
        attributes.valid_to
    FROM world.attributes
    INNER JOIN residents ON attributes.subject_no = residents.subject_no
    WHERE attributes.property IN ('name', 'address')
    UNION ALL
    SELECT
        links.b_no AS subject_no,
        CASE parents.sex WHEN 'M' THEN 'father' ELSE 'mother' END AS property,
        parents.resident_no AS value,
        CAST(NULL AS VARCHAR) AS division,
        links.valid_from,
        links.valid_to
    FROM world.links
    INNER JOIN residents AS parents ON links.a_no = parents.subject_no
    WHERE links.link_kind = 'parent_child'
    UNION ALL
    -- the employer as called when the job began
    SELECT
        links.a_no AS subject_no,
        'workplace' AS property,
        names.value,
        employers.division,
        links.valid_from,
        links.valid_to
    FROM world.links
    INNER JOIN world.subjects AS employers ON links.b_no = employers.subject_no
    INNER JOIN world.attributes AS names
        ON links.b_no = names.subject_no
        AND names.property = 'name'
        AND names.valid_from <= links.valid_from
        AND links.valid_from < coalesce(names.valid_to, DATE '9999-12-31')
    WHERE links.link_kind = 'employment'
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
        subject_no,
        day AS held_from,
        lead(day) OVER (PARTITION BY subject_no ORDER BY day) AS held_to
    FROM turns
    GROUP BY subject_no, day
)

SELECT
    residents.file_no AS dah,
    residents.resident_no AS gmsfhm,
    names.value AS xm,
    CASE residents.sex WHEN 'M' THEN '1' ELSE '2' END AS xb,
    replace(CAST(residents.born AS VARCHAR), '-', '') AS csrq,
    residents.division AS xzqh,
    addresses.value AS zz,
    fathers.value AS fqsfhm,
    mothers.value AS mqsfhm,
    workplaces.value AS gzdw,
    workplaces.division AS gzdwxzqh,
    replace(CAST(stretches.held_from AS VARCHAR), '-', '') AS bgrq,
    stretches.held_from,
    stretches.held_to
FROM stretches
INNER JOIN residents
    ON stretches.subject_no = residents.subject_no
    AND residents.born <= stretches.held_from
    AND stretches.held_from < coalesce(residents.ended, DATE '9999-12-31')
LEFT JOIN told AS names
    ON stretches.subject_no = names.subject_no
    AND names.property = 'name'
    AND names.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(names.valid_to, DATE '9999-12-31')
LEFT JOIN told AS addresses
    ON stretches.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND addresses.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(addresses.valid_to, DATE '9999-12-31')
LEFT JOIN told AS fathers
    ON stretches.subject_no = fathers.subject_no
    AND fathers.property = 'father'
    AND fathers.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(fathers.valid_to, DATE '9999-12-31')
LEFT JOIN told AS mothers
    ON stretches.subject_no = mothers.subject_no
    AND mothers.property = 'mother'
    AND mothers.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(mothers.valid_to, DATE '9999-12-31')
LEFT JOIN told AS workplaces
    ON stretches.subject_no = workplaces.subject_no
    AND workplaces.property = 'workplace'
    AND workplaces.valid_from <= stretches.held_from
    AND stretches.held_from < coalesce(workplaces.valid_to, DATE '9999-12-31')
