"""SQL for half-open intervals of days `[from_day, to_day)`, where a missing `to_day` means "still"."""

from __future__ import annotations

from collections.abc import Sequence

FOREVER = "DATE '9999-12-31'"


def union_of_intervals(select: str, columns: Sequence[str]) -> str:
    """Wrap a SELECT so that rows alike in all but their days, and touching, become one.

    Two rows touch if they overlap or if one ends on the day the other begins.

    Args:
        select: a SELECT that gives `from_day` and `to_day` among its columns.
        columns: its columns, in order.
    """
    keys = [c for c in columns if c not in ("from_day", "to_day")]
    by = ", ".join(keys)
    columns_of_keys = ",\n        ".join(keys)

    def out(first: str, last: str) -> str:
        """The columns in order, with a first day and an end."""
        given = {
            "from_day": "from_day" if first == "from_day" else f"{first} AS from_day",
            "to_day": f"nullif({last}, {FOREVER}) AS to_day",
        }
        return ",\n    ".join(given.get(c, c) for c in columns)

    alike = "\n        AND ".join(f"alone.{k} IS NOT DISTINCT FROM intervals.{k}" for k in keys)
    inner = "\n".join("    " + line if line else line for line in select.splitlines())
    return f"""WITH intervals AS (
{inner}
),

-- Most rows are alike to no other, and done with.
alone AS (
    SELECT
        {columns_of_keys},
        min(from_day) AS from_day,
        max(until(to_day)) AS end_day,
        count(*) AS times
    FROM intervals
    GROUP BY {by}
),

starts AS (
    -- One row a first day, so that the order below has no ties.
    SELECT
        {", ".join(f"intervals.{k}" for k in keys)},
        intervals.from_day,
        max(until(intervals.to_day)) AS end_day
    FROM intervals
    INNER JOIN alone
        ON {alike}
        AND alone.times > 1
    GROUP BY {", ".join(f"intervals.{k}" for k in keys)}, intervals.from_day
),

marked AS (
    SELECT
        *,
        CASE
            WHEN from_day <= max(end_day) OVER (
                PARTITION BY {by}
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
            PARTITION BY {by}
            ORDER BY from_day
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS run
    FROM marked
)

SELECT
    {out("from_day", "end_day")}
FROM alone
WHERE times = 1
UNION ALL
SELECT
    {out("min(from_day)", "max(end_day)")}
FROM runs
GROUP BY {by}, run"""
