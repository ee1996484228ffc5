"""What a model says of how changes pass through it: `unit`, `touches`, `needs`, `gives`, `passes`.

A model falls into *units* that can be worked out one by one. Its header names the columns of a unit
and, for each table it reads, how a row is tied to the units it matters to:

    -- unit: reference_id
    -- touches: resolve.designations r ON r.reference_id = unit.reference_id
    -- touches: resolve.identifiers i ON i.value = r.id_value

Read upwards, a changed identifier touches the units of the references that give its value. Read
downwards, a unit needs its references and the identifiers of their values. The same words serve both,
so what a change touches and what the unit is worked out from cannot drift apart.

- `touches: T t (a, b) ON …` looks at the columns a and b of T only: a change of others is none.
- `touches: T t with p ON …` is tied to every row of p, the condition naming t alone.
- `needs:` is read downwards only: of a table that changes with another which touches the unit too.
- `gives:` says how a row of the output is told to belong to a unit, if not by columns of that name:
  `gives: subject_id = md5(…unit.record_id…)`, or `gives: e.entry_version`, the column of a row of e.
- `unit: record_id, apart` promises that branches of the model's union have no unit in common.
- `passes` marks a plain union of tables: what changes in one changes in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
from sqlglot import exp

from pipelines.model import Model, ModelError

UNIT = "unit"
_LINE = re.compile(r"^(unit|touches|needs|gives|passes)\b:?\s*(.*)$")
_READS = re.compile(
    r"^(?P<table>\w+\.\w+)\s+(?P<alias>\w+)(?:\s*\((?P<only>[\w\s,]+)\))?"
    r"(?:\s+with\s+(?P<with>\w+))?\s+ON\s+(?P<on>.+)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Tie:
    """How rows of one table are tied to units, directly or through rows of another.

    Attributes:
        table: what is read.
        alias: what the condition calls it.
        parent: alias of what it is tied to, or `unit`.
        pairs: (expression over the table, expression over the parent) that must be equal.
        filters: conditions on the table alone.
        parent_filters: conditions on the parent alone.
        only: the columns looked at; empty: all.
        touching: whether a change of it touches units.
        feed: the feed of which alone it reads rows, if it says so.
    """

    table: str
    alias: str
    parent: str
    pairs: tuple[tuple[str, str], ...]
    filters: tuple[str, ...]
    parent_filters: tuple[str, ...]
    only: tuple[str, ...]
    touching: bool
    feed: str | None = None


@dataclass(frozen=True)
class Touches:
    """The whole of it for one model.

    Attributes:
        unit: columns of a unit.
        ties: in the order they are written, parents first.
        gives: (column of the output, expression over the unit); or (column, alias) if `through`.
        through: the alias of which the output has a column; None: the unit itself.
        apart: whether branches of a union have no unit in common.
        passes: whether the model is a plain union of tables.
    """

    unit: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()
    gives: tuple[tuple[str, str], ...] = ()
    through: str | None = None
    apart: bool = False
    passes: bool = False

    def tie(self, alias: str) -> Tie:
        """The tie of an alias."""
        return next(tie for tie in self.ties if tie.alias == alias)


@lru_cache(maxsize=1024)
def touches(model: Model) -> Touches | None:
    """Read what a model's header says; None if it says nothing.

    Raises:
        ModelError: if it cannot be understood, in one sentence.
    """
    unit: tuple[str, ...] = ()
    ties: list[Tie] = []
    gives: list[tuple[str, str]] = []
    through, apart, passes = None, False, False
    for word, text in _said(model):
        if word == "passes":
            passes = True
        elif word == "unit":
            words = [part.strip() for part in text.split(",")]
            apart = "apart" in words
            unit = tuple(part for part in words if part != "apart")
        elif word == "gives":
            left, equals, right = text.partition("=")
            if equals:
                gives.append((left.strip(), right.strip()))
            else:
                through, _, column = left.strip().partition(".")
                gives.append((column, through))
        else:
            ties.append(_tie(model, text, [t.alias for t in ties], word == "touches"))
    if passes:
        return Touches(passes=True)
    if not unit:
        return None
    return Touches(unit, tuple(ties), tuple(gives) or tuple((c, f"unit.{c}") for c in unit),
                   through, apart)  # fmt: skip


def _said(model: Model) -> list[tuple[str, str]]:
    """The words of the header with their texts; an indented line goes on with the one before."""
    found: list[list[str]] = []
    for line in model.comment.splitlines():
        match = _LINE.match(line)
        if match:
            found.append([match[1], match[2]])
        elif found and found[-1][0] in ("touches", "needs") and line.startswith(("ON ", "AND ")):
            found[-1][1] += " " + line
    return [(word, text) for word, text in found]


def _tie(model: Model, text: str, known: list[str], touching: bool) -> Tie:
    match = _READS.match(text)
    if match is None:
        raise ModelError(f"{model.name}: `{text}` is not of the form TABLE ALIAS ON CONDITION.")
    table, alias, parent = match["table"], match["alias"], match["with"]
    pairs: list[tuple[str, str]] = []
    filters: list[str] = []
    parent_filters: list[str] = []
    condition = sqlglot.parse_one(match["on"], read="duckdb")
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        tables = {column.table for column in part.find_all(exp.Column) if column.table}
        others = tables - {alias}
        if len(others) > 1 or not others <= {UNIT, *known}:
            raise ModelError(f"{model.name}: `{part.sql()}` ties {alias} to more than one.")
        other = next(iter(others), parent)
        if other is not None and parent not in (None, other):
            raise ModelError(f"{model.name}: {alias} is tied to both {parent} and {other}.")
        parent = parent or other
        if not others:
            filters.append(part.sql(dialect="duckdb"))
        elif alias not in tables and not isinstance(part, exp.EQ):
            parent_filters.append(part.sql(dialect="duckdb"))
        elif isinstance(part, exp.EQ):
            left, right = part.this, part.expression
            if any(column.table == alias for column in right.find_all(exp.Column)) or any(
                column.table in others for column in left.find_all(exp.Column)
            ):
                left, right = right, left
            if other != UNIT and alias not in tables:
                parent_filters.append(part.sql(dialect="duckdb"))
            else:
                pairs.append((left.sql(dialect="duckdb"), right.sql(dialect="duckdb")))
        else:
            raise ModelError(f"{model.name}: `{part.sql()}` is no equality.")
    if parent is None:
        raise ModelError(f"{model.name}: {alias} is tied to nothing.")
    only = tuple(c.strip() for c in (match["only"] or "").split(",") if c.strip())
    return Tie(
        table, alias, parent, tuple(pairs), tuple(filters), tuple(parent_filters), only, touching,
        _feed(condition, alias),
    )  # fmt: skip


def _feed(condition: exp.Expression, alias: str) -> str | None:
    """The feed that a condition allows, if it allows only one."""
    for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
        if isinstance(part, exp.EQ) and isinstance(part.expression, exp.Literal):
            column = part.this
            if isinstance(column, exp.Column) and (column.table, column.name) == (alias, "feed"):
                return part.expression.name
    return None
