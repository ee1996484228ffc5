-- What a register of organisations shows of each: one row for each stretch of days in which nothing of it
-- changed. An entry begins with the foundation and never leaves the register; what ends with the
-- organisation is what the register keeps showing. The head is written down as called when he took the
-- post.
-- source: world.attributes, world.links, world.names, world.subjects
-- grain: one row per organisation and stretch
-- key: subject_no, held_from
WITH organisations AS (
    SELECT *
    FROM world.subjects
    WHERE kind <> 'resident'
),

filed AS (
    SELECT
        attributes.subject_no,
        attributes.property,
        attributes.value,
        attributes.valid_from,
        CASE WHEN attributes.valid_to < until(organisations.ended) THEN attributes.valid_to END AS valid_to
    FROM world.attributes
    INNER JOIN organisations ON attributes.subject_no = organisations.subject_no
    WHERE
        attributes.property IN ('name', 'address', 'scope', 'status')
        AND attributes.valid_from < until(organisations.ended)
),

heads AS (
    SELECT
        links.b_no AS subject_no,
        subjects.resident_no,
        names.name,
        links.valid_from,
        CASE WHEN links.valid_to < until(organisations.ended) THEN links.valid_to END AS valid_to
    FROM world.links
    INNER JOIN organisations ON links.b_no = organisations.subject_no
    INNER JOIN world.subjects ON links.a_no = subjects.subject_no
    INNER JOIN world.names
        ON links.a_no = names.subject_no
        AND on_day(names.valid_from, names.valid_to, links.valid_from)
    WHERE
        links.link_kind = 'legal_representative'
        AND links.valid_from < until(organisations.ended)
),

turns AS (
    SELECT
        subject_no,
        valid_from AS day
    FROM filed
    UNION
    SELECT
        subject_no,
        valid_from AS day
    FROM heads
    UNION
    SELECT
        subject_no,
        valid_to AS day
    FROM heads
    UNION
    SELECT
        subject_no,
        ended AS day
    FROM organisations
),

stretches AS (
    SELECT
        subject_no,
        day AS held_from,
        lead(day) OVER (PARTITION BY subject_no ORDER BY day) AS held_to
    FROM turns
    WHERE day IS NOT NULL
)

SELECT
    stretches.subject_no,
    names.value AS name,
    addresses.value AS address,
    scopes.value AS scope,
    -- 4 is the word of registers for what has ended
    CASE
        WHEN stretches.held_from >= organisations.ended THEN '4'
        ELSE coalesce(statuses.value, '1')
    END AS status,
    heads.name AS head,
    heads.resident_no AS head_no,
    stretches.held_from,
    stretches.held_to
FROM stretches
INNER JOIN organisations ON stretches.subject_no = organisations.subject_no
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
