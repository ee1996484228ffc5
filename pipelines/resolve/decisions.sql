-- Who is meant by each reference, day by day, over all time. On any day the first step that has a
-- candidate decides, and within it the best score. One subject is a match; several are ambiguous and
-- nobody is matched: no tie is broken in silence. Without a candidate the reason says what was missing.
-- source: the order of methods of candidates.sql
-- grain: one row a reference and period
-- key: reference_id, from_day
-- intervals: union
WITH days AS (
    SELECT
        r.reference_id AS reference_id,
        DATE '0001-01-01' AS day
    FROM resolve.designations AS r
    UNION
    SELECT
        c.reference_id AS reference_id,
        c.from_day AS day
    FROM resolve.candidates AS c
    UNION
    SELECT
        c.reference_id AS reference_id,
        c.to_day AS day
    FROM resolve.candidates AS c
    WHERE c.to_day IS NOT NULL
),

periods AS (
    SELECT
        d.reference_id AS reference_id,
        d.day AS from_day,
        lead(d.day) OVER (PARTITION BY d.reference_id ORDER BY d.day) AS to_day
    FROM days AS d
),

standing AS (
    -- Candidates that stand throughout a period, the best step and score first.
    SELECT
        p.reference_id AS reference_id,
        p.from_day AS from_day,
        c.step AS step,
        c.method AS method,
        c.subject_id AS subject_id,
        c.score AS score,
        rank() OVER (
            PARTITION BY p.reference_id, p.from_day ORDER BY c.step, c.score DESC
        ) AS place
    FROM periods AS p
    INNER JOIN resolve.candidates AS c
        ON c.reference_id = p.reference_id
        AND c.from_day <= p.from_day
        AND until(c.to_day) >= until(p.to_day)
),

verdicts AS (
    SELECT
        s.reference_id AS reference_id,
        s.from_day AS from_day,
        min(s.subject_id) AS one_subject,
        max(s.subject_id) AS other_subject,
        min(s.method) AS method,
        max(s.score) AS score,
        count(DISTINCT s.subject_id) AS candidates
    FROM standing AS s
    WHERE s.place = 1
    GROUP BY s.reference_id, s.from_day
)

SELECT
    p.reference_id AS reference_id,
    CASE WHEN v.one_subject = v.other_subject THEN v.one_subject END AS subject_id,
    v.method AS method,
    v.score AS score,
    coalesce(v.candidates, 0) AS candidates,
    CASE
        WHEN v.candidates = 1 THEN 'matched'
        WHEN v.candidates > 1 THEN 'ambiguous'
        WHEN r.vouched THEN 'unknown_code'
        WHEN r.name_key IS NULL AND r.id_value IS NULL THEN 'nothing_to_go_by'
        ELSE 'unknown'
    END AS outcome,
    p.from_day AS from_day,
    p.to_day AS to_day
FROM periods AS p
INNER JOIN resolve.designations AS r ON r.reference_id = p.reference_id
LEFT JOIN verdicts AS v
    ON v.reference_id = p.reference_id
    AND v.from_day = p.from_day
