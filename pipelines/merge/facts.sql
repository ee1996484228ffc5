-- What the master database holds of each subject: every assertion of every source, which of them wins,
-- and for which period of validity and of belief. The most trusted source wins; among equals the one
-- that claims to hold since later, then the smaller record_id. Losers are kept beside the winner.
-- source: survivorship over two time axes; trust in the code list trust, ours
-- grain: one row a subject, property, record, version, period of validity and period of belief
-- key: subject_id, property, record_id, version, value, valid_from, from_day
-- unit: subject_id
-- touches: resolve.matches m ON m.subject_id = unit.subject_id AND m.role = 'stated'
-- touches: conform.statements s ON s.record_id = m.record_id
WITH stated AS (
    SELECT
        matches.subject_id,
        statements.property,
        statements.value,
        coalesce(CAST(trust.trust AS INTEGER), 9) AS trust,
        statements.record_id,
        statements.version,
        statements.feed,
        coalesce(statements.valid_from, DATE '0001-01-01') AS valid_from,
        until(statements.valid_to) AS valid_to,
        greatest(statements.from_day, matches.from_day) AS from_day,
        least(statements.to_day, matches.to_day) AS to_day
    FROM conform.statements
    INNER JOIN resolve.matches
        ON matches.record_id = statements.record_id
        AND matches.version = statements.version
        AND matches.role = 'stated'
        AND meet(statements.from_day, statements.to_day, matches.from_day, matches.to_day)
    LEFT JOIN codes.trust ON trust.feed = statements.feed
),

met AS (
    -- Does an assertion begin while another about the same subject and property is still believed?
    SELECT
        *,
        CASE
            WHEN from_day < max(until(to_day))
                    OVER (
                        PARTITION BY subject_id, property
                        ORDER BY from_day, until(to_day)
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                    )
                THEN 1
            ELSE 0
        END AS meets
    FROM stated
),

judged AS (
    SELECT
        *,
        max(meets) OVER (PARTITION BY subject_id, property) AS contested
    FROM met
),

days AS (
    SELECT
        subject_id,
        property,
        from_day AS day
    FROM judged
    WHERE contested = 1
    UNION
    SELECT
        subject_id,
        property,
        to_day AS day
    FROM judged
    WHERE contested = 1 AND to_day IS NOT NULL
),

belief AS (
    SELECT
        subject_id,
        property,
        day AS from_day,
        lead(day) OVER (PARTITION BY subject_id, property ORDER BY day) AS to_day
    FROM days
),

believed AS (
    -- The contested assertions cut where belief in any of them changes.
    SELECT
        judged.subject_id,
        judged.property,
        judged.value,
        judged.trust,
        judged.record_id,
        judged.version,
        judged.feed,
        judged.valid_from,
        judged.valid_to,
        belief.from_day,
        belief.to_day
    FROM judged
    INNER JOIN belief
        ON belief.subject_id = judged.subject_id
        AND belief.property = judged.property
        AND belief.from_day >= judged.from_day
        AND belief.from_day < until(judged.to_day)
    WHERE judged.contested = 1
),

turns AS (
    SELECT
        subject_id,
        property,
        from_day,
        valid_from AS day
    FROM believed
    UNION
    SELECT
        subject_id,
        property,
        from_day,
        valid_to AS day
    FROM believed
),

validity AS (
    SELECT
        subject_id,
        property,
        from_day,
        day AS valid_from,
        lead(day) OVER (PARTITION BY subject_id, property, from_day ORDER BY day) AS valid_to
    FROM turns
),

ranked AS (
    -- And cut where what they claim to hold for changes: within a piece one assertion wins.
    SELECT
        believed.subject_id,
        believed.property,
        believed.value,
        believed.record_id,
        believed.version,
        believed.feed,
        validity.valid_from,
        validity.valid_to,
        believed.from_day,
        believed.to_day,
        row_number() OVER (
            PARTITION BY believed.subject_id, believed.property, believed.from_day, validity.valid_from
            ORDER BY believed.trust, believed.valid_from DESC, believed.record_id, believed.version, believed.value
        ) AS place
    FROM believed
    INNER JOIN validity
        ON validity.subject_id = believed.subject_id
        AND validity.property = believed.property
        AND validity.from_day = believed.from_day
        AND validity.valid_from >= believed.valid_from
        AND validity.valid_to <= believed.valid_to
),

pieces AS (
    SELECT
        subject_id,
        property,
        value,
        record_id,
        version,
        feed,
        valid_from,
        valid_to,
        from_day,
        to_day,
        place
    FROM ranked
    UNION ALL
    SELECT
        subject_id,
        property,
        value,
        record_id,
        version,
        feed,
        valid_from,
        valid_to,
        from_day,
        to_day,
        1 AS place
    FROM judged
    WHERE contested = 0
)

SELECT
    subject_id,
    property,
    value,
    place = 1 AS won,
    CAST(place AS INTEGER) AS rank,
    record_id,
    version,
    feed,
    nullif(valid_from, DATE '0001-01-01') AS valid_from,
    nullif(valid_to, DATE '9999-12-31') AS valid_to,
    from_day,
    to_day
FROM pieces
