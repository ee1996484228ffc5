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

from pipelines.changes.expressions import is_star, windowed

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
    for column in select.find_all(exp.Column):
        if column.db:
            name = column.sql("duckdb")
            raise LiftError(f"Give the table of {name} a name, with AS, and the column by that.")
    lifting = _Lift(varies)
    found = lifting.query(select, {})
    for one in select.find_all(exp.Select):
        if id(one) not in lifting.seen:
            raise LiftError(
                f"No query can be lifted where this one stands: {one.sql('duckdb')[:80]!r}."
            )
    return found


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
        self.seen: set[int] = set()  # every SELECT that was lifted
        self._named = 0  # sources that were given a name
        self._varying: set[str] = set()  # sources, of the SELECT in hand, that vary

    def query(self, node: exp.Expression, known: dict[str, bool]) -> bool:
        """Lift a query; `known` says of each common table expression in reach whether it varies."""
        known = self._common(node, known)
        if isinstance(node, exp.Subquery):
            return self.query(node.this, known)
        if isinstance(node, exp.SetOperation):
            _see_all_rows(node)
            sides = [node.this, node.expression]
            varied = [self.query(side, known) for side in sides]
            if any(varied) and not all(varied):
                self._spread(sides[varied.index(False)])
            return any(varied)
        if isinstance(node, exp.Select):
            return self._select(node, known)
        raise LiftError(f"{type(node).__name__} is not a query that can be lifted.")

    def _common(self, node: exp.Expression, known: dict[str, bool]) -> dict[str, bool]:
        """Lift the common table expressions of a query; `known` and what it says of them."""
        with_ = node.args.get("with_")
        if with_ is None:
            return known
        if with_.args.get("recursive"):
            raise LiftError(
                "WITH RECURSIVE reads what it has made itself, of all universes together."
            )
        known = dict(known)
        for cte in with_.expressions:
            known[cte.alias] = self.query(cte.this, known)
        return known

    def _select(self, node: exp.Select, known: dict[str, bool]) -> bool:
        _see_all_rows(node)
        self.seen.add(id(node))
        alone = node.copy()
        group = node.args.get("group")
        if not group and not all(map(windowed, self._own(node, exp.AggFunc))):
            return self._apart(node, alone, known)
        at = self._sources(node, known)
        if at is None:
            return self._apart(node, alone, known)
        self._subqueries(node, known, at)
        for window in self._own(node, exp.Window):
            window.set("partition_by", [*window.args.get("partition_by", []), at.copy()])
        if group is not None and not group.args.get("all"):
            group.append("expressions", at.copy())
        stars = [p for p in node.expressions if is_star(p)]
        carried = any(isinstance(p, exp.Star) or p.table in self._varying for p in stars)
        if not carried:
            node.append("expressions", exp.alias_(at.copy(), UNIVERSE))
        return True

    def _apart(self, node: exp.Select, alone: exp.Select, known: dict[str, bool]) -> bool:
        """Lift a SELECT that has a row also in a universe that gives it none to read.

        Args:
            alone: a copy of it; it is asked once for each universe.
        """
        alone.set("with_", None)
        if not self._bind(alone, known, _universe(UNIVERSES)):
            self._as_it_is(node)
            return False
        for key in set(node.args) - {"with_"}:
            node.set(key, None)
        node.select("alone.*", _universe(UNIVERSES), copy=False)
        node.from_(exp.to_table(UNIVERSES), copy=False)
        node.append(
            "joins",
            exp.Join(
                this=exp.Lateral(
                    this=exp.Subquery(this=alone),
                    alias=exp.TableAlias(this=exp.to_identifier("alone")),
                )
            ),
        )
        return True

    def _as_it_is(self, node: exp.Select) -> None:
        """Take note that nothing in a SELECT varies."""
        self.seen |= {id(one) for one in node.find_all(exp.Select)}

    def _sources(self, node: exp.Select, known: dict[str, bool]) -> exp.Expression | None:
        """Lift what a SELECT reads from and tie it together; the universe of a row, if rows vary."""
        at: exp.Expression | None = None
        varying: set[str] = set()
        from_ = node.args.get("from_")
        if from_ is not None and (name := self._source(from_.this, known)):
            varying.add(name)
            at = _universe(name)
        for join in node.args.get("joins") or ():
            name = self._source(join.this, known)
            either = join.side in (
                "RIGHT",
                "FULL",
            )  # rows of what is joined stand by themselves, too
            if name is None:
                if at is not None and either:
                    raise LiftError(f"A {join.side} join of what does not vary to what does.")
                continue
            if at is None and (join.side or join.kind in ("SEMI", "ANTI")):
                raise LiftError(f"A {join.side or join.kind} join of what varies to what does not.")
            varying.add(name)
            if at is None:
                at = _universe(name)
                continue
            self._tie(join, name, at)
            if either:
                at = exp.func("coalesce", at.copy(), _universe(name))
        self._varying = varying
        return at

    def _tie(self, join: exp.Join, name: str, at: exp.Expression) -> None:
        if join.method:
            raise LiftError(f"A {join.method} join says nowhere by what it joins; write ON.")
        if join.args.get("using"):
            join.append("using", exp.to_identifier(UNIVERSE))
            return
        tie = exp.EQ(this=_universe(name), expression=at.copy())
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
            if not self.query(node.this, known):
                return None
            if not node.alias:
                node.set("alias", exp.TableAlias(this=self._name()))
            return node.alias
        return None  # VALUES and the like

    def _name(self) -> exp.Identifier:
        self._named += 1
        return exp.to_identifier(f"source {self._named}", quoted=True)

    def _subqueries(self, node: exp.Select, known: dict[str, bool], at: exp.Expression) -> bool:
        """Lift EXISTS, IN and the like, each bound to the universe of the row it is asked for."""
        varies = False
        for inner in self._own(node, exp.Exists, exp.In, exp.All, exp.Subquery):
            query = inner.args.get("query") if isinstance(inner, exp.In) else inner.this
            if not isinstance(query, exp.Query) or _among_sources(inner, node):
                continue
            if inner.arg_key == "query":  # of an IN, which comes by itself
                continue
            if isinstance(inner, exp.In) and isinstance(inner.this, exp.Tuple):
                varies |= self._pairs_in(inner, query, known, at)
            else:
                varies |= self._bind(query, known, at)
        return varies

    def _pairs_in(
        self, inner: exp.In, query: exp.Query, known: dict[str, bool], at: exp.Expression
    ) -> bool:
        """Lift `(a, b) IN (SELECT ...)`, which DuckDB takes of a query alone that is bound to no row."""
        keep = self._varying
        varies = self.query(query, known)
        self._varying = keep
        if varies:
            inner.this.append("expressions", at.copy())
        return varies

    def _bind(self, query: exp.Query, known: dict[str, bool], at: exp.Expression) -> bool:
        """Leave of a query what it gives in one universe, that of a row around it; whether it varies."""
        known = self._common(query, known)
        if isinstance(query, exp.Subquery):
            return self._bind(query.this, known, at)
        if isinstance(query, exp.SetOperation):
            return any([self._bind(side, known, at) for side in (query.this, query.expression)])
        self.seen.add(id(query))
        for column in at.find_all(exp.Column):
            self._rename(query, column.table)
        keep = self._varying
        own = self._sources(query, known)
        varies = self._subqueries(query, known, own or at)
        self._varying = keep
        if own is None:
            return varies
        query.where(exp.EQ(this=own, expression=at.copy()), copy=False)
        return True

    def _rename(self, query: exp.Query, taken: str) -> None:
        """Give another name to a source of a query that hides one around it."""
        for source in _sources_of(query):
            if source.alias_or_name.lower() == taken.lower():
                name = self._name()
                columns = [c for c in query.find_all(exp.Column) if _of(c, taken, query)]
                alias = source.args.get("alias") or exp.TableAlias()
                alias.set("this", name)
                source.set("alias", alias)
                for column in columns:
                    column.set("table", name.copy())

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


