-- A keeper of points acts on what it shows: no change comes before the day on which it first shows the
-- entry behind it, of the subject or of somebody linked to it.
-- table: scores.points
-- outcome: fail
WITH first_shown AS (
    SELECT
        holder,
        entry_version,
        min(from_day) AS first_day
    FROM exchange.shown
    WHERE holder IN (SELECT keeper FROM codes.keepers)
    GROUP BY holder, entry_version
)

SELECT
    points.keeper,
    points.subject_id,
    points.day,
    points.because
FROM scores.points
LEFT JOIN first_shown
    ON first_shown.holder = points.keeper
    AND concat_ws(':', 'entry', id_text(first_shown.entry_version)) = points.because
WHERE points.because IS NOT NULL
    AND (first_shown.first_day IS NULL OR points.day < first_shown.first_day)
