-- Where a feed says otherwise than before: of each aspect and what is said of it, the share of the rows that
-- a day brings, against its share of all rows before. Filled in are `given`, the rows of the check (feed,
-- aspect, said, from_day), and `more`, how many rows more are out of bounds.
WITH given AS (
{given}
),

counted AS (
    SELECT
        feed,
        aspect,
        said,
        from_day,
        count(*) AS rows_given
    FROM given
    GROUP BY feed, aspect, said, from_day
),

days AS (
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
    FROM days
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
        rows_given * rows_before > {more} * rows_before + 5 * rows_in_all * given_before
        OR (
            rows_in_all * given_before >= 30 * rows_before
            AND 5 * rows_given * rows_before < rows_in_all * given_before
        )
    )
