-- A delivery is made up as the feed's earlier ones were: of its acts, which kinds of number they give and
-- whether any, their grounds and the digits of their sums; of its links, the kinds; of its statements, the
-- properties. A share is out of bounds if it is five times what it was (and ten rows more), or a fifth of it
-- where thirty rows were to be expected. Counts decide, so that one row changes little, and only after a
-- hundred earlier rows. Ten, where resolve.drift asks for five: dozens of values are compared in a delivery,
-- so that chance takes one of them further.
-- table: conform.events
-- outcome: warn
WITH parts AS (
    SELECT
        feed,
        from_day,
        'number' AS aspect,
        coalesce(id_scheme, 'none') AS said
    FROM conform.events
    UNION ALL
    SELECT
        feed,
        from_day,
        'ground' AS aspect,
        coalesce(ground, 'none') AS said
    FROM conform.events
    UNION ALL
    SELECT
        feed,
        from_day,
        'digits of the sum' AS aspect,
        CASE
            WHEN amount_yuan IS NULL THEN 'none'
            WHEN amount_yuan < 1 THEN '0'
            WHEN amount_yuan < 100 THEN '2'
            WHEN amount_yuan < 10000 THEN '4'
            WHEN amount_yuan < 1000000 THEN '6'
            ELSE '7 or more'
        END AS said
    FROM conform.events
    UNION ALL
    SELECT
        feed,
        from_day,
        'link' AS aspect,
        concat_ws(' ', link_kind, coalesce(a_scheme, 'none'), coalesce(b_scheme, 'none')) AS said
    FROM conform.links
    UNION ALL
    SELECT
        feed,
        from_day,
        'property' AS aspect,
        CASE property WHEN 'status' THEN concat_ws(' ', property, value) ELSE property END AS said
    FROM conform.statements
),

counted AS (
    SELECT
        feed,
        aspect,
        said,
        from_day,
        count(*) AS rows_given
    FROM parts
    GROUP BY feed, aspect, said, from_day
),

deliveries AS (
    SELECT
        feed,
        aspect,
        from_day,
        sum(rows_given) AS rows_in_all
    FROM counted
    GROUP BY feed, aspect, from_day
),

totals AS (
    SELECT
        feed,
        aspect,
        from_day,
        rows_in_all,
        sum(rows_in_all) OVER (
            PARTITION BY feed, aspect
            ORDER BY from_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS rows_before
    FROM deliveries
),

known AS (
    SELECT DISTINCT
        feed,
        aspect,
        said
    FROM counted
),

compared AS (
    SELECT
        totals.feed,
        totals.aspect,
        known.said,
        totals.from_day,
        totals.rows_in_all,
        totals.rows_before,
        coalesce(counted.rows_given, 0) AS rows_given,
        coalesce(
            sum(coalesce(counted.rows_given, 0)) OVER (
                PARTITION BY totals.feed, totals.aspect, known.said
                ORDER BY totals.from_day
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS given_before
    FROM totals
    INNER JOIN known
        ON known.feed = totals.feed
        AND known.aspect = totals.aspect
    LEFT JOIN counted
        ON counted.feed = totals.feed
        AND counted.aspect = totals.aspect
        AND counted.said = known.said
        AND counted.from_day = totals.from_day
)

SELECT
    feed,
    aspect,
    said,
    rows_given,
    rows_in_all,
    given_before,
    rows_before,
    from_day AS day
FROM compared
WHERE rows_before >= 100
    AND (
        rows_given * rows_before > 10 * rows_before + 5 * rows_in_all * given_before
        OR (
            rows_in_all * given_before >= 30 * rows_before
            AND 5 * rows_given * rows_before < rows_in_all * given_before
        )
    )