def _among_sources(node: exp.Expression, select: exp.Select) -> bool:
    parent = node.parent
    return isinstance(parent, (exp.From, exp.Join)) and parent.parent is select


def _sources_of(select: exp.Expression) -> list[exp.Expression]:
    from_ = select.args.get("from_")
    joined = [join.this for join in select.args.get("joins") or ()]
    return [from_.this, *joined] if from_ is not None else joined


def _of(column: exp.Column, name: str, query: exp.Query) -> bool:
    """Whether a column somewhere in a query is one of its own source of a name."""
    if column.table.lower() != name.lower():
        return False
    select = column.parent_select
    while select is not None and select is not query:
        if any(s.alias_or_name.lower() == name.lower() for s in _sources_of(select)):
            return False
        select = select.parent_select
    return True


def _see_all_rows(node: exp.Query) -> None:
    """See that nothing in a query is chosen or counted over the rows of all universes together.

    Raises:
        LiftError: if something is.
    """
    distinct, group = node.args.get("distinct"), node.args.get("group")
    refused = {
        "LIMIT": node.args.get("limit") or node.args.get("offset"),
        "DISTINCT ON": isinstance(distinct, exp.Distinct) and distinct.args.get("on"),
        "SAMPLE": node.args.get("sample"),
        "A named WINDOW": node.args.get("windows"),
        "PIVOT": any(source.args.get("pivots") for source in _sources_of(node)),
        "ROLLUP": group and group.find(exp.Rollup, exp.Cube, exp.GroupingSets),
    }
    for word, found in refused.items():
        if found:
            raise LiftError(f"{word} would count the rows of all universes together.")
