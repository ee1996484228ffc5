-- Nobody acts before being founded or before the age at which people answer for what they do (14), nor
-- after being struck off the register.
-- table: merge.events
-- outcome: warn
-- severity: major
WITH lives AS (
    SELECT
        subject_id,
        property,
        value,
        CASE
            WHEN property = 'founded' THEN parse_day(value)
            WHEN property = 'born' THEN parse_day(value) + 5113
        END AS first_day,
        CASE WHEN property = 'status' THEN valid_from END AS last_day,
        from_day,
        to_day
    FROM merge.facts
    WHERE won
        AND (property IN ('founded', 'born') OR (property = 'status' AND value = '4'))
)

SELECT
    events.record_id,
    events.version,
    events.feed,
    events.subject_id,
    events.event_day,
    lives.property,
    lives.value,
    greatest(events.from_day, lives.from_day) AS day
FROM merge.events
INNER JOIN lives
    ON lives.subject_id = events.subject_id
    AND meet(lives.from_day, lives.to_day, events.from_day, events.to_day)
WHERE events.method <> 'fuzzy'
    AND (events.event_day < lives.first_day OR events.event_day > lives.last_day)
