-- For whom each measure is called, and when: for whoever is listed, and for those linked to them over
-- one step or two (as many as the policy of the run lets measures follow), from the copy the acting agency
-- holds and the links believed and in force on the day. A measure for one kind of subject is called for
-- while the subject is believed to be of that kind, or while nobody has yet said of what kind it is.
-- source: the code list measures, which names the rule each rests on
-- grain: one row a measure, subject, entry version, way it is linked and period
-- key: measure, agency, entry_version, subject_id, link_path, from_day
-- unit: entry_version
-- touches: exchange.shown s ON s.entry_version = unit.entry_version
-- touches: exchange.entries e ON e.entry_version = unit.entry_version
-- touches: consequences.relations x ON x.from_id = s.subject_id
-- AND x.step IN (SELECT step1 FROM codes.measures)
-- touches: consequences.relations y ON y.from_id = x.to_id
-- AND y.step IN (SELECT step2 FROM codes.measures)
-- touches: consequences.kinds k ON k.subject_id = s.subject_id
-- touches: consequences.kinds l ON l.subject_id = x.to_id
-- touches: consequences.kinds o ON o.subject_id = y.to_id
-- intervals: union
WITH grounds AS (
    SELECT
        measures.measure,
        measures.agency,
        measures.step1,
        measures.step2,
        measures.subject_kind,
        CAST(measures.term_days AS INTEGER) AS term_days,
        shown.list,
        shown.entry_version,
        shown.subject_id AS listed_id,
        shown.from_day,
        shown.to_day
    FROM exchange.shown
    INNER JOIN codes.measures
        ON measures.agency = shown.holder
        AND measures.list = shown.list
    INNER JOIN exchange.entries ON entries.entry_version = shown.entry_version
    INNER JOIN codes.severities AS severity ON severity.code = entries.severity
    INNER JOIN codes.severities AS least_severity
        ON least_severity.code = measures.min_severity
        AND CAST(least_severity.rank AS INTEGER) <= CAST(severity.rank AS INTEGER)
),

met AS (
    SELECT
        measure,
        agency,
        list,
        entry_version,
        subject_kind,
        term_days,
        listed_id AS subject_id,
        '' AS link_path,
        from_day,
        to_day
    FROM grounds
    WHERE step1 IS NULL
    UNION ALL
    SELECT
        grounds.measure,
        grounds.agency,
        grounds.list,
        grounds.entry_version,
        grounds.subject_kind,
        grounds.term_days,
        first_step.to_id AS subject_id,
        concat_ws(' ', first_step.step, grounds.listed_id) AS link_path,
        greatest(grounds.from_day, first_step.from_day) AS from_day,
        least(grounds.to_day, first_step.to_day) AS to_day
    FROM grounds
    INNER JOIN consequences.relations AS first_step
        ON first_step.step = grounds.step1
        AND first_step.from_id = grounds.listed_id
        AND meet(grounds.from_day, grounds.to_day, first_step.from_day, first_step.to_day)
    INNER JOIN codes.run ON run.link_depth >= 1
    WHERE grounds.step2 IS NULL
    UNION ALL
    SELECT
        grounds.measure,
        grounds.agency,
        grounds.list,
        grounds.entry_version,
        grounds.subject_kind,
        grounds.term_days,
        second_step.to_id AS subject_id,
        concat_ws(' ', first_step.step, grounds.listed_id, second_step.step, second_step.from_id) AS link_path,
        greatest(grounds.from_day, first_step.from_day, second_step.from_day) AS from_day,
        least(grounds.to_day, first_step.to_day, second_step.to_day) AS to_day
    FROM grounds
    INNER JOIN consequences.relations AS first_step
        ON first_step.step = grounds.step1
        AND first_step.from_id = grounds.listed_id
        AND meet(grounds.from_day, grounds.to_day, first_step.from_day, first_step.to_day)
    INNER JOIN consequences.relations AS second_step
        ON second_step.step = grounds.step2
        AND second_step.from_id = first_step.to_id
        AND second_step.to_id <> grounds.listed_id
        AND second_step.from_day < least(until(grounds.to_day), until(first_step.to_day))
        AND greatest(grounds.from_day, first_step.from_day) < until(second_step.to_day)
    INNER JOIN codes.run ON run.link_depth >= 2
),

known AS (
    SELECT
        met.subject_id,
        min(kinds.from_day) AS from_day
    FROM met
    INNER JOIN consequences.kinds ON kinds.subject_id = met.subject_id
    WHERE met.subject_kind IS NOT NULL
    GROUP BY met.subject_id
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
FROM met
WHERE subject_kind IS NULL
UNION ALL
SELECT
    met.measure,
    met.agency,
    met.list,
    met.entry_version,
    met.term_days,
    met.subject_id,
    met.link_path,
    greatest(met.from_day, kinds.from_day) AS from_day,
    least(met.to_day, kinds.to_day) AS to_day
FROM met
INNER JOIN consequences.kinds
    ON kinds.subject_id = met.subject_id
    AND kinds.subject_kind = met.subject_kind
    AND meet(met.from_day, met.to_day, kinds.from_day, kinds.to_day)
UNION ALL
SELECT
    met.measure,
    met.agency,
    met.list,
    met.entry_version,
    met.term_days,
    met.subject_id,
    met.link_path,
    met.from_day,
    least(met.to_day, known.from_day) AS to_day
FROM met
LEFT JOIN known ON known.subject_id = met.subject_id
WHERE met.subject_kind IS NOT NULL
    AND met.from_day < until(known.from_day)
