-- What cannot be read is kept with its place in the file, and its island is told.
-- table: quality.unreadable
-- outcome: warn
SELECT
    feed,
    delivery,
    file,
    line,
    reason,
    CAST(delivery AS DATE) AS day
FROM quality.unreadable
