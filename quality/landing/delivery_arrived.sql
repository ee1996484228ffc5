-- After each delivery the next one that is due comes on its day, in a file that can be read.
-- table: landing.deliveries
-- outcome: warn
-- severity: major
SELECT
    followed.feed,
    followed.published,
    calendar.next_due AS due,
    calendar.next_due AS day
FROM (
    SELECT
        feed,
        published,
        lead(published) OVER (PARTITION BY feed ORDER BY published) AS next_published
    FROM landing.deliveries
) AS followed
INNER JOIN codes.calendar
    ON calendar.feed = followed.feed
    AND calendar.due = followed.published
WHERE calendar.next_due IS NOT NULL
    AND (followed.next_published IS NULL OR followed.next_published <> calendar.next_due)
