"""One query for many universes: SQL rewritten so that each universe is worked out apart from the rest.

A *universe* is one altered course of events: the faulty state of a fault, or the corrected one. Tables
that differ from one to another carry a column `universe`. `lift` takes a model's SELECT, written as if
there were one world, and adds that column to every select list, join, group, window and correlated
subquery, so that one pass answers for all of them. What is the same in all (code lists, the paths of
the network) has no such column and is shared.
"""

from collections.abc import Callable

import sqlglot
from sqlglot import exp

UNIVERSE = "universe"
UNIVERSES = "universes"  # the table of all there are


class LiftError(ValueError):
    """A query that cannot be lifted; the message says what stands in the way."""


def lift(select: exp.Query, varies: Callable[[str], str | None]) -> bool:
    """Rewrite a query in place.

    Args:
        varies: name `schema.table` -> the name of what to read instead, which has a column
            `universe`; None for a table that is the same in every universe.

    Returns:
        Whether the query varies, and so now gives a column `universe`, its last.

    Raises:
        LiftError: if it uses a construct for which this is not defined.
    """
    return _Lift(varies).query(select, {})


def lifted(sql: str, varies: Callable[[str], str | None], *, pretty: bool = False) -> str:
    """The text of a query after `lift`; if `pretty`, broken into lines for people.

    >>> print(lifted("SELECT a.x FROM s.t AS a JOIN s.u AS b ON b.x = a.x", lambda n: n[-1]))
    SELECT a.x, a.universe AS universe FROM "t" AS a JOIN "u" AS b ON b.x = a.x AND b.universe = a.universe
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    assert isinstance(tree, exp.Query)
    lift(tree, varies)
    return tree.sql(dialect="duckdb", comments=False, pretty=pretty)


def _universe(alias: str) -> exp.Column:
    return exp.column(UNIVERSE, table=alias)


class _Lift:
    def __init__(self, varies: Callable[[str], str | None]) -> None:
        self.varies = varies

    def query(self, node: exp.Expression, known: dict[str, bool]) -> bool:
        """Lift a query; `known` says of each common table expression in reach whether it varies."""
        known = dict(known)
        with_ = node.args.get("with_") or node.args.get("with")
        for cte in with_.expressions if with_ else ():
            known[cte.alias] = self.query(cte.this, known)
        if isinstance(node, exp.Subquery):
            return self.query(node.this, known)
        if isinstance(node, exp.SetOperation):
            sides = [node.this, node.expression]
            varied = [self.query(side, known) for side in sides]
            if any(varied) and not all(varied):
                self._spread(sides[varied.index(False)])
            return any(varied)
        if isinstance(node, exp.Select):
            return self._select(node, known)
        raise LiftError(f"{type(node).__name__} is not a query that can be lifted.")

    def _select(self, node: exp.Select, known: dict[str, bool]) -> bool:
        if node.args.get("limit") or node.args.get("offset"):
            raise LiftError("LIMIT would count the rows of all universes together.")
        first = self._sources(node, known)
        self._subqueries(node, known, first)
        if first is None:
            return False
        for window in self._own(node, exp.Window):
            window.set("partition_by", [*window.args.get("partition_by", []), _universe(first)])
        self._group(node, first)
        stars = [p for p in node.expressions if isinstance(p, exp.Star) or _is_star(p)]
        carried = any(isinstance(p, exp.Star) or p.table in self._varying for p in stars)
        if not carried:
            node.append("expressions", exp.alias_(self._given or _universe(first), UNIVERSE))
        return True

    def _sources(self, node: exp.Select, known: dict[str, bool]) -> str | None:
        """Lift what a SELECT reads from and tie it together; the first source that varies."""
        from_ = node.args.get("from_") or node.args.get("from")
        self._given: exp.Expression | None = None
        varying: list[str] = []
        if from_ is not None:
            name = self._source(from_.this, known)
            if name:
                varying.append(name)
        for join in node.args.get("joins") or ():
            given = list(varying)
            name = self._source(join.this, known)
            if name is None:
                continue
            if given:
                self._tie(join, name, given[0])
            elif join.side:
                raise LiftError(f"A {join.side} join of what varies to what does not.")
            varying.append(name)
            if join.side == "FULL":
                self._given = exp.func("coalesce", _universe(given[0]), _universe(name))
        self._varying = set(varying)
        return varying[0] if varying else None

    def _tie(self, join: exp.Join, name: str, first: str) -> None:
        if join.args.get("using"):
            join.append("using", exp.to_identifier(UNIVERSE))
            return
        tie = exp.EQ(this=_universe(name), expression=_universe(first))
        on = join.args.get("on")
        join.set("on", exp.and_(on, tie, wrap=True) if on else tie)
        if join.kind == "CROSS":
            join.set("kind", "INNER")

    def _source(self, node: exp.Expression, known: dict[str, bool]) -> str | None:
        """Lift one source; its name if it varies."""
        if isinstance(node, exp.Table):
            if node.db:
                other = self.varies(f"{node.db}.{node.name}")
                if other is None:
                    return None
                if not node.alias:
                    node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name)))
                node.set("this", exp.to_identifier(other, quoted=True))
                node.set("db", None)
                return node.alias
            return node.alias_or_name if known.get(node.name) else None
        if isinstance(node, exp.Subquery):
            keep = (self._given, getattr(self, "_varying", set()))
            varies = self.query(node.this, known)
            self._given, self._varying = keep
            return node.alias if varies else None
        return None  # VALUES and the like

    def _subqueries(self, node: exp.Select, known: dict[str, bool], first: str | None) -> None:
        """Lift EXISTS and IN, each bound to the universe of the row it is asked for."""
        for inner in self._own(node, exp.Exists, exp.In, exp.Subquery):
            query = inner.args.get("query") if isinstance(inner, exp.In) else inner.this
            query = query.this if isinstance(query, exp.Subquery) else query
            if not isinstance(query, exp.Select) or _among_sources(inner, node):
                continue
            keep = (self._given, self._varying)
            named = self._sources(query, known)
            self._subqueries(query, known, named)
            self._given, self._varying = keep
            if named is not None:
                if first is None:
                    raise LiftError("A subquery varies where its query does not.")
                query.where(exp.EQ(this=_universe(named), expression=_universe(first)), copy=False)

    def _group(self, node: exp.Select, first: str) -> None:
        group = node.args.get("group")
        if group is not None:
            if not group.args.get("all"):
                group.append("expressions", _universe(first))
        elif any(
            not isinstance(found.parent, (exp.Window, exp.Filter))
            for found in self._own(node, exp.AggFunc)
        ):
            node.set("group", exp.Group(expressions=[_universe(first)]))

    def _own(self, node: exp.Select, *kinds: type[exp.Expression]) -> list[exp.Expression]:
        """Nodes of some kinds that belong to a SELECT itself, not to a query inside it."""
        found: list[exp.Expression] = []

        def walk(part: exp.Expression) -> None:
            for child in part.iter_expressions():
                if isinstance(child, kinds):
                    found.append(child)
                if not isinstance(child, (exp.Query, exp.CTE)):
                    walk(child)

        for key, value in node.args.items():
            if key in ("with", "with_", "from", "from_"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, exp.Join):
                    child = child.args.get("on")
                if isinstance(child, kinds):
                    found.append(child)
                if isinstance(child, exp.Expression) and not isinstance(child, exp.Query):
                    walk(child)
        return found

    def _spread(self, node: exp.Expression) -> None:
        """Give every universe the rows of a SELECT that is the same in all."""
        if not isinstance(node, exp.Select) or self._own(node, exp.AggFunc, exp.Window):
            raise LiftError("One side of a union varies and the other cannot be spread.")
        table = exp.to_table(UNIVERSES)
        if node.args.get("from_") or node.args.get("from"):
            node.join(table, join_type="cross", copy=False)
        else:
            node.from_(table, copy=False)
        node.append("expressions", exp.alias_(_universe(UNIVERSES), UNIVERSE))


def _is_star(node: exp.Expression) -> bool:
    return isinstance(node, exp.Column) and isinstance(node.this, exp.Star)


def _among_sources(node: exp.Expression, select: exp.Select) -> bool:
    parent = node.parent
    return isinstance(parent, (exp.From, exp.Join)) and parent.parent is select
