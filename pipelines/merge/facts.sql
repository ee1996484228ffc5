-- What the master database holds of each subject: every assertion of every source, which of them wins,
-- and for which period of validity and of belief. The most trusted source wins; among equals the one
-- that claims to hold since later, then the smaller record_id. Losers are kept beside the winner.
-- source: survivorship over two time axes; trust in the code list trust, ours
-- grain: one row a subject, property, record, version, period of validity and period of belief
-- key: subject_id, property, record_id, version, value, valid_from, from_day
WITH stated AS (
    SELECT
        m.subject_id AS subject_id,
        s.property AS property,
        s.value AS value,
        coalesce(CAST(t.trust AS INTEGER), 9) AS trust,
        s.record_id AS record_id,
        s.version AS version,
        s.feed AS feed,
        coalesce(s.valid_from, DATE '0001-01-01') AS valid_from,
        until(s.valid_to) AS valid_to,
        greatest(s.from_day, m.from_day) AS from_day,
        least(s.to_day, m.to_day) AS to_day
    FROM conform.statements AS s
    INNER JOIN resolve.matches AS m
        ON m.record_id = s.record_id
        AND m.version = s.version
        AND m.role = 'stated'
        AND m.from_day < until(s.to_day)
        AND s.from_day < until(m.to_day)
    LEFT JOIN codes.trust AS t ON t.feed = s.feed
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
        j.subject_id AS subject_id,
        j.property AS property,
        j.value AS value,
        j.trust AS trust,
        j.record_id AS record_id,
        j.version AS version,
        j.feed AS feed,
        j.valid_from AS valid_from,
        j.valid_to AS valid_to,
        b.from_day AS from_day,
        b.to_day AS to_day
    FROM judged AS j
    INNER JOIN belief AS b
        ON b.subject_id = j.subject_id
        AND b.property = j.property
        AND b.from_day >= j.from_day
        AND b.from_day < until(j.to_day)
    WHERE j.contested = 1
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
        b.subject_id AS subject_id,
        b.property AS property,
        b.value AS value,
        b.record_id AS record_id,
        b.version AS version,
        b.feed AS feed,
        v.valid_from AS valid_from,
        v.valid_to AS valid_to,
        b.from_day AS from_day,
        b.to_day AS to_day,
        row_number() OVER (
            PARTITION BY b.subject_id, b.property, b.from_day, v.valid_from
            ORDER BY b.trust, b.valid_from DESC, b.record_id, b.version, b.value
        ) AS place
    FROM believed AS b
    INNER JOIN validity AS v
        ON v.subject_id = b.subject_id
        AND v.property = b.property
        AND v.from_day = b.from_day
        AND v.valid_from >= b.valid_from
        AND v.valid_to <= b.valid_to
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
    p.subject_id AS subject_id,
    p.property AS property,
    p.value AS value,
    p.place = 1 AS won,
    CAST(p.place AS INTEGER) AS rank,
    p.record_id AS record_id,
    p.version AS version,
    p.feed AS feed,
    nullif(p.valid_from, DATE '0001-01-01') AS valid_from,
    nullif(p.valid_to, DATE '9999-12-31') AS valid_to,
    p.from_day AS from_day,
    p.to_day AS to_day
FROM pieces AS p
