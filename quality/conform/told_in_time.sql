-- An act is first told as soon after its day as its island usually tells one: a day with month and day
-- swapped, or of another year, is told much too soon or too late. The days before the first delivery are the
-- backlog, which is as old as it is. Usual days, a little widened, are frozen in the code list usual_delays.
-- table: conform.events
-- outcome: warn
WITH first_told AS (
    SELECT
        record_id,
        feed,
        min(from_day) AS from_day
    FROM conform.events
    GROUP BY record_id, feed
)

SELECT
    events.record_id,
    events.version,
    events.feed,
    events.event_day,
    events.from_day AS day
FROM conform.events
INNER JOIN first_told
    ON first_told.record_id = events.record_id
    AND first_told.feed = events.feed
    AND first_told.from_day = events.from_day
INNER JOIN codes.usual_delays AS usual ON usual.feed = events.feed
CROSS JOIN codes.run
WHERE events.from_day > run.day0 + CAST(usual.backlog_days AS INTEGER)
    AND (
        events.event_day + CAST(usual.most_days AS INTEGER) < events.from_day
        OR events.event_day + CAST(usual.least_days AS INTEGER) > events.from_day
    )
