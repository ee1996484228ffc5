-- Changes of points, each with its day and its reason: given on the first day on which something counts,
-- taken back on the first on which it counts no longer.
-- source: scores.changes
-- grain: one row per keeper, subject, day, reason and cause
-- key: keeper, subject_id, day, reason, because, change
SELECT
    keeper,
    subject_id,
    from_day AS day,
    change,
    reason,
    concat_ws(':', 'entry', id_text(entry_version)) AS because
FROM scores.changes
UNION ALL
SELECT
    keeper,
    subject_id,
    to_day AS day,
    -change AS change,
    reason,
    concat_ws(':', 'entry', id_text(entry_version)) AS because
FROM scores.changes
WHERE to_day IS NOT NULL
