-- Points change when an act is done and believed, or an entry is shown, not before.
-- table: scores.points
-- outcome: warn
WITH first_told AS (
    SELECT
        because,
        subject_id,
        min(greatest(from_day, event_day)) AS first_day
    FROM scores.told
    GROUP BY because, subject_id
)

SELECT
    points.keeper,
    points.subject_id,
    points.day,
    points.because
FROM scores.points
LEFT JOIN first_told
    ON first_told.because = points.because
    AND first_told.subject_id = points.subject_id
WHERE points.because IS NOT NULL
    AND (first_told.first_day IS NULL OR points.day < first_told.first_day)
