"""Of which kind a row of a table must be, or it can change nothing that a query gives.

    SELECT e.id FROM s.events AS e INNER JOIN codes.rules AS r ON r.kind = e.kind AND r.at = 1

gives no row of an event whose kind has no rule at 1, whatever else changes. So where all that changed are
events of other kinds, the query need not be run again. Such a condition is carried down from where the
query states it through the queries within it; where it can go no further, it is dropped, and more rows
count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from pipelines.changes.carrying import inside, renamed, without_table
from pipelines.changes.expressions import text
from pipelines.changes.reads import Block, View
from pipelines.changes.units import Kind
from schemas.sql import quoted

# Table -> for each place that reads it: the kinds of which a row there must be, of every one.
Kinds = dict[str, tuple[tuple[Kind, ...], ...]]


@dataclass(frozen=True)
class _Among:
    """The condition that expressions have, together, the values of columns of rows that never change."""

    sides: tuple[exp.Expression, ...]
    columns: tuple[str, ...]  # one a side
    rows: str  # what stands behind FROM to have them

    @property
    def said(self) -> tuple[object, ...]:
        """The same for what is the same."""
        return tuple(map(text, self.sides)), self.columns, self.rows


def kinds_of(view: View) -> Kinds:
    """Of the tables a query reads: of which kinds a row must be, or it changes nothing.

    A table without a condition at one of its places is left out.
    """
    walk = _Walk()
    walk.view(view, ())
    return {
        table: tuple(sorted(tuple(sorted(kinds)) for kinds in places))
        for table, places in walk.found.items()
        if all(places)
    }


class _Walk:
    """Conditions carried down from a query to the tables."""

    def __init__(self) -> None:
        self.found: dict[str, set[frozenset[Kind]]] = {}
        self._seen: set[tuple[object, ...]] = set()

    def view(self, view: View, given: Sequence[_Among]) -> None:
        """Carry down to a query what is said of its columns."""
        sign = (view, frozenset(among.said for among in given))
        if sign in self._seen:
            return
        self._seen.add(sign)
        if view.branches:
            for branch in view.branches:
                if branch.varies:
                    self.view(branch, list(_each(given, lambda e, b=branch: renamed(view, b, e))))
            return
        block = view.block
        reached = list(_each(given, lambda e: inside(block, e)))
        for name, source in block.sources.items():
            if not source.varies:
                continue
            here = list(_each(reached, lambda e, n=name: block.equal.over(e, n)))
            here += _stated(block, name)
            bare = list(_each(here, without_table))
            if source.view is not None:
                self.view(source.view, bare)
            else:
                assert source.table is not None
                self.found.setdefault(source.table, set()).add(frozenset(_kinds(bare)))


def _each(
    conditions: Iterable[_Among], change: Callable[[exp.Expression], exp.Expression | None]
) -> Iterator[_Among]:
    """Conditions with each side changed, without the sides of which that gives None."""
    for among in conditions:
        pairs = [
            (changed, column)
            for side, column in zip(among.sides, among.columns, strict=True)
            if (changed := change(side)) is not None
        ]
        if pairs:
            sides, columns = zip(*pairs, strict=True)
            yield _Among(sides, columns, among.rows)


def _stated(block: Block, name: str) -> Iterator[_Among]:
    """What a SELECT itself says of one source: by values written out, or by what never changes."""
    for part in block.filters.get(name, ()):
        values = part.expressions if isinstance(part, exp.In) else [part.args.get("expression")]
        if (
            isinstance(part, (exp.EQ, exp.In))
            and values
            and all(isinstance(value, exp.Literal) for value in values)
        ):
            rows = ", ".join(f"({value.sql(dialect='duckdb')})" for value in values)
            yield _Among((part.this,), ("value",), f"(VALUES {rows}) AS given (value)")
    for other in block.sources.values():
        if other.varies:
            continue
        pairs = {
            column.name: side
            for side, column in block.equal.between(name, other.name)
            if isinstance(column, exp.Column)
        }
        rows = _rows(block, other.name) if pairs else None
        if rows is not None:
            yield _Among(tuple(pairs.values()), tuple(pairs), rows)


def _rows(block: Block, name: str) -> str | None:
    """What stands behind FROM for a source that never changes, with the conditions on it alone.

    None if that cannot be said without the query around it.

    Raises:
        Underivable: if it speaks of a column of a table beside it.
    """
    source = block.sources[name]
    if source.table in block.view.empty:
        return None
    if source.table is not None:
        conditions = [
            without_table(part).sql(dialect="duckdb") for part in block.filters.get(name, ())
        ]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"(SELECT * FROM {source.table}{where})"
    if source.view is None:
        return None
    query = source.view.query
    tables = {f"{table.db}.{table.name}" for table in query.find_all(exp.Table)}
    if not tables or any(t.startswith(".") or t in block.view.empty for t in tables):
        return None
    for branch in source.view.branches or [source.view]:
        _ = branch.block
    return f"({query.sql(dialect='duckdb', comments=False)})"


def _kinds(conditions: Iterable[_Among]) -> Iterator[Kind]:
    """Conditions on columns of a table as kinds."""
    for among in conditions:
        pairs = {
            side.name: column
            for side, column in zip(among.sides, among.columns, strict=True)
            if isinstance(side, exp.Column)
        }
        if pairs:
            listed = ", ".join(quoted(pairs[name]) for name in sorted(pairs))
            yield tuple(sorted(pairs)), f"SELECT DISTINCT {listed} FROM {among.rows}"
