-- The grade or threshold each subject's points reach.
-- source: the code list grades (Rongcheng's cut-offs; a commercial score's published thresholds)
-- grain: one row per keeper, subject and period
-- key: keeper, subject_id, from_day
WITH reached AS (
    SELECT
        totals.keeper,
        totals.subject_id,
        totals.points,
        totals.from_day,
        totals.to_day,
        max(CAST(grades.min_points AS INTEGER)) AS min_points
    FROM scores.totals
    INNER JOIN codes.grades
        ON grades.keeper = totals.keeper
        AND CAST(grades.min_points AS INTEGER) <= totals.points
    GROUP BY totals.keeper, totals.subject_id, totals.points, totals.from_day, totals.to_day
)

SELECT
    reached.keeper,
    reached.subject_id,
    reached.points,
    grades.grade,
    reached.from_day,
    reached.to_day
FROM reached
INNER JOIN codes.grades
    ON grades.keeper = reached.keeper
    AND CAST(grades.min_points AS INTEGER) = reached.min_points
