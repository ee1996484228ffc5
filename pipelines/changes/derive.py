"""How a change passes through a model, read out of the model's own SQL.

Three ways, the first that the text allows:

- *row by row*: every row of the output comes from one row of one table (and of code lists, which never
  change). Then the rows that changed, put through the model's own SQL, are the rows that change.

- *by unit*: rows of the output with one value of a column, the unit, are worked out without the others.
  `SELECT subject_id, sum(change) FROM scores.points GROUP BY subject_id` can be worked out again for one
  subject alone. A condition on the unit is carried down through joins, groups and windows to the
  tables, as a database carries a condition down; where it can go no further than some table, the next
  one is tied to that by the equality that joins them (a semi-join):

      SELECT m.record_id, d.subject_id
      FROM resolve.mentions AS m
      INNER JOIN resolve.decisions AS d ON d.reference_id = m.reference_id

  has units by record_id: mentions are tied to them by record_id, decisions to mentions by reference_id.

- *whole*, if the text shows neither.

Whatever is not understood makes more rows count, or ends in `whole`; never fewer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from pipelines.changes.reads import (
    Block,
    Shared,
    Source,
    Underivable,
    View,
    own,
    sources_of,
    text,
)
from pipelines.changes.units import ID, Recipe, Tie, by_parts, ids_first

# Types of which a value equals another as it stands if it does when it is cast.
_ALIKE = (exp.DType.VARCHAR, exp.DType.TEXT)


def derive(tree: exp.Expression, key: Sequence[str], shared: Shared) -> Recipe:
    """How a change passes through a query.

    Args:
        tree: the query, parsed.
        key: the columns that name a row of the output, as far as known.
        shared: whether a table never changes.
    """
    try:
        view = View(tree, {}, shared)
        if row_by_row(view):
            return Recipe("rows")
        return _by_unit(view, key)
    except Underivable as error:
        return Recipe("whole", why=str(error))


def row_by_row(view: View) -> bool:
    """Whether every row comes from one row of one table that may change.

    Union of all, choice, renaming and what is joined from tables that never change are *linear*: what
    they make of a change is the change of what they make.
    """
    if not view.varies:
        return True
    if view.branches:
        return _adds_up(view.query) and all(row_by_row(b) for b in view.branches)
    block = view.block
    varying = [s for s in block.sources.values() if s.varies]
    if len(varying) != 1 or varying[0].optional:
        return False
    if block.partitions or block.distinct or block.aggregates:
        return False
    return varying[0].view is None or row_by_row(varying[0].view)


def _adds_up(query: exp.Expression) -> bool:
    """Whether a union only puts the rows of its branches together."""
    while isinstance(query, exp.Subquery):
        query = query.this
    if not isinstance(query, exp.SetOperation):
        return True
    if not isinstance(query, exp.Union) or query.args.get("distinct"):
        return False
    return _adds_up(query.this) and _adds_up(query.expression)


# --- units ----------------------------------------------------------------------------------------


def _by_unit(view: View, key: Sequence[str]) -> Recipe:
    """The unit that makes the fewest ties; ids before other columns, the key before the rest."""
    names = view.names
    if not names:
        raise Underivable("it is not known which columns it gives.")
    order = [*(k for k in key if k in names), *(n for n in names if n not in key)]
    order.sort(key=lambda name: ID.search(name) is None)  # stable
    best: tuple[tuple[int, int], Recipe] | None = None
    why = "no column divides the rows into units"
    for name in order:
        if best is not None and not ID.search(name):
            break
        try:
            recipe = _unit(view, name)
        except Underivable as error:
            why = f"{name}: {error}" if ID.search(name) and why.startswith("no") else why
            continue
        found = (sum(_scans(tie) for tie in recipe.ties), len(recipe.ties))
        if best is None or found < best[0]:
            best = (found, recipe)
        if not found[0] and found[1] <= len({tie.table for tie in recipe.ties}):
            break
    if best is None:
        raise Underivable(why)
    return best[1]


def _unit(view: View, name: str) -> Recipe:
    """The ties of units by one column."""
    carrying = Carrying()
    carrying.view(view, ((exp.column(name), Given(None, exp.column(name))),), None)
    nodes = carrying.pruned()
    if not nodes:
        raise Underivable("it reads nothing that may change.")
    ties = _named(nodes)
    if not any(tie.parent == "unit" for tie in ties):
        raise Underivable(f"no table is tied to {name}.")
    made = "" if view.branches else view.block.output(name).sql(dialect="duckdb")
    return by_parts(Recipe("units", (name,), ties, ((name, f"unit.{name}"),)), made)


def _scans(tie: Tie) -> bool:
    """Whether its rows can be found only by reading the whole table."""
    return bool(tie.pairs) and not any(re.fullmatch(r"\w+\.(\w+|\"\w+\")", a) for a, _ in tie.pairs)


@dataclass(frozen=True)
class Given:
    """A value that something must equal: of the unit, or of the rows of a table.

    Attributes:
        of: the table's node; None: the unit.
        expression: over its columns, which name no table.
        filters: conditions on those rows of it that give the value.
        via: the query, column and result the value was taken from on the way, if it was from one.
    """

    of: Node | None
    expression: exp.Expression
    filters: tuple[exp.Expression, ...] = ()
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


class Carrying:
    """Conditions carried down from the units to the tables, and the nodes that they make."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._seen: dict[tuple, Pushed] = {}

    # --- queries ------------------------------------------------------------------------------

    def view(self, view: View, pairs: Sequence[Pair], of: Node | None) -> Pushed:
        """Carry down to a query that expressions over its columns equal what is given.

        Raises:
            Underivable: if something is given of the unit and cannot be carried down.
        """
        sign = (view, of, tuple((text(side), text(given.expression)) for side, given in pairs))
        if sign not in self._seen:
            self._seen[sign] = self._view(view, pairs, of)
        return self._seen[sign]

    def _view(self, view: View, pairs: Sequence[Pair], of: Node | None) -> Pushed:
        if view.branches:
            parts = [
                (branch, self.view(branch, _renamed(view, branch, pairs), of))
                for branch in view.branches
                if branch.varies
            ]
            return PushedUnion(parts, view.names)
        block = view.block
        known = self._known(block, pairs)
        if known is not None:
            return known
        kept = [(side, given) for e, given in pairs if (side := _inside(block, e)) is not None]
        if of is None and len(kept) < len(pairs):
            raise Underivable("rows of different units meet in a window or a group.")
        return self._select(block, kept, of)

    def _known(self, block: Block, pairs: Sequence[Pair]) -> Pushed | None:
        """`SELECT DISTINCT c FROM w`, sought by values of c that were taken from w: those values.

        More rows of w that have one of these values add nothing.
        """
        if not block.distinct or block.chooses or block.partitions or len(block.sources) != 1:
            return None
        ((alias, source),) = block.sources.items()
        given = {side.name: value for side, value in pairs if isinstance(side, exp.Column)}
        vias = {}
        for name in block.names or ():
            expression = block.output(name)
            via = given[name].via if name in given else None
            if via is None or via[0] is not source.view or text(expression) != f"{alias}.{via[1]}":
                return None
            vias[id(via[2])] = via[2]
        return PushedSelect(block, {alias: list(vias.values())}) if vias else None

    # --- one SELECT ---------------------------------------------------------------------------

    def _select(self, block: Block, given: Sequence[Pair], of: Node | None) -> Pushed:
        waiting = {name: source for name, source in block.sources.items() if source.varies}
        done: dict[str, list[Pushed]] = {}
        for name, source in list(waiting.items()):
            pairs = [
                (over, value)
                for expression, value in given
                if (over := block.over(expression, name)) is not None
            ]
            if pairs and (of is not None or len(pairs) == len(given)):
                pushed = self._tried(block, source, pairs, of)
                if pushed is not None:
                    done[name] = [pushed]
                    del waiting[name]
        if waiting and not done and of is not None:
            name = next((n for n, s in waiting.items() if not s.optional), next(iter(waiting)))
            done[name] = [self._source(block, waiting.pop(name), [], of)]
        while waiting:
            step = self._next(block, waiting, done)
            if step is None:
                raise Underivable(f"{', '.join(waiting)} is tied to nothing.")
            name, ways = step
            source = waiting.pop(name)
            done[name] = [
                self._source(block, source, pairs, node, among) for node, pairs, among in ways
            ]
        return PushedSelect(block, done)

    def _tried(
        self, block: Block, source: Source, pairs: Sequence[Pair], of: Node | None
    ) -> Pushed | None:
        """A source carried down to, or None, and nothing done, if that cannot be."""
        nodes, seen = list(self.nodes), dict(self._seen)
        try:
            return self._source(block, source, pairs, of)
        except Underivable:
            self.nodes, self._seen = nodes, seen
            return None

    def _next(
        self, block: Block, waiting: dict[str, Source], done: dict[str, list[Pushed]]
    ) -> tuple[str, list[Way]] | None:
        """The next source that can be tied to one that is done, and how."""
        best: tuple[tuple[bool, int], str, list[Way]] | None = None
        for name in waiting:
            for other, pushed in done.items():
                ways = self._ways(block, name, other, pushed)
                if ways is None:
                    continue
                plain = all(
                    any(ID.search(e.name) and isinstance(e, exp.Column) for e, _ in pairs)
                    for _, pairs, _ in ways
                )
                deep = max(_depth(node) for node, _, _ in ways)
                rank = (not plain, deep)
                if best is None or rank < best[0]:
                    best = (rank, name, ways)
        if best is not None:
            return best[1], best[2]
        for name in waiting:
            for other, pushed in done.items():
                if block.sources[other].optional:
                    continue
                anchors = list(dict.fromkeys(n for part in pushed for n in part.anchors()))
                if anchors:
                    return name, [(node, [], []) for node in anchors]
        return None

    def _ways(
        self, block: Block, name: str, other: str, pushed: Sequence[Pushed]
    ) -> list[Way] | None:
        """How a source is tied to the nodes behind another, by the equalities of the two."""
        view = block.sources[other].view
        found: list[Way] = []
        ties = self._equalities(block, name, other)
        ties.sort(key=lambda t: not (isinstance(t[0], exp.Column) and ID.search(t[0].name)))
        among = [
            _one_of(mine, *constant)
            for query in block.sources.values()
            if query.view is not None
            for mine, theirs in self._equalities(block, name, query.name)
            if (constant := _never_changing(block, theirs)) is not None
        ]
        for part in pushed:
            here = PushedSelect(block, {other: [part]})
            origins = [(mine, theirs, here._origins(theirs, ())) for mine, theirs in ties]
            known = [(mine, theirs, some) for mine, theirs, some in origins if some]
            if not known:
                return None
            _, _, first = known[0]
            for node, _, path, _ in first:
                pairs: list[Pair] = []
                for mine, theirs, some in known:
                    same = [o for o in some if o[0] is node and o[2] == path]
                    if len(same) != 1:
                        continue
                    via = None
                    if view is not None and isinstance(theirs, exp.Column):
                        via = (view, theirs.name, part)
                    pairs.append((mine, Given(node, same[0][1], same[0][3], via)))
                found.append((node, pairs, among))
        return found or None

    def _equalities(
        self, block: Block, name: str, other: str
    ) -> list[tuple[exp.Expression, exp.Expression]]:
        """(expression over one source, expression over another) that are equal."""
        starts = {t: e for t, e in block.terms.items() if sources_of(e) == {other}}
        found = {}
        for start in starts.values():
            for reached in block.reached(text(start)):
                if sources_of(reached) == {name}:
                    found.setdefault(text(reached), (reached, start))
        return list(found.values())

    # --- tables -------------------------------------------------------------------------------

    def _source(
        self,
        block: Block,
        source: Source,
        pairs: Sequence[Pair],
        of: Node | None,
        among: Sequence[exp.Expression] = (),
    ) -> Pushed:
        pairs = [(_without_table(side), given) for side, given in pairs]
        if source.view is not None:
            return self.view(source.view, pairs, of)
        assert source.table is not None
        filters = [_without_table(f) for f in block.filters.get(source.name, ())]
        filters += [_without_table(f) for f in among]
        sides = [(self._plain(side, filters), given) for side, given in pairs]
        node = self._node(source, block.columns_of(source.name), sides, filters, of)
        return PushedTable(node, tuple(filters))

    def _plain(self, side: exp.Expression, filters: Sequence[exp.Expression]) -> exp.Expression:
        """For a constant, the column that a condition says has this value; what was cast to text, bare."""
        while isinstance(side, exp.Cast) and side.to.this in _ALIKE:
            side = side.this
        if isinstance(side, exp.Literal):
            for part in filters:
                if (
                    isinstance(part, exp.EQ)
                    and part.expression == side
                    and isinstance(part.this, exp.Column)
                ):
                    return part.this
        return side

    def _node(
        self,
        source: Source,
        used: set[str] | None,
        pairs: Sequence[Pair],
        filters: Sequence[exp.Expression],
        of: Node | None,
    ) -> Node:
        """The node of a table read in one way; read so before, that one, made to hold for both."""
        assert source.table is not None
        sides = {(text(a), text(g.expression)): (a, g.expression) for a, g in pairs}
        parents = {text(f): f for _, g in pairs for f in g.filters if not _implied(f, pairs)}
        mine = {text(f): f for f in filters}
        for node in self.nodes:
            if (node.table, node.of) == (source.table, of) and {
                (text(a), text(b)) for a, b in node.pairs
            } == set(sides):
                node.filters = {t: f for t, f in node.filters.items() if t in mine}
                node.parent_filters = {t: f for t, f in node.parent_filters.items() if t in parents}
                node.used = None if used is None or node.used is None else node.used | used
                return node
        node = Node(source.table, source.name, of, list(sides.values()), mine, parents, used)
        self.nodes.append(node)
        return node

    def pruned(self) -> list[Node]:
        """The nodes without those of which another reads all rows already."""
        kept = list(self.nodes)
        for node in list(kept):
            if any(other.of is node for other in kept):
                continue
            for other in kept:
                if other is node or (other.table, other.of) != (node.table, node.of):
                    continue
                pairs = {(text(a), text(b)) for a, b in node.pairs}
                less = {(text(a), text(b)) for a, b in other.pairs}
                if (
                    less <= pairs
                    and set(other.filters) <= set(node.filters)
                    and set(other.parent_filters) <= set(node.parent_filters)
                ):
                    other.used = (
                        None if node.used is None or other.used is None else other.used | node.used
                    )
                    kept.remove(node)
                    break
        return kept


