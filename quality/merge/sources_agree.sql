-- What a source states of a subject is what the subject's register states: another value, said to hold since
-- later than the register's and still stated beside it a month after, contradicts it.
-- table: merge.statements
-- outcome: warn
-- owner: island
WITH said AS (
    SELECT
        statements.record_id,
        statements.version,
        statements.feed,
        statements.subject_id,
        statements.property,
        statements.value,
        statements.valid_from,
        statements.from_day + 31 AS sought_day,
        statements.to_day
    FROM merge.statements
    INNER JOIN codes.feeds
        ON feeds.feed = statements.feed
        AND feeds.registry IS NULL
    WHERE statements.from_day + 31 < until(statements.to_day)
),

beside AS (
    SELECT
        said.*,
        registered.value AS value_registered,
        greatest(said.sought_day, registered.from_day) AS day
    FROM said
    INNER JOIN merge.statements AS registered
        ON registered.subject_id = said.subject_id
        AND registered.property = said.property
    INNER JOIN codes.feeds AS registers
        ON registers.feed = registered.feed
        AND registers.registry IS NOT NULL
    WHERE registered.valid_from <= said.valid_from
        AND registered.value <> said.value
        AND meet(registered.from_day, registered.to_day, said.sought_day, said.to_day)
)

SELECT
    record_id,
    version,
    feed,
    subject_id,
    property,
    value,
    value_registered,
    min(day) AS day
FROM beside
GROUP BY record_id, version, feed, subject_id, property, value, value_registered
