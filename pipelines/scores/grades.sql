-- The grade or threshold each subject's points reach.
-- source: the code list grades (Rongcheng's cut-offs; a commercial score's published thresholds)
-- grain: one row a keeper, subject and period
-- key: keeper, subject_id, from_day
WITH reached AS (
    SELECT
        t.keeper AS keeper,
        t.subject_id AS subject_id,
        t.points AS points,
        t.from_day AS from_day,
        t.to_day AS to_day,
        max(CAST(g.min_points AS INTEGER)) AS min_points
    FROM scores.totals AS t
    INNER JOIN codes.grades AS g
        ON g.keeper = t.keeper
        AND CAST(g.min_points AS INTEGER) <= t.points
    GROUP BY t.keeper, t.subject_id, t.points, t.from_day, t.to_day
)

SELECT
    r.keeper AS keeper,
    r.subject_id AS subject_id,
    r.points AS points,
    g.grade AS grade,
    r.from_day AS from_day,
    r.to_day AS to_day
FROM reached AS r
INNER JOIN codes.grades AS g
    ON g.keeper = r.keeper
    AND CAST(g.min_points AS INTEGER) = r.min_points
