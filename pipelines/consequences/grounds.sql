-- What measures are taken for: entries that the acting agency shows and that are as grave as the measure
-- asks, but not while the agency shows the same subject on the list that stands against it, such as a loan
-- in arrears where a good grade and a good history are asked for.
-- source: the code list measures, which names the rule each rests on
-- grain: one row per measure, entry version, subject listed and period
-- key: measure, agency, entry_version, listed_id, from_day
-- intervals: union by measure, agency, entry_version, listed_id
WITH asked AS (
    SELECT
        measures.measure,
        measures.agency,
        measures.list,
        measures.unless_list,
        measures.subject_kind,
        CAST(measures.term_days AS INTEGER) AS term_days,
        concat_ws(' ', measures.step1, measures.step2) AS steps,
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

-- Where something may stand against it: from the first day on, and from each on which that ends.
starts AS (
    SELECT
        asked.*,
        from_day AS start_day
    FROM asked
    WHERE unless_list IS NOT NULL
    UNION
    SELECT
        asked.*,
        against.to_day AS start_day
    FROM asked
    INNER JOIN exchange.shown AS against
        ON against.subject_id = asked.listed_id
        AND against.holder = asked.agency
        AND against.list = asked.unless_list
        AND on_day(asked.from_day, asked.to_day, against.to_day)
),

-- Each runs until something stands against it again; not at all if something does on its first day.
free AS (
    SELECT
        starts.measure,
        starts.agency,
        starts.list,
        starts.subject_kind,
        starts.term_days,
        starts.steps,
        starts.entry_version,
        starts.listed_id,
        starts.start_day,
        starts.to_day,
        min(CASE WHEN against.from_day > starts.start_day THEN against.from_day END) AS next_day,
        count(CASE WHEN on_day(against.from_day, against.to_day, starts.start_day) THEN 1 END) AS times
    FROM starts
    LEFT JOIN exchange.shown AS against
        ON against.subject_id = starts.listed_id
        AND against.holder = starts.agency
        AND against.list = starts.unless_list
    GROUP BY
        starts.measure, starts.agency, starts.list, starts.subject_kind, starts.term_days, starts.steps,
        starts.entry_version, starts.listed_id, starts.start_day, starts.to_day
)

SELECT
    measure,
    agency,
    list,
    subject_kind,
    term_days,
    steps,
    entry_version,
    listed_id,
    from_day,
    to_day
FROM asked
WHERE unless_list IS NULL
UNION ALL
SELECT
    measure,
    agency,
    list,
    subject_kind,
    term_days,
    steps,
    entry_version,
    listed_id,
    start_day AS from_day,
    least(to_day, next_day) AS to_day
FROM free
WHERE times = 0
