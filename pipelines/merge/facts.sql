-- What the master database holds of each subject: every assertion of every source, which of them wins,
-- and for which period of validity and of belief. The most trusted source wins; among equals the one
-- that claims to hold since later, then the smaller record_id. Losers are kept beside the winner.
-- An assertion that is believed while another about the same subject and property is, is cut twice: where
-- belief in either begins or ends, then where what either claims begins or ends. Within a piece nothing
-- changes, so one assertion wins all of it.
-- source: survivorship over two time axes; trust in the code list trust, ours
-- grain: one row per subject, property, record, version, period of validity and period of belief
-- key: subject_id, property, record_id, version, value, valid_from, from_day
WITH stated AS (
    -- What is claimed to hold since ever, or for ever, has a first and a last day to be cut by.
    SELECT
        statements.subject_id,
        statements.property,
        statements.value,
        coalesce(CAST(trust.trust AS INTEGER), 9) AS trust,
        statements.record_id,
        statements.version,
        statements.feed,
        coalesce(statements.valid_from, DATE '0001-01-01') AS claimed_from,
        until(statements.valid_to) AS claimed_to,
        statements.from_day AS stated_from,
        statements.to_day AS stated_to
    FROM merge.statements
    LEFT JOIN codes.trust ON trust.feed = statements.feed
),

compared AS (
    -- Most assertions meet no other, so they need no cutting. In order of their first days, one meets an
    -- earlier one if it begins before all of those have ended, and a later one if it ends after the next
    -- has begun.
    SELECT
        *,
        coalesce(
            stated_from < max(until(stated_to)) OVER (
                PARTITION BY subject_id, property
                ORDER BY stated_from, until(stated_to)
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            FALSE
        )
        OR until(stated_to) > coalesce(
            lead(stated_from) OVER (
                PARTITION BY subject_id, property
                ORDER BY stated_from, until(stated_to)
            ),
            DATE '9999-12-31'
        ) AS contested
    FROM stated
),

days_of_belief AS (
    SELECT
        subject_id,
        property,
        stated_from AS day
    FROM compared
    WHERE contested
    UNION
    SELECT
        subject_id,
        property,
        stated_to AS day
    FROM compared
    WHERE contested AND stated_to IS NOT NULL
),

periods_of_belief AS (
    SELECT
        subject_id,
        property,
        day AS from_day,
        lead(day) OVER (PARTITION BY subject_id, property ORDER BY day) AS to_day
    FROM days_of_belief
),

believed AS (
    SELECT
        compared.*,
        periods.from_day,
        periods.to_day
    FROM compared
    INNER JOIN periods_of_belief AS periods
        ON periods.subject_id = compared.subject_id
        AND periods.property = compared.property
        AND on_day(compared.stated_from, compared.stated_to, periods.from_day)
    WHERE compared.contested
),

days_of_validity AS (
    SELECT
        subject_id,
        property,
        from_day,
        claimed_from AS day
    FROM believed
    UNION
    SELECT
        subject_id,
        property,
        from_day,
        claimed_to AS day
    FROM believed
),

periods_of_validity AS (
    SELECT
        subject_id,
        property,
        from_day,
        day AS valid_from,
        lead(day) OVER (PARTITION BY subject_id, property, from_day ORDER BY day) AS valid_to
    FROM days_of_validity
),

ranked AS (
    SELECT
        believed.*,
        periods.valid_from,
        periods.valid_to,
        row_number() OVER (
            PARTITION BY believed.subject_id, believed.property, believed.from_day, periods.valid_from
            ORDER BY
                believed.trust, believed.claimed_from DESC,
                believed.record_id, believed.version, believed.value
        ) AS place
    FROM believed
    INNER JOIN periods_of_validity AS periods
        ON periods.subject_id = believed.subject_id
        AND periods.property = believed.property
        AND periods.from_day = believed.from_day
        AND periods.valid_from >= believed.claimed_from
        AND periods.valid_to <= believed.claimed_to
)

SELECT
    subject_id,
    property,
    value,
    TRUE AS won,
    1 AS rank,
    record_id,
    version,
    feed,
    nullif(claimed_from, DATE '0001-01-01') AS valid_from,
    nullif(claimed_to, DATE '9999-12-31') AS valid_to,
    stated_from AS from_day,
    stated_to AS to_day
FROM compared
WHERE NOT contested
UNION ALL
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
FROM ranked
