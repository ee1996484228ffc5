-- A sum lies between what acts of its ground usually cost, and is a multiple of what they are counted in: one
-- in another unit, or with its point moved, is not. The bounds are half the least and twice the most of past
-- records (a quarter and four times where these are few), frozen in the code list usual_amounts.
-- table: conform.events
-- outcome: warn
-- severity: major
SELECT
    events.record_id,
    events.version,
    events.feed,
    events.ground,
    events.amount_yuan,
    events.from_day AS day
FROM conform.events
INNER JOIN codes.usual_amounts AS usual
    ON usual.event_kind = events.event_kind
    AND usual.ground = events.ground
WHERE events.amount_yuan < CAST(usual.least_yuan AS DECIMAL(18, 2))
    OR events.amount_yuan > CAST(usual.most_yuan AS DECIMAL(18, 2))
    OR events.amount_yuan % CAST(usual.step_yuan AS DECIMAL(18, 2)) <> 0
