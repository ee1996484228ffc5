by_name AS (
    SELECT
        {held},
        subject_id,
        from_day,
        to_day
    FROM held
    WHERE match <> 'code'
        AND names_anew
),

sought AS (
    SELECT DISTINCT subject_id
    FROM by_name
),

borne AS (
    SELECT
        sought.subject_id,
        names.name_key,
        names.division,
        names.subject_kind,
        names.from_day,
        names.to_day
    FROM sought
    INNER JOIN resolve.names
        ON names.subject_id = sought.subject_id
        AND names.name_key IS NOT NULL
),

meant AS (
    SELECT
        own.subject_id,
        namesakes.subject_id AS meant_id,
        matching.match,
        greatest(own.from_day, namesakes.from_day) AS from_day,
        least(own.to_day, namesakes.to_day) AS to_day
    FROM borne AS own
    INNER JOIN resolve.names AS namesakes
        ON namesakes.name_key = own.name_key
        AND meet(own.from_day, own.to_day, namesakes.from_day, namesakes.to_day)
    INNER JOIN (SELECT DISTINCT match FROM exchange.paths WHERE match <> 'code') AS matching
        ON namesakes.subject_id = own.subject_id
        OR (
            namesakes.subject_kind = own.subject_kind
            AND (matching.match = 'name' OR namesakes.division = own.division)
        )
),

stretches AS (
    SELECT
        subject_id,
        from_day,
        max(until(to_day)) OVER (
            PARTITION BY subject_id
            ORDER BY from_day, until(to_day)
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS end_day,
        lead(from_day) OVER (
            PARTITION BY subject_id ORDER BY from_day, until(to_day)
        ) AS next_day
    FROM borne
),

nameless AS (
    -- Before the first name, between two, and after the last.
    SELECT
        sought.subject_id,
        DATE '0001-01-01' AS from_day,
        min(borne.from_day) AS to_day
    FROM sought
    LEFT JOIN borne ON borne.subject_id = sought.subject_id
    GROUP BY sought.subject_id
    UNION ALL
    SELECT
        subject_id,
        end_day AS from_day,
        next_day AS to_day
    FROM stretches
    WHERE end_day < until(next_day)
),

taken AS (
    SELECT
        {held},
        subject_id,
        from_day,
        to_day
    FROM held
    WHERE match = 'code' OR NOT names_anew
    UNION ALL
    SELECT
        {by_name},
        meant.meant_id AS subject_id,
        greatest(by_name.from_day, meant.from_day) AS from_day,
        least(by_name.to_day, meant.to_day) AS to_day
    FROM by_name
    INNER JOIN meant
        ON meant.subject_id = by_name.subject_id
        AND meant.match = by_name.match
        AND meet(by_name.from_day, by_name.to_day, meant.from_day, meant.to_day)
    UNION ALL
    SELECT
        {by_name},
        by_name.subject_id,
        greatest(by_name.from_day, nameless.from_day) AS from_day,
        least(by_name.to_day, nameless.to_day) AS to_day
    FROM by_name
    INNER JOIN nameless
        ON nameless.subject_id = by_name.subject_id
        AND meet(by_name.from_day, by_name.to_day, nameless.from_day, nameless.to_day)
)
