"""The models' SQL, written in DuckDB's dialect, as Spark understands it.

sqlglot does nearly all of it. What it leaves is put right here; tests/pipelines/engine run every
allowed function on both engines and compare.
"""

from functools import lru_cache

import sqlglot
from sqlglot import exp


class TranspileError(ValueError):
    """SQL that cannot be put into Spark's dialect; the message says why."""


def _range_table(node: exp.Expression) -> exp.Expression:
    """`range(a, b) AS r(n)` stays the table function it is in both, not an exploded array."""
    if isinstance(node, exp.Table) and isinstance(node.this, exp.GenerateSeries):
        series = node.this
        if not series.args.get("is_end_exclusive"):
            raise TranspileError("generate_series is not carried over to Spark; use range.")
        bounds = [series.args.get("start"), series.args.get("end"), series.args.get("step")]
        call = exp.Anonymous(this="RANGE", expressions=[b for b in bounds if b is not None])
        node.set("this", call)
    return node


@lru_cache(maxsize=1024)
def to_spark(sql: str) -> str:
    """One statement of DuckDB's dialect in Spark's.

    Raises:
        TranspileError: if it is not one statement, or cannot be parsed.

    >>> to_spark("SELECT a // 2 AS half FROM lists.entries ORDER BY a")
    'SELECT a DIV 2 AS half FROM lists.entries ORDER BY a NULLS LAST'
    """
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except sqlglot.errors.ParseError as error:
        raise TranspileError(f"This SQL cannot be parsed: {error}") from error
    if len(statements) != 1 or statements[0] is None:
        raise TranspileError(f"One statement is needed, {len(statements)} were given.")
    return statements[0].transform(_range_table).sql(dialect="spark")
