"""The units of a model, and how rows of the tables it reads are tied to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

UNIT = "unit"

# Columns that name one thing, so that few rows share a value of them and rows are found by it.
ID = re.compile(r"(^|_)(id|version|value)$|^entry_key$")

# The column that names one row of each delivery: few rows share a value of it too.
LINE = "line"

# What makes an id of its parts, joined by concat_ws.
MAKES_IDS = frozenset({"md5", "hash_id"})

# Columns of a table, and a SELECT of the values of which a row must have one in them.
Kind = tuple[tuple[str, ...], str]

# The shape of an id with gaps, and the columns and constants that stand in these.
_IdParts = tuple[str, tuple[exp.Expression, ...]]


@dataclass(frozen=True)
class Tie:
    """How rows of one table are tied to units, directly or through rows of another."""

    table: str
    alias: str  # what the conditions call it
    parent: str  # alias of what it is tied to, or `unit`
    # (expression over the table, expression over the parent) that must be equal.
    pairs: tuple[tuple[str, str], ...]
    filters: tuple[str, ...] = ()  # conditions on the table alone
    parent_filters: tuple[str, ...] = ()  # conditions on the parent alone
    only: tuple[str, ...] = ()  # the columns looked at; empty: all

    def __str__(self) -> str:
        """In words, for people.

        >>> str(Tie("resolve.decisions", "d", "m", (("d.reference_id", "m.reference_id"),)))
        'resolve.decisions d BY d.reference_id = m.reference_id'
        """
        by = " AND ".join(f"{a} = {b}" for a, b in self.pairs) or f"every row of {self.parent}"
        where = " AND ".join((*self.filters, *self.parent_filters))
        return f"{self.table} {self.alias} BY {by}" + (f" WHERE {where}" if where else "")


@dataclass(frozen=True)
class Recipe:
    """How a change passes through a model."""

    way: str  # `rows` (row by row), `units`, `whole`, or `nothing` if no change can reach it
    unit: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()  # parents first
    # (column of the output, expression over the unit) by which rows belong to units.
    gives: tuple[tuple[str, str], ...] = ()
    kinds: tuple[
        tuple[str, tuple[tuple[Kind, ...], ...]], ...
    ] = ()  # of tables it reads, see `kinds`
    said: bool = False  # whether the header says it
    why: str = ""  # of `whole`: what stands in the way

    def __str__(self) -> str:
        """In a few words, for people.

        >>> str(Recipe("units", ("feed", "record_id")))
        'derived: by feed, record_id'
        """
        if self.way == "whole":
            return f"whole: {self.why}"
        by = "row by row" if self.way == "rows" else f"by {', '.join(self.unit)}"
        return f"{'said' if self.said else 'derived'}: {by}"

    @classmethod
    def of_plain(cls, said: Mapping[str, Any]) -> Recipe:
        """A recipe of what `dataclasses.asdict` made of one, lists in place of tuples or not.

        >>> import json
        >>> from dataclasses import asdict
        >>> tie = Tie("s.t", "t", "unit", (("t.id", "unit.id"),))
        >>> made = Recipe("units", ("id",), (tie,), (("id", "unit.id"),))
        >>> Recipe.of_plain(json.loads(json.dumps(asdict(made)))) == made
        True
        """
        ties = tuple(Tie(**_in_tuples(tie)) for tie in said["ties"])
        return cls(**{**_in_tuples(said), "ties": ties})

    def tie(self, alias: str) -> Tie:
        """The tie of an alias."""
        return next(tie for tie in self.ties if tie.alias == alias)


NOTHING = Recipe("nothing")


def _in_tuples(said: Mapping[str, Any]) -> dict[str, Any]:
    """Values with tuples in place of lists, also of lists in lists."""

    def of(value: Any) -> Any:
        return tuple(map(of, value)) if isinstance(value, list | tuple) else value

    return {name: of(value) for name, value in said.items()}


def by_parts(recipe: Recipe, names_of: str = "") -> Recipe:
    """If the unit is an id made of columns, units by these columns: rows are found by them.

    An id names what it is made of: two that are alike are made of the same. Where landed rows are read,
    it is made of its own digits.

    Args:
        recipe: with a unit of one column.
        names_of: how the model itself makes that column, for the names of the parts.

    >>> tie = Tie("s.t", "t", "unit", (("MD5(CONCAT_WS('|', t.feed, t.n))", "unit.id"),))
    >>> made = by_parts(Recipe("units", ("id",), (tie,), (("id", "unit.id"),)))
    >>> made.unit, made.ties[0].pairs
    (('feed', 'n'), (('t.feed', 'unit.feed'), ('t.n', 'unit.n')))
    >>> made.gives
    (('id', "MD5(CONCAT_WS('|', unit.feed, unit.n))"),)
    >>> tie = Tie("landing.t", "t", "unit", (("AS_ID(t.record_id)", "unit.id"),))
    >>> made = by_parts(Recipe("units", ("id",), (tie,), (("id", "unit.id"),)))
    >>> made.ties[0].pairs, made.gives
    ((('t.record_id', 'unit.record_id'),), (('id', 'AS_ID(unit.record_id)'),))
    """
    (unit,) = recipe.unit
    made: dict[str, _IdParts] = {}  # alias of a tie to the unit -> what it makes the id of
    for tie in recipe.ties:
        if tie.parent == UNIT:
            parts = _parts(next(a for a, b in tie.pairs if b == f"{UNIT}.{unit}"))
            if parts is None:
                return recipe
            made[tie.alias] = parts
    shapes = {shape for shape, _ in made.values()}
    if len(shapes) != 1:
        return recipe
    (shape,) = shapes
    own = _parts(names_of) if names_of else None
    names: list[str | None] = []
    given: list[str] = []
    for n, values in enumerate(zip(*(parts for _, parts in made.values()), strict=True)):
        if len({v.sql() for v in values}) == 1 and isinstance(values[0], exp.Literal):
            names.append(None)
            given.append(values[0].sql(dialect="duckdb"))
            continue
        named = (*values, own[1][n]) if own and own[0] == shape else values
        name = next((v.name for v in named if isinstance(v, exp.Column)), f"part_{n + 1}")
        names.append(name if name not in names else f"{name}_{n + 1}")
        given.append(f"{UNIT}.{names[-1]}")
    ties = []
    for tie in recipe.ties:
        if tie.alias in made:
            _, parts = made[tie.alias]
            pairs = (
                (part.sql(dialect="duckdb"), f"{UNIT}.{name}")
                for part, name in zip(parts, names, strict=True)
                if name is not None
            )
            tie = replace(tie, pairs=ids_first(pairs))
        ties.append(tie)
    return replace(
        recipe,
        unit=tuple(name for name in names if name is not None),
        ties=tuple(ties),
        gives=((unit, shape.format(*given)),),
    )


def ids_first(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Pairs in the order in which rows had better be looked up by them.

    >>> ids_first([("t.feed", "unit.feed"), ("t.record_id", "unit.record_id")])
    (('t.record_id', 'unit.record_id'), ('t.feed', 'unit.feed'))
    >>> ids_first([("t.delivery", "a.delivery"), ("t.line", "a.line")])
    (('t.line', 'a.line'), ('t.delivery', 'a.delivery'))
    """

    def rank(pair: tuple[str, str]) -> int:
        name = pair[0].rpartition(".")[2]
        return 0 if ID.search(name) else 1 if name == LINE else 2

    return tuple(sorted(pairs, key=rank))


