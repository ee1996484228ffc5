"""What is wrong with a model's SQL: every word of it must be allowed or a macro.

>>> [str(problem) for problem in lint("SELECT a / 2 AS half FROM lists.entries")]
['SQL:1: `/` divides to a DOUBLE; use // on whole numbers.']
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.engine.allowed import ALLOWED, CALLED, PLAIN, REFUSED
from schemas.sql import SHARED


@dataclass(frozen=True, order=True)
class Problem:
    """One thing a file says that it must not."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


TYPES = {
    exp.DType.VARCHAR: "VARCHAR",
    exp.DType.TEXT: "VARCHAR",
    exp.DType.INT: "INTEGER",
    exp.DType.BIGINT: "BIGINT",
    exp.DType.DATE: "DATE",
    exp.DType.BOOLEAN: "BOOLEAN",
    exp.DType.DECIMAL: "DECIMAL",
    exp.DType.UUID: "UUID",
}

RANKING = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lag, exp.Lead)

HEADINGS = ("source", "grain", "key")


@cache
def macro_names() -> frozenset[str]:
    """The macros both engines have."""
    text = (SHARED / "spark.sql").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^CREATE OR REPLACE TEMPORARY FUNCTION (\w+)", text, re.MULTILINE))


def lint(source: Path | str, file: str | None = None, header: bool | None = None) -> list[Problem]:
    """Everything wrong with a model, by line.

    Args:
        source: the file, or the SQL itself.
        file: what to call it in the messages; by default the path, or `SQL`.
        header: whether it must begin with the header comment; by default if it is a file.
    """
    if isinstance(source, Path):
        text, name = source.read_text(encoding="utf-8"), file or source.as_posix()
    else:
        text, name = source, file or "SQL"
    if header is None:
        header = isinstance(source, Path)
    found = set(_header(text)) if header else set()
    try:
        statements = [s for s in sqlglot.parse(text, read="duckdb") if s is not None]
    except sqlglot.errors.SqlglotError as error:
        detail = getattr(error, "errors", None) or [{}]
        says = f"This cannot be parsed: {detail[0].get('description', error)}."
        return [Problem(name, detail[0].get("line") or 1, says)]
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        found.add((1, "A model is one SELECT and nothing else."))
    for statement in statements:
        for node in statement.walk():
            found.update((_line(node), says) for says in _node(node))
    return sorted(Problem(name, line, says) for line, says in found)


def word(node: exp.Expression) -> str | None:
    """The word of ALLOWED, or the macro, that a node is; None if it is plain."""
    kind = type(node).__name__
    if kind in PLAIN:
        return None
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    if kind in CALLED:
        return CALLED[kind]
    return node.sql_name().lower() if isinstance(node, exp.Func) else kind


def _header(text: str) -> Iterator[tuple[int, str]]:
    """The rule in words, then where from, one row of what, and which columns tell rows apart."""
    lines = text.splitlines()
    comment = []
    for line in lines:
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    said = {c.partition(":")[0]: c.partition(":")[2].strip() for c in comment if ":" in c}
    for heading in HEADINGS:
        if not said.get(heading):
            yield 1, f"The header lacks its line `-- {heading}: ...`."
    if not comment or not comment[0] or comment[0].partition(":")[0] in HEADINGS:
        yield 1, "The header must begin with the rule in domain words."


def _node(node: exp.Expression) -> Iterator[str]:
    """What is wrong with one node, its children aside."""
    said = word(node)
    if said is not None and said not in ALLOWED and said not in macro_names():
        yield REFUSED.get(type(node).__name__) or (
            f"{said} is not among the allowed words; if both engines agree on it, add it with a "
            "trial to pipelines/engine/allowed.yml."
        )
    yield from _types(node)
    yield from _queries(node)
    if isinstance(node, RANKING):
        window = node.find_ancestor(exp.Window)
        if window and not window.args.get("order") and not window.args.get("alias"):
            yield f"{said} without ORDER BY picks at will; order its window."
    if isinstance(node, exp.Substring):
        start = node.args.get("start")
        if isinstance(start, exp.Neg) or (start is not None and start.sql() == "0"):
            yield "substr counts from 1; from 0 or below the engines differ."
    if isinstance(node, exp.DateDiff) and node.text("unit").upper() not in ("DAY", "'DAY'"):
        yield "date_diff is for days only."


def _types(node: exp.Expression) -> Iterator[str]:
    if isinstance(node, exp.DataType):
        if node.this not in TYPES:
            yield f"The type {node.sql('duckdb')} is not used in models; one of {_type_names()} is."
        elif node.sql("duckdb") in ("DECIMAL", "DECIMAL(18, 3)"):  # what DuckDB takes it for
            yield "DECIMAL alone is another type in each engine; write DECIMAL(18, 2)."
    if isinstance(node, exp.Literal) and not node.is_string and "e" in node.name.lower():
        yield f"{node.name} is a DOUBLE; write it out."


def _type_names() -> str:
    return ", ".join(sorted(set(TYPES.values())))


def _queries(node: exp.Expression) -> Iterator[str]:
    if isinstance(node, exp.Select):
        inside = isinstance(node.parent, (exp.Exists, exp.In)) or (
            isinstance(node.parent, exp.Subquery)
            and not isinstance(node.parent.parent, (exp.From, exp.Join, exp.SetOperation))
        )
        for column in node.expressions:
            if isinstance(column, exp.Alias):
                if isinstance(column.this, exp.Null):
                    yield f"{column.alias} is NULL of no type; write CAST(NULL AS ...)."
            elif not inside and not isinstance(column, (exp.Column, exp.Star)):
                yield f"{column.sql('duckdb')} has no name; add AS and one."
    if isinstance(node, exp.Star) and (node.args.get("except_") or node.args.get("replace")):
        yield "A star with EXCLUDE or REPLACE is not carried over; name the columns."
    if isinstance(node, exp.Join):
        if node.method or node.kind in ("SEMI", "ANTI"):
            yield f"{node.method or node.kind} joins are not carried over; use EXISTS or ON."
        elif node.kind != "CROSS" and not node.args.get("on"):
            yield "A join needs its condition after ON; a comma or USING is not enough."
    if isinstance(node, exp.With) and node.args.get("recursive"):
        yield "Recursion is not carried over; nothing here needs it."
    if isinstance(node, exp.Distinct) and node.args.get("on"):
        yield "DISTINCT ON picks at will; use row_number over a total order."


def _line(node: exp.Expression) -> int:
    """Line of a node, or of the nearest one that has one: sqlglot marks names only."""
    around: exp.Expression | None = node
    while around is not None:
        for inner in around.walk():
            if "line" in inner.meta:
                return inner.meta["line"]
        around = around.parent
    return 1
