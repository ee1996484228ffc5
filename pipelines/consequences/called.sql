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
        m.measure AS measure,
        m.agency AS agency,
        m.step1 AS step1,
        m.step2 AS step2,
        m.subject_kind AS subject_kind,
        CAST(m.term_days AS INTEGER) AS term_days,
        s.list AS list,
        s.entry_version AS entry_version,
        s.subject_id AS listed_id,
        s.from_day AS from_day,
        s.to_day AS to_day
    FROM exchange.shown AS s
    INNER JOIN codes.measures AS m
        ON m.agency = s.holder
        AND m.list = s.list
    INNER JOIN exchange.entries AS e ON e.entry_version = s.entry_version
    INNER JOIN codes.severities AS v ON v.code = e.severity
    INNER JOIN codes.severities AS w
        ON w.code = m.min_severity
        AND CAST(w.rank AS INTEGER) <= CAST(v.rank AS INTEGER)
),

met AS (
    SELECT
        g.measure AS measure,
        g.agency AS agency,
        g.list AS list,
        g.entry_version AS entry_version,
        g.subject_kind AS subject_kind,
        g.term_days AS term_days,
        g.listed_id AS subject_id,
        '' AS link_path,
        g.from_day AS from_day,
        g.to_day AS to_day
    FROM grounds AS g
    WHERE g.step1 IS NULL
    UNION ALL
    SELECT
        g.measure AS measure,
        g.agency AS agency,
        g.list AS list,
        g.entry_version AS entry_version,
        g.subject_kind AS subject_kind,
        g.term_days AS term_days,
        x.to_id AS subject_id,
        concat_ws(' ', x.step, id_text(g.listed_id)) AS link_path,
        greatest(g.from_day, x.from_day) AS from_day,
        least(g.to_day, x.to_day) AS to_day
    FROM grounds AS g
    INNER JOIN consequences.relations AS x
        ON x.step = g.step1
        AND x.from_id = g.listed_id
        AND x.from_day < until(g.to_day)
        AND g.from_day < until(x.to_day)
    INNER JOIN codes.run AS r ON r.link_depth >= 1
    WHERE g.step2 IS NULL
    UNION ALL
    SELECT
        g.measure AS measure,
        g.agency AS agency,
        g.list AS list,
        g.entry_version AS entry_version,
        g.subject_kind AS subject_kind,
        g.term_days AS term_days,
        y.to_id AS subject_id,
        concat_ws(' ', x.step, id_text(g.listed_id), y.step, id_text(y.from_id)) AS link_path,
        greatest(g.from_day, x.from_day, y.from_day) AS from_day,
        least(g.to_day, x.to_day, y.to_day) AS to_day
    FROM grounds AS g
    INNER JOIN consequences.relations AS x
        ON x.step = g.step1
        AND x.from_id = g.listed_id
        AND x.from_day < until(g.to_day)
        AND g.from_day < until(x.to_day)
    INNER JOIN consequences.relations AS y
        ON y.step = g.step2
        AND y.from_id = x.to_id
        AND y.to_id <> g.listed_id
        AND y.from_day < least(until(g.to_day), until(x.to_day))
        AND greatest(g.from_day, x.from_day) < until(y.to_day)
    INNER JOIN codes.run AS r ON r.link_depth >= 2
),

known AS (
    SELECT
        m.subject_id AS subject_id,
        min(k.from_day) AS from_day
    FROM met AS m
    INNER JOIN consequences.kinds AS k ON k.subject_id = m.subject_id
    WHERE m.subject_kind IS NOT NULL
    GROUP BY m.subject_id
)

SELECT
    m.measure AS measure,
    m.agency AS agency,
    m.list AS list,
    m.entry_version AS entry_version,
    m.term_days AS term_days,
    m.subject_id AS subject_id,
    m.link_path AS link_path,
    m.from_day AS from_day,
    m.to_day AS to_day
FROM met AS m
WHERE m.subject_kind IS NULL
UNION ALL
SELECT
    m.measure AS measure,
    m.agency AS agency,
    m.list AS list,
    m.entry_version AS entry_version,
    m.term_days AS term_days,
    m.subject_id AS subject_id,
    m.link_path AS link_path,
    greatest(m.from_day, k.from_day) AS from_day,
    least(m.to_day, k.to_day) AS to_day
FROM met AS m
INNER JOIN consequences.kinds AS k
    ON k.subject_id = m.subject_id
    AND k.subject_kind = m.subject_kind
    AND k.from_day < until(m.to_day)
    AND m.from_day < until(k.to_day)
UNION ALL
SELECT
    m.measure AS measure,
    m.agency AS agency,
    m.list AS list,
    m.entry_version AS entry_version,
    m.term_days AS term_days,
    m.subject_id AS subject_id,
    m.link_path AS link_path,
    m.from_day AS from_day,
    least(m.to_day, k.from_day) AS to_day
FROM met AS m
LEFT JOIN known AS k ON k.subject_id = m.subject_id
WHERE m.subject_kind IS NOT NULL
    AND m.from_day < until(k.from_day)
