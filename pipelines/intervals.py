"""SQL for half-open intervals of days `[from_day, to_day)`, where a missing `to_day` means "still"."""

from collections.abc import Sequence

FOREVER = "DATE '9999-12-31'"


def union_of_intervals(select: str, columns: Sequence[str], by: Sequence[str] = ()) -> str:
    """Wrap a SELECT so that rows alike in all but their days, and touching, become one.

    Two rows touch if they overlap or if one ends on the day the other begins.

    Args:
        select: a SELECT that gives `from_day` and `to_day` among its columns.
        columns: all that it gives, in order.
        by: some of them, which no row lacks: a row that is alone with its values there is alike to no
            other and done with, so the fewer rows share theirs the quicker.
    """
    keys = [c for c in columns if c not in ("from_day", "to_day")]
    alike = ", ".join(keys)
    columns_of_keys = ",\n        ".join(keys)
    given = {
        "from_day": "min(from_day) AS from_day",
        "to_day": f"nullif(max(end_day), {FOREVER}) AS to_day",
    }
    plain = ",\n    ".join(columns)
    merged = ",\n    ".join(given.get(c, c) for c in columns)
    inner = "\n".join("    " + line if line else line for line in select.splitlines())
    once = several = alone = others = ""
    if by:
        once = "MATERIALIZED "  # three read it
        tied = " AND ".join(f"several.{column} = intervals.{column}" for column in by)
        others = f"\n    WHERE EXISTS (SELECT 1 FROM several WHERE {tied})"
        several = f"""-- Most rows are alike to no other, and done with.
several AS (
    SELECT {", ".join(by)}
    FROM intervals
    GROUP BY {", ".join(by)}
    HAVING count(*) > 1
),

"""
        alone = f"""SELECT
    {plain}
FROM intervals
WHERE NOT EXISTS (SELECT 1 FROM several WHERE {tied})
UNION ALL
"""
    return f"""WITH intervals AS {once}(
{inner}
),

{several}starts AS (
    -- One row a first day, so that the order below has no ties.
    SELECT
        {columns_of_keys},
        from_day,
        max(until(to_day)) AS end_day
    FROM intervals{others}
    GROUP BY {alike}, from_day
),

marked AS (
    SELECT
        *,
        CASE
            WHEN from_day <= max(end_day) OVER (
                PARTITION BY {alike}
                ORDER BY from_day
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) THEN 0
            ELSE 1
        END AS opens
    FROM starts
),

runs AS (
    SELECT
        *,
        sum(opens) OVER (
            PARTITION BY {alike}
            ORDER BY from_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS run
    FROM marked
)

{alone}SELECT
    {merged}
FROM runs
GROUP BY {alike}, run"""
