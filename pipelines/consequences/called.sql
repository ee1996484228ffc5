-- For whom each measure is called, and when: for whoever is listed, and for those linked to them, while
-- there is a ground for it and the way to them is there. A measure for one kind of subject is called for
-- while the subject is believed to be of that kind, or while nobody has yet said of what kind it is.
-- source: the code list measures, which names the rule each rests on
-- grain: one row per measure, subject, entry version, way it is linked and period
-- key: measure, agency, entry_version, subject_id, link_path, from_day
-- intervals: union by measure, agency, entry_version, subject_id, link_path
WITH reached AS (
    SELECT
        grounds.measure,
        grounds.agency,
        grounds.list,
        grounds.entry_version,
        grounds.term_days,
        grounds.subject_kind,
        ways.linked_id AS subject_id,
        ways.link_path,
        greatest(grounds.from_day, ways.from_day) AS from_day,
        least(grounds.to_day, ways.to_day) AS to_day
    FROM consequences.grounds
    INNER JOIN consequences.ways
        ON ways.listed_id = grounds.listed_id
        AND ways.steps = grounds.steps
        AND meet(ways.from_day, ways.to_day, grounds.from_day, grounds.to_day)
),

asked AS (
    SELECT DISTINCT subject_id
    FROM reached
),

kinds_or_unknown AS (
    SELECT
        asked.subject_id,
        kinds.subject_kind,
        kinds.from_day,
        kinds.to_day
    FROM asked
    INNER JOIN consequences.kinds ON kinds.subject_id = asked.subject_id
    UNION ALL
    -- The days before the first kind anybody gives, or all days: it may be of the kind asked for.
    SELECT
        asked.subject_id,
        CAST(NULL AS VARCHAR) AS subject_kind,
        DATE '0001-01-01' AS from_day,
        min(kinds.from_day) AS to_day
    FROM asked
    LEFT JOIN consequences.kinds ON kinds.subject_id = asked.subject_id
    GROUP BY asked.subject_id
)

SELECT
    measure,
    agency,
    list,
    entry_version,
    term_days,
    subject_id,
    link_path,
    from_day,
    to_day
FROM reached
WHERE subject_kind IS NULL
UNION ALL
SELECT
    reached.measure,
    reached.agency,
    reached.list,
    reached.entry_version,
    reached.term_days,
    reached.subject_id,
    reached.link_path,
    greatest(reached.from_day, known.from_day) AS from_day,
    least(reached.to_day, known.to_day) AS to_day
FROM reached
INNER JOIN kinds_or_unknown AS known
    ON known.subject_id = reached.subject_id
    AND coalesce(known.subject_kind, reached.subject_kind) = reached.subject_kind
    AND meet(known.from_day, known.to_day, reached.from_day, reached.to_day)
