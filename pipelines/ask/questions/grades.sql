-- How many bear each grade today, and at which keeper?
-- One act can have several verdicts: keepers count by rules of their own.
SELECT
    grades.keeper,
    grades.grade,
    count(DISTINCT grades.subject_id) AS subjects,
    min(grades.points) AS least_points,
    max(grades.points) AS most_points
FROM today.grades
GROUP BY ALL
ORDER BY grades.keeper, most_points DESC, grades.grade
