"""A condition on the units of a query, carried down through joins, groups and windows to its tables.

It makes a node of each table as read in one way: by what its rows are tied to units, or to the rows of
another node.
"""

from collections.abc import Sequence

from sqlglot import exp

from pipelines.changes.expressions import own, text
from pipelines.changes.origins import (
    Given,
    Node,
    Pair,
    Pushed,
    PushedSelect,
    PushedTable,
    PushedUnion,
    Way,
    same_place,
)
from pipelines.changes.reads import Block, Source, Underivable, View
from pipelines.changes.units import ID

# Types of which a value equals another as it stands if it does when it is cast.
_ALIKE = (exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.UUID)


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
        sign = (view, of, tuple((text(side), _said(given)) for side, given in pairs))
        if sign not in self._seen:
            self._seen[sign] = self._view(view, pairs, of)
        return self._seen[sign]

    def _view(self, view: View, pairs: Sequence[Pair], of: Node | None) -> Pushed:
        if view.branches:
            parts = [
                (branch, self.view(branch, [(renamed(view, branch, e), g) for e, g in pairs], of))
                for branch in view.branches
                if branch.varies
            ]
            return PushedUnion(parts, view.names)
        block = view.block
        known = self._known(block, pairs)
        if known is not None:
            return known
        kept = [(side, given) for e, given in pairs if (side := inside(block, e)) is not None]
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
                if (over := block.equal.over(expression, name)) is not None
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
        ties = block.equal.between(name, other)
        ties.sort(key=lambda t: not (isinstance(t[0], exp.Column) and ID.search(t[0].name)))
        among = [
            _one_of(mine, *constant)
            for query in block.sources.values()
            if query.view is not None
            for mine, theirs in block.equal.between(name, query.name)
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

    # --- tables -------------------------------------------------------------------------------

    def _source(
        self,
        block: Block,
        source: Source,
        pairs: Sequence[Pair],
        of: Node | None,
        among: Sequence[exp.Expression] = (),
    ) -> Pushed:
        pairs = [(without_table(side), given) for side, given in pairs]
        if source.view is not None:
            return self.view(source.view, pairs, of)
        assert source.table is not None
        filters = [without_table(f) for f in block.filters.get(source.name, ())]
        filters += [without_table(f) for f in among]
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


def _said(given: Given) -> tuple[object, ...]:
    """The same for what is given in the same way, of the same rows."""
    via = given.via and (given.via[0], given.via[1], id(given.via[2]))
    return text(given.expression), *map(text, given.filters), via


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


def without_table(expression: exp.Expression) -> exp.Expression:
    """An expression with the bare names of its columns."""
    copy = expression.copy()
    for column in own(copy, exp.Column):
        column.set("table", None)
    return copy


def renamed(view: View, branch: View, side: exp.Expression) -> exp.Expression:
    """An expression over columns of a union as one over those of a branch."""
    copy = side.copy()
    for column in own(copy, exp.Column):
        name = same_place(view.names, branch, column.name)
        column.set("this", exp.to_identifier(name))
    return copy


def inside(block: Block, side: exp.Expression) -> exp.Expression | None:
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