def _implied(condition: exp.Expression, pairs: Sequence[Pair]) -> bool:
    """Whether a condition says only that something is there which equals something anyway."""
    return (
        isinstance(condition, exp.Not)
        and isinstance(condition.this, exp.Is)
        and isinstance(condition.this.expression, exp.Null)
        and any(condition.this.this == given.expression for _, given in pairs)
    )


def _depth(node: Node) -> int:
    return 0 if node.of is None else 1 + _depth(node.of)


def _never_changing(block: Block, expression: exp.Expression) -> tuple[str, str] | None:
    """Table and column of a value that comes from a table that never changes."""
    if not isinstance(expression, exp.Column) or expression.table not in block.sources:
        return None
    source = block.sources[expression.table]
    if source.table is not None:
        return None if source.varies else (source.table, expression.name)
    view = source.view
    if view is None or not isinstance(view.query, exp.Select):
        return None
    try:
        return _never_changing(view.block, view.block.output(expression.name))
    except Underivable:
        return None


def _without_table(expression: exp.Expression) -> exp.Expression:
    copy = expression.copy()
    for column in own(copy, exp.Column):
        column.set("table", None)
    return copy


def _renamed(view: View, branch: View, pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs over columns of a union as pairs over those of a branch."""
    found = []
    for side, given in pairs:
        copy = side.copy()
        for column in own(copy, exp.Column):
            name = same_place(view.names, branch, column.name)
            column.set("this", exp.to_identifier(name))
        found.append((copy, given))
    return found


def _inside(block: Block, side: exp.Expression) -> exp.Expression | None:
    """An expression over columns a SELECT gives as one over what it reads.

    None if windows or groups bring rows of different values of it together.
    """
    found = exp.Paren(this=side.copy())
    for column in list(own(found, exp.Column)):
        inner = block.output(column.name)
        constant = block.constant(inner)
        if constant is None and not block.keeps(inner):
            return None
        column.replace((inner if constant is None else constant).copy())
    return found.this


def _one_of(column: exp.Expression, table: str, name: str) -> exp.Expression:
    """The condition that a column has one of the values of a column of another table."""
    among = exp.alias_(exp.to_table(table), "among", table=True)
    query = exp.select(exp.column(name, table="among")).from_(among)
    return exp.In(this=column.copy(), query=exp.Subquery(this=query))


def _named(nodes: Iterable[Node]) -> tuple[Tie, ...]:
    """Nodes as ties, each with a name of its own."""
    names: dict[int, str] = {}
    ties = []
    taken = {"unit"}
    for node in nodes:
        name, n = node.hint, 1
        while name in taken:
            n += 1
            name = f"{node.hint}_{n}"
        taken.add(name)
        names[id(node)] = name
    for node in nodes:
        name = names[id(node)]
        parent = "unit" if node.of is None else names[id(node.of)]
        extra = {
            said: f
            for said, f in node.parent_filters.items()
            if node.of is not None and said not in node.of.filters
        }
        ties.append(
            Tie(
                node.table,
                name,
                parent,
                ids_first((_text(a, name), _text(b, parent)) for a, b in node.pairs),
                tuple(_text(f, name) for f in node.filters.values()),
                tuple(_text(f, parent) for f in extra.values()),
                tuple(sorted(node.used)) if node.used is not None else (),
                _feed(node),
            )
        )
    return tuple(ties)


def _text(expression: exp.Expression, table: str) -> str:
    copy = expression.copy()
    for column in own(copy, exp.Column):
        column.set("table", exp.to_identifier(table))
    return copy.sql(dialect="duckdb")


def _feed(node: Node) -> str | None:
    """The feed of which alone a node's conditions let rows by."""
    for part in node.filters.values():
        if (
            isinstance(part, exp.EQ)
            and isinstance(part.this, exp.Column)
            and isinstance(part.expression, exp.Literal)
            and part.this.name == "feed"
        ):
            return part.expression.name
    return None