@lru_cache(maxsize=4096)
def sought_by(text: str) -> tuple[str, str] | None:
    """The column by which to look up rows of which an expression has a given value, and how the column
    writes that value, `{}` standing for it. None if no one column tells it.

    Ids in columns of text are written as `id_text` writes them.

    >>> sought_by("t.entry_version"), sought_by("md5(t.entry_version)")
    (('entry_version', '{}'), None)
    >>> sought_by("as_id(t.parent_id)")
    ('parent_id', 'id_text({})')
    """
    tree, form = sqlglot.parse_one(text, read="duckdb"), "{}"
    if isinstance(tree, exp.Anonymous) and tree.name.lower() == "as_id":
        (tree,), form = tree.expressions, "id_text({})"
    return (tree.name, form) if isinstance(tree, exp.Column) else None


@lru_cache(maxsize=4096)
def _parts(text: str) -> _IdParts | None:
    """The shape of an id with gaps, and the columns and constants that stand in these."""
    tree = sqlglot.parse_one(text, read="duckdb")
    if isinstance(tree, exp.Anonymous) and tree.name.lower() == "as_id":
        digits = tree.expressions[0]
        return ("AS_ID({})", (digits,)) if isinstance(digits, exp.Column) else None
    made = tree.name.lower() if isinstance(tree, exp.Anonymous) else type(tree).__name__.lower()
    joined = (
        tree.expressions[0] if isinstance(tree, exp.Anonymous) and tree.expressions else tree.this
    )
    if made not in MAKES_IDS or not isinstance(joined, exp.ConcatWs):
        return None
    separator, *parts = joined.expressions
    bare = [_bare(part) for part in parts]
    if not all(isinstance(part, (exp.Column, exp.Literal)) for _, part in bare):
        return None
    gaps = ", ".join(gap for gap, _ in bare)
    return f"{made.upper()}(CONCAT_WS({separator.sql(dialect='duckdb')}, {gaps}))", tuple(
        p for _, p in bare
    )


def _bare(part: exp.Expression) -> tuple[str, exp.Expression]:
    """What stands around one part of an id to write it as text, with a gap, and the part."""
    if isinstance(part, exp.Cast) and part.to.this in (exp.DType.VARCHAR, exp.DType.TEXT):
        return "CAST({} AS TEXT)", part.this
    if isinstance(part, exp.Anonymous) and part.name.lower() == "id_text":
        return "ID_TEXT({})", part.expressions[0]
    return "{}", part
