"""Where the values of a query come from, once a condition has been carried down to its tables.

`SELECT m.record_id, d.subject_id FROM … AS m INNER JOIN … AS d …`, sought by record_id, has two nodes, the
rows read of m and those read of d; its column subject_id originates in the second. What is tied to
subject_id in a query around it is tied to that node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from pipelines.changes.expressions import own
from pipelines.changes.reads import Block, View


@dataclass(frozen=True)
class Given:
    """A value that something must equal: of the unit, or of the rows of a table."""

    of: Node | None  # the table's node; None: the unit
    expression: exp.Expression  # over its columns, which name no table
    filters: tuple[exp.Expression, ...] = ()  # conditions on those rows of it that give the value
    # The query, column and result the value was taken from on the way, if it was from one.
    via: tuple[View, str, Pushed] | None = None


@dataclass(eq=False)
class Node:
    """A table as read in one way: what its rows are tied to, and by what."""

    table: str
    hint: str
    of: Node | None
    pairs: list[tuple[exp.Expression, exp.Expression]]
    filters: dict[str, exp.Expression]
    parent_filters: dict[str, exp.Expression]
    used: set[str] | None


Origin = tuple[Node, exp.Expression, tuple, tuple[exp.Expression, ...]]
Pair = tuple[exp.Expression, Given]
Way = tuple[Node, list[Pair], list[exp.Expression]]


class Pushed:
    """A query to which a condition has been carried down: which nodes it comes from."""

    def __init__(self, parts: Sequence[Pushed] = ()) -> None:
        self.parts = parts

    def anchors(self) -> list[Node]:
        """Nodes of which at least one has a row if the query has."""
        return [node for part in self.parts for node in part.anchors()]

    def origins(self, column: str) -> list[Origin] | None:
        """Where values of a column come from; None if that is not known.

        Columns that come from one row of one node have the same third item.
        """
        found: list[Origin] = []
        for n, part in enumerate(self.parts):
            some = part.origins(self.renamed(n, column))
            if some is None:
                return None
            found += [(node, e, ((id(self), n), *path), f) for node, e, path, f in some]
        return found

    def renamed(self, part: int, column: str) -> str:
        """What a part calls a column."""
        return column


class PushedUnion(Pushed):
    """A union of queries."""

    def __init__(self, parts: Sequence[tuple[View, Pushed]], names: tuple[str, ...] | None) -> None:
        super().__init__([pushed for _, pushed in parts])
        self.views, self.names = [view for view, _ in parts], names

    def renamed(self, part: int, column: str) -> str:
        return same_place(self.names, self.views[part], column)


class PushedTable(Pushed):
    """A table."""

    def __init__(self, node: Node, filters: tuple[exp.Expression, ...]) -> None:
        self.node, self.filters = node, filters

    def anchors(self) -> list[Node]:
        return [self.node]

    def origins(self, column: str) -> list[Origin] | None:
        return [(self.node, exp.column(column), (), self.filters)]


class PushedSelect(Pushed):
    """A SELECT, each of its sources carried down to in one way or several."""

    def __init__(self, block: Block, done: dict[str, list[Pushed]]) -> None:
        self.block, self.done = block, done

    def anchors(self) -> list[Node]:
        if self.block.aggregates and not self.block.grouped:
            return []
        for name, pushed in self.done.items():
            if not self.block.sources[name].optional:
                return [node for part in pushed for node in part.anchors()]
        return []

    def origins(self, column: str) -> list[Origin] | None:
        expression = self.block.output(column)
        if self.block.aggregates and not self.block.grouped:
            return None
        return self._origins(expression, ())

    def _origins(self, expression: exp.Expression, mark: tuple) -> list[Origin] | None:
        if isinstance(expression, exp.Paren):
            return self._origins(expression.this, mark)
        if isinstance(expression, exp.Column):
            return self.of_column(expression, mark)
        choice = _values(expression)
        if choice is not None:
            found: list[Origin] = []
            for n, value in enumerate(choice):
                if isinstance(value, exp.Null):
                    continue
                some = self._origins(value, (*mark, (id(expression), n)))
                if some is None:
                    return None
                found += some
            return found
        return self.of_expression(expression, mark)

    def of_column(self, column: exp.Column, mark: tuple) -> list[Origin] | None:
        """Where values of a column of a source come from."""
        if column.table not in self.done:
            return None
        found: list[Origin] = []
        for pushed in self.done[column.table]:
            some = pushed.origins(column.name)
            if some is None:
                return None
            found += [(n, e, (*mark, column.table, id(pushed), *p), f) for n, e, p, f in some]
        return found

    def of_expression(self, expression: exp.Expression, mark: tuple = ()) -> list[Origin] | None:
        """Where values of an expression come from, if all its columns come from one row."""
        if any(True for _ in own(expression, exp.AggFunc, exp.Window, exp.Query, exp.Exists)):
            return None
        columns = list(own(expression, exp.Column))
        whole: list[Origin] | None = None
        for column in columns:
            some = self.of_column(column, mark)
            if some is None or len(some) != 1:
                return None
            if whole and (whole[0][0], whole[0][2]) != (some[0][0], some[0][2]):
                return None
            whole = some
        if whole is None:
            return None
        copy = expression.copy()
        for column in list(own(copy, exp.Column)):
            (origin,) = self.of_column(column, mark) or ()
            column.replace(origin[1].copy())
        return [(whole[0][0], copy, whole[0][2], whole[0][3])]


def _values(expression: exp.Expression) -> list[exp.Expression] | None:
    """The expressions of which it gives the value of one; None if it makes a value of its own."""
    if isinstance(expression, (exp.Coalesce, exp.Greatest, exp.Least)):
        return [expression.this, *expression.expressions]
    if isinstance(expression, exp.Nullif):
        return [expression.this]
    if isinstance(expression, exp.Case):
        ends = [branch.args["true"] for branch in expression.args["ifs"]]
        default = expression.args.get("default")
        return [*ends, *([default] if default is not None else [])]
    if isinstance(expression, exp.Window):
        return _values(expression.this)
    if isinstance(expression, (exp.Min, exp.Max, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)):
        if expression.args.get("default") is not None or expression.expressions:
            return None
        return [expression.this]
    return None


def same_place(names: tuple[str, ...] | None, view: View, column: str) -> str:
    """What a branch of a union calls a column of the union."""
    if names is None or view.names is None:
        return column
    return view.names[names.index(column)]
