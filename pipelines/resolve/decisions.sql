-- Who is meant by each reference, day by day, over all time. On any day the first step that has a
-- candidate decides, and within it the best score. One subject is a match; several are ambiguous and
-- nobody is matched: no tie is broken in silence. Without a candidate the reason says what was missing.
-- source: the order of methods of candidates.sql
-- grain: one row per reference and period
-- key: reference_id, from_day
-- intervals: union by reference_id, candidates, outcome
WITH days AS (
    SELECT
        reference_id,
        DATE '0001-01-01' AS day
    FROM resolve.designations
    UNION
    SELECT
        reference_id,
        from_day AS day
    FROM resolve.candidates
    UNION
    SELECT
        reference_id,
        to_day AS day
    FROM resolve.candidates
    WHERE to_day IS NOT NULL
),

periods AS (
    SELECT
        reference_id,
        day AS from_day,
        lead(day) OVER (PARTITION BY reference_id ORDER BY day) AS to_day
    FROM days
),

standing AS (
    -- Candidates that stand throughout a period, the best step and score first.
    SELECT
        periods.reference_id,
        periods.from_day,
        candidates.method,
        candidates.subject_id,
        candidates.score,
        rank() OVER (
            PARTITION BY periods.reference_id, periods.from_day
            ORDER BY candidates.step, candidates.score DESC
        ) AS place
    FROM periods
    INNER JOIN resolve.candidates
        ON candidates.reference_id = periods.reference_id
        AND candidates.from_day <= periods.from_day
        AND until(candidates.to_day) >= until(periods.to_day)
),

verdicts AS (
    SELECT
        reference_id,
        from_day,
        min(subject_id) AS one_subject,
        max(subject_id) AS other_subject,
        min(method) AS method,
        max(score) AS score,
        count(DISTINCT subject_id) AS candidates
    FROM standing
    WHERE place = 1
    GROUP BY reference_id, from_day
)

SELECT
    periods.reference_id,
    CASE WHEN verdicts.one_subject = verdicts.other_subject THEN verdicts.one_subject END AS subject_id,
    verdicts.method,
    verdicts.score,
    coalesce(verdicts.candidates, 0) AS candidates,
    CASE
        WHEN verdicts.candidates = 1 THEN 'matched'
        WHEN verdicts.candidates > 1 THEN 'ambiguous'
        WHEN designations.vouched THEN 'unknown_code'
        WHEN designations.name_key IS NULL AND designations.id_value IS NULL THEN 'nothing_to_go_by'
        ELSE 'unknown'
    END AS outcome,
    periods.from_day,
    periods.to_day
FROM periods
INNER JOIN resolve.designations ON designations.reference_id = periods.reference_id
LEFT JOIN verdicts
    ON verdicts.reference_id = periods.reference_id
    AND verdicts.from_day = periods.from_day
