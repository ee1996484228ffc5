"""The models' SQL, written in DuckDB's dialect, as Spark understands it.

sqlglot does nearly all of it. What it leaves is put right here; tests/pipelines/engine run every
allowed function on both engines and compare.
"""

import re
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


def _once(node: exp.Expression) -> exp.Expression:
    """What is to be worked out once, for however many read it, asks for something random: Spark works out
    anew for each reader whatever could only come out the same.
    """
    if isinstance(node, exp.CTE) and node.args.get("materialized"):
        node.set("materialized", None)
        rows = node.this.subquery("found")
        node.set("this", exp.select("*").from_(rows).where("uuid() IS NOT NULL"))
    return node


# A text in Spark's SQL: a raw one, in which a backslash is a backslash, or an ordinary one.
_TEXT = re.compile(r"\b[rR]'(?P<raw>[^']*)'|'(?:[^'\\]|\\.)*'", re.DOTALL)


def in_ascii(sql: str) -> str:
    r"""Spark's SQL without comments, with every letter beyond ASCII in its texts written by its number.

    Spark's lexer remembers its way through ASCII only. Any other letter it works out anew, each time a
    statement is read, and a shared word is read again wherever it is called.

    >>> in_ascii("SELECT '甲', r'\d年'")
    "SELECT '\\u7532', '\\\\d\\u5e74'"
    """

    def by_number(found: re.Match[str]) -> str:
        text, raw = found[0], found["raw"]
        if text.isascii():
            return text
        if raw is not None:
            text = "'" + raw.replace("\\", "\\\\") + "'"
        return "".join(
            c if c.isascii() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"
            for c in text
        )

    return _TEXT.sub(by_number, sql)


@lru_cache(maxsize=1024)
def to_spark(sql: str, to_read: bool = False) -> str:
    """One statement of DuckDB's dialect in Spark's.

    Args:
        to_read: in lines, with Chinese as it is written; else in one line of ASCII, as it is sent.

    Raises:
        TranspileError: if it is not one statement, or cannot be parsed.

    >>> to_spark("SELECT a // 2 AS half FROM lists.entries ORDER BY a")
    'SELECT a DIV 2 AS half FROM lists.entries ORDER BY a NULLS LAST'
    >>> to_spark("WITH b AS MATERIALIZED (SELECT 1 AS a) FROM b")
    'WITH b AS (SELECT * FROM (SELECT 1 AS a) AS found WHERE NOT UUID() IS NULL) SELECT * FROM b'
    """
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except sqlglot.errors.ParseError as error:
        raise TranspileError(f"This SQL cannot be parsed: {error}") from error
    if len(statements) != 1 or statements[0] is None:
        raise TranspileError(f"One statement is needed, {len(statements)} were given.")
    said = statements[0].transform(_range_table).transform(_once)
    text = said.sql(dialect="spark", comments=False, pretty=to_read)
    return text if to_read else in_ascii(text)
