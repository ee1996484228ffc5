-- The resident register: one row for each stretch of days in which nothing a resident's record says
-- changed. A record begins with the birth and leaves the register with the death.
-- source: world.subjects, world.attributes, world.names, world.links
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
        names.name,
        employers.division,
        links.valid_from,
        links.valid_to
    FROM world.links
    INNER JOIN world.subjects AS employers ON links.b_no = employers.subject_no
    INNER JOIN world.names
        ON links.b_no = names.subject_no
        AND on_day(names.valid_from, names.valid_to, links.valid_from)
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
    write_day(residents.born, '') AS csrq,
    residents.division AS xzqh,
    addresses.value AS zz,
    fathers.value AS fqsfhm,
    mothers.value AS mqsfhm,
    workplaces.value AS gzdw,
    workplaces.division AS gzdwxzqh,
    write_day(stretches.held_from, '') AS bgrq,
    stretches.held_from,
    stretches.held_to
FROM stretches
INNER JOIN residents
    ON stretches.subject_no = residents.subject_no
    AND on_day(residents.born, residents.ended, stretches.held_from)
LEFT JOIN told AS names
    ON stretches.subject_no = names.subject_no
    AND names.property = 'name'
    AND on_day(names.valid_from, names.valid_to, stretches.held_from)
LEFT JOIN told AS addresses
    ON stretches.subject_no = addresses.subject_no
    AND addresses.property = 'address'
    AND on_day(addresses.valid_from, addresses.valid_to, stretches.held_from)
LEFT JOIN told AS fathers
    ON stretches.subject_no = fathers.subject_no
    AND fathers.property = 'father'
    AND on_day(fathers.valid_from, fathers.valid_to, stretches.held_from)
LEFT JOIN told AS mothers
    ON stretches.subject_no = mothers.subject_no
    AND mothers.property = 'mother'
    AND on_day(mothers.valid_from, mothers.valid_to, stretches.held_from)
LEFT JOIN told AS workplaces
    ON stretches.subject_no = workplaces.subject_no
    AND workplaces.property = 'workplace'
    AND on_day(workplaces.valid_from, workplaces.valid_to, stretches.held_from)
