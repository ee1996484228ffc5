"""What one SELECT of a model says of the rows it reads: sources, equalities, conditions, partitions.

    SELECT r.a, i.b FROM s.r INNER JOIN s.i ON i.v = r.v AND i.kind = 'x' WHERE r.done

reads two sources. `i.v = r.v` ties them together, `i.kind = 'x'` and `r.done` are conditions on one alone.
What a LEFT JOIN or an EXISTS says restricts the rows that are looked for, never those they are looked
for from, so its equalities lead one way only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlglot import exp

from pipelines.changes.equalities import Equalities
from pipelines.changes.expressions import (
    bare,
    conjuncts,
    is_star,
    own,
    own_of,
    query_of,
    sources_of,
    text,
    windowed,
)

Shared = Callable[[str], bool]


class Underivable(ValueError):
    """The text does not say how rows are tied to units; the message says what stands in the way."""


class View:
    """A query and the common table expressions in its reach.

    Args:
        query: parsed from DuckDB's dialect; its columns are given the names of their sources.
        known: name -> common table expression.
        shared: whether a table is the same whatever changes.
        empty: tables that have no rows, whatever changes.
    """

    def __init__(
        self,
        query: exp.Expression,
        known: Mapping[str, View],
        shared: Shared,
        empty: Collection[str] = (),
    ) -> None:
        while isinstance(query, exp.Subquery):
            query = query.this
        self.query, self.shared, self.empty, self.known = query, shared, empty, dict(known)
        with_ = query.args.get("with_") or query.args.get("with")
        for cte in with_.expressions if with_ else ():
            if cte.args["alias"].args.get("columns"):
                raise Underivable(f"{cte.alias} renames its columns where it is defined.")
            self.known[cte.alias] = self.inner(cte.this, self.known)

    def inner(self, query: exp.Expression, known: Mapping[str, View]) -> View:
        """A query within this one."""
        return View(query, known, self.shared, self.empty)

    @cached_property
    def varies(self) -> bool:
        """Whether it reads a table that may change."""
        return any(
            not self.shared(f"{table.db}.{table.name}")
            if table.db
            else table.name in self.known and self.known[table.name].varies
            for table in self.query.find_all(exp.Table)
        )

    @cached_property
    def sides(self) -> list[View]:
        """The two sides of a union, of a difference or of an intersection; none of a SELECT."""
        if not isinstance(self.query, exp.SetOperation):
            return []
        return [self.inner(side, self.known) for side in (self.query.this, self.query.expression)]

    @cached_property
    def branches(self) -> list[View]:
        """The sides and what those are made of; none of a SELECT.

        A side of a union that gives no row is left out; one is always left.
        """
        sides = self.sides
        if isinstance(self.query, exp.Union):
            sides = [side for side in sides if not side.gives_nothing] or sides[:1]
        return [branch for side in sides for branch in side.branches or [side]]

    @cached_property
    def gives_nothing(self) -> bool:
        """Whether it gives no row because tables it cannot do without have none."""
        if not self.empty:
            return False
        if isinstance(self.query, exp.Union):
            return all(side.gives_nothing for side in self.sides)
        try:
            if self.block.aggregates and not self.block.grouped:
                return False
        except Underivable:
            return False
        return any(
            source.table in self.empty or (source.view is not None and source.view.gives_nothing)
            for source in self.block.sources.values()
            if not source.optional
        )

    @cached_property
    def names(self) -> tuple[str, ...] | None:
        """Names of its columns; None if it takes all columns of a table, whatever they are."""
        return self.sides[0].names if self.sides else self.block.names

    @cached_property
    def block(self) -> Block:
        """What its SELECT says.

        Raises:
            Underivable: if it is no SELECT, or says what is not understood here.
        """
        if not isinstance(self.query, exp.Select):
            raise Underivable(f"{type(self.query).__name__} is not a SELECT.")
        return Block(self)

    def constant(self, name: str) -> exp.Expression | None:
        """The one value a column has in every row, if the text gives it."""
        if not isinstance(self.query, exp.Select):
            return None
        return self.block.constant(self.block.output(name))


@dataclass(eq=False)
class Source:
    """One thing a SELECT reads."""

    name: str  # what the SELECT calls it, unlike all others
    table: str | None = None  # the table it is; None: a query
    view: View | None = None  # the query it is; None: a table
    varies: bool = False  # whether it may change
    optional: bool = False  # whether rows of the others stay without one of it


@dataclass(eq=False)
class Block:
    """What one SELECT says, its subqueries in conditions included."""

    view: View
    sources: dict[str, Source] = field(default_factory=dict)  # by name, in order
    equal: Equalities = field(default_factory=Equalities)
    # Name of a source -> conditions on it alone.
    filters: dict[str, list[exp.Expression]] = field(default_factory=dict)
    # What windows and GROUP BY divide rows by, one tuple each.
    partitions: list[tuple[exp.Expression, ...]] = field(default_factory=list)
    # `grouped`, `aggregates`, `distinct`: whether it has GROUP BY, aggregates, DISTINCT.
    grouped: bool = False
    aggregates: bool = False
    distinct: bool = False
    chooses: bool = False  # whether it has conditions

    def __post_init__(self) -> None:
        select = self.view.query
        assert isinstance(select, exp.Select)
        self._constants: dict[str, exp.Expression | None] = {}
        self._columns: list[exp.Column] = []
        self.items: list[exp.Expression] = list(select.expressions)
        for word in ("limit", "offset", "qualify", "windows", "distribute", "cluster"):
            if select.args.get(word):
                raise Underivable(f"{word.upper()} looks at rows of all units.")
        self.distinct = select.args.get("distinct") is not None
        if self.distinct and select.args["distinct"].args.get("on"):
            raise Underivable("DISTINCT ON picks among rows of all units.")
        self._select(select, {}, self.view.known, inside=False)

    # --- reading ----------------------------------------------------------------------------

    def _select(
        self, select: exp.Select, outer: dict[str, str], known: Mapping[str, View], inside: bool
    ) -> None:
        """Read a SELECT; `inside` if it is one of a condition, whose rows only help to choose."""
        called: dict[str, str] = {}
        conditions: list[tuple[exp.Expression, frozenset[str] | None]] = []
        own: set[str] = set()
        from_ = select.args.get("from_") or select.args.get("from")
        if from_ is not None:
            own.add(self._source(from_.this, called, known, inside))
        for join in select.args.get("joins") or ():
            if join.method or join.args.get("using") or join.kind in ("SEMI", "ANTI"):
                raise Underivable("A join needs its condition after ON.")
            if join.side not in ("", "LEFT", "FULL"):
                raise Underivable(f"A {join.side} join is not followed.")
            name = self._source(join.this, called, known, inside or bool(join.side))
            on = join.args.get("on")
            if join.side == "FULL":
                for other in (*own, name):
                    self.sources[other].optional = True
            own.add(name)
            if on is not None:
                toward = {"LEFT": frozenset({name}), "FULL": frozenset()}.get(join.side)
                conditions += [(part, toward) for part in conjuncts(on)]
        where = select.args.get("where")
        if where is not None:
            conditions += [(part, None) for part in conjuncts(where.this)]
        names = {**outer, **called}
        group = select.args.get("group")
        having = select.args.get("having")
        parts = [
            *select.expressions,
            *(part for part, _ in conditions),
            *(group.expressions if group else ()),
            *([having.this] if having else ()),
        ]
        items = [p for p in parts if p is not None]
        self._qualify(items, names, called)
        self.chooses = self.chooses or bool(conditions) or having is not None
        for part, toward in conditions:
            self._condition(part, frozenset(own) if inside and toward is None else toward)
        for part in items:
            self._subqueries(part, names, known)
        if not inside:
            self._rows_together(select, group)

    def _source(
        self,
        node: exp.Expression,
        called: dict[str, str],
        known: Mapping[str, View],
        optional: bool,
    ) -> str:
        alias = node.alias_or_name
        name, n = alias, 1
        while name in self.sources:
            n += 1
            name = f"{alias}_{n}"
        shared = self.view.shared
        if isinstance(node, exp.Table) and node.db:
            table = f"{node.db}.{node.name}"
            source = Source(name, table, None, not shared(table), optional)
        elif isinstance(node, exp.Table):
            if node.name not in known:
                raise Underivable(f"{node.name} is neither a table nor a common table expression.")
            view = known[node.name]
            source = Source(name, None, view, view.varies, optional)
        elif isinstance(node, exp.Subquery):
            view = self.view.inner(node.this, known)
            source = Source(name, None, view, view.varies, optional)
        elif isinstance(node, exp.Values):
            source = Source(name)
        else:
            raise Underivable(f"{type(node).__name__} is read from.")
        called[alias] = name
        self.sources[name] = source
        return name

    def _qualify(
        self, parts: list[exp.Expression], names: dict[str, str], called: dict[str, str]
    ) -> None:
        """Give every column the name of its source."""
        for part in parts:
            for column in list(own(part, exp.Column)):
                self._columns.append(column)
                if column.table:
                    if column.table not in names:
                        raise Underivable(f"{text(column)} is a column of nothing here.")
                    column.set("table", exp.to_identifier(names[column.table]))
                elif not isinstance(column.this, exp.Star):
                    column.set("table", exp.to_identifier(self._owner(column.name, called)))

    def _owner(self, column: str, called: dict[str, str]) -> str:
        if len(called) == 1:
            return next(iter(called.values()))
        owners, unknown = [], []
        for name in called.values():
            view = self.sources[name].view
            names = view.names if view else None
            if names is None:
                unknown.append(name)
            elif column in names:
                owners.append(name)
        if len(owners) + len(unknown) == 1:
            return (owners or unknown)[0]
        raise Underivable(f"{column} may be a column of more than one; name its table.")

    def _condition(self, part: exp.Expression, toward: frozenset[str] | None) -> None:
        """Take note of one condition; `toward`: the sources whose rows it decides on, None: all."""
        if isinstance(part, exp.Paren):
            part = part.this
        if any(True for _ in own(part, exp.Exists, exp.In, exp.All, exp.Subquery) if query_of(_)):
            return
        tables = sources_of(part)
        if len(tables) == 1 and not any(True for _ in own(part, exp.Func)):
            (name,) = tables
            source = self.sources[name]
            if name in toward if toward is not None else not source.optional:
                self.filters.setdefault(name, []).append(part)
        if not isinstance(part, exp.EQ):
            return
        left, right = part.this, part.expression
        sides = sources_of(left), sources_of(right)
        if toward is None:
            for value, other in ((left, right), (right, left)):
                if isinstance(value, exp.Literal):
                    self._constants[text(other)] = value
        if not all(len(side) == 1 for side in sides) or sides[0] == sides[1]:
            return
        for side, (name,) in ((left, sides[0]), (right, sides[1])):
            if toward is None and self.sources[name].optional and not isinstance(side, exp.Column):
                return  # `b.id IS NULL` may hold because there is no row of b to tie to
        if toward == frozenset():
            self.equal.add_full(left, right)
            return
        for one, other, (name,) in ((left, right, sides[1]), (right, left, sides[0])):
            if toward is None or name in toward:
                self.equal.add(one, other, always=toward is None)

    def _subqueries(
        self, part: exp.Expression, names: dict[str, str], known: Mapping[str, View]
    ) -> None:
        """Read the queries of an expression as sources whose rows only help to choose."""
        for node in list(own(part, exp.Exists, exp.In, exp.All, exp.Subquery)):
            query = query_of(node)
            if query is None:
                continue
            view = self.view.inner(query, known)
            if not view.varies:
                # It is the same whatever changes, but for the columns from outside.
                for column in query.find_all(exp.Column):
                    if column.table in names or not column.table:
                        sources = [names[column.table]] if column.table else list(names.values())
                        self._columns += [exp.column(column.name, table=s) for s in sources]
                continue
            if isinstance(node, exp.In):
                self._in(node, view)
                continue
            for select in [branch.query for branch in view.branches] or [view.query]:
                if not isinstance(select, exp.Select):
                    raise Underivable(f"{type(select).__name__} stands in a condition.")
                self._select(select, names, view.known, inside=True)

    def _in(self, node: exp.In, view: View) -> None:
        """`x IN (SELECT y …)`, a source whose column is x; all its rows count if it is negated."""
        name = f"in_{len(self.sources) + 1}"
        self.sources[name] = Source(name, None, view, True, True)
        around = node.parent
        while isinstance(around, (exp.And, exp.Paren)):
            around = around.parent
        if isinstance(around, (exp.Where, exp.Join)) and view.names:
            asked = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
            for one, given in zip(asked, view.names, strict=False):
                if len(sources_of(one)) == 1:
                    self.equal.add(one, exp.column(given, table=name))

    def _rows_together(self, select: exp.Select, group: exp.Group | None) -> None:
        """What windows and groups divide rows by."""
        for window in own_of(select, exp.Window):
            self.partitions.append(tuple(window.args.get("partition_by") or ()))
        self.aggregates = any(not windowed(a) for a in own_of(select, exp.AggFunc))
        self.grouped = group is not None
        if group is not None:
            if any(group.args.get(w) for w in ("grouping_sets", "cube", "rollup")):
                raise Underivable("GROUPING SETS are not followed.")
            by = list(group.expressions)
            if group.args.get("all"):
                by = [bare(i) for i in self.items if not any(True for _ in own(i, exp.AggFunc))]
            by = [
                bare(self.items[int(b.name) - 1]) if isinstance(b, exp.Literal) else b for b in by
            ]
            self.partitions.append(tuple(by))
        elif self.aggregates:
            self.partitions.append(())

    # --- asking -----------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...] | None:
        """Names of the columns it gives; None if they are those of a table, whatever these are."""
        found: list[str] = []
        for item in self.items:
            if not is_star(item):
                found.append(item.alias_or_name)
                continue
            for name in self._starred(item):
                view = self.sources[name].view
                names = view.names if view else None
                if names is None:
                    return None
                found += names
        return tuple(found)

    def output(self, name: str) -> exp.Expression:
        """The expression of a column it gives.

        Raises:
            Underivable: if it is not known which that is.
        """
        stars: list[str] = []
        for item in self.items:
            if is_star(item):
                stars += self._starred(item)
            elif item.alias_or_name == name:
                return bare(item)
        unknown = []
        for star in stars:
            view = self.sources[star].view
            names = view.names if view else None
            if names is None:
                unknown.append(star)
            elif name in names:
                return exp.column(name, table=star)
        if len(unknown) == 1:
            return exp.column(name, table=unknown[0])
        raise Underivable(f"it is not known where the column {name} comes from.")

    def _starred(self, item: exp.Expression) -> list[str]:
        star = item if isinstance(item, exp.Star) else item.this
        if star.args.get("except_") or star.args.get("replace"):
            raise Underivable("A star with EXCLUDE or REPLACE is not followed.")
        return [item.table] if isinstance(item, exp.Column) else list(self.sources)

    def columns_of(self, name: str) -> set[str] | None:
        """The columns of a source that are looked at; None: all."""
        for item in self.items:
            if is_star(item) and name in self._starred(item):
                return None
        return {c.name for c in self._columns if c.table == name and c.name != "*"}

    def constant(self, expression: exp.Expression) -> exp.Expression | None:
        """The one value an expression has in every row, if the text gives it."""
        if isinstance(expression, exp.Literal):
            return expression
        if not isinstance(expression, exp.Column):
            return None
        said = text(expression)
        if said not in self._constants:
            source = self.sources.get(expression.table)
            known = source and source.view and not source.optional  # else it has none in some rows
            self._constants[said] = source.view.constant(expression.name) if known else None
        return self._constants[said]

    def keeps(self, expression: exp.Expression) -> bool:
        """Whether rows of different values of an expression have nothing to do with each other.

        True if every window and every group divides rows by it, so that a condition on it may as well be
        asked before.
        """
        if any(True for _ in own(expression, exp.AggFunc, exp.Window)):
            return False
        columns = [c for c in own(expression, exp.Column) if self.constant(c) is None]
        for partition in self.partitions:
            by = {text(part) for part in partition}
            if text(expression) in by:
                continue
            if not all(self.equal.alike(text(column)) & by for column in columns):
                return False
        return True
