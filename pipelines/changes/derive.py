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

import contextlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlglot import exp

from pipelines.changes.carrying import Carrying
from pipelines.changes.expressions import own
from pipelines.changes.kinds import kinds_of
from pipelines.changes.origins import Given, Node
from pipelines.changes.reads import Shared, Underivable, View
from pipelines.changes.units import ID, NOTHING, Recipe, Tie, by_parts, ids_first


def derive(
    tree: exp.Expression, key: Sequence[str], shared: Shared, empty: Collection[str] = ()
) -> Recipe:
    """How a change passes through a query.

    Args:
        key: the columns that name a row of the output, as far as known.
        shared: whether a table never changes.
        empty: tables that have no rows and never will; a query that can give none for want of
            their rows is reached by nothing.
    """
    view = View(tree, {}, lambda table: shared(table) or table in empty, empty)
    try:
        if view.gives_nothing:
            return NOTHING
        found = Recipe("rows") if row_by_row(view) else _by_unit(view, key)
    except Underivable as error:
        found = Recipe("whole", why=str(error))
    with contextlib.suppress(Underivable):
        found = replace(found, kinds=tuple(kinds_of(view).items()))
    return found


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
            )
        )
    return tuple(ties)


def _text(expression: exp.Expression, table: str) -> str:
    copy = expression.copy()
    for column in own(copy, exp.Column):
        column.set("table", exp.to_identifier(table))
    return copy.sql(dialect="duckdb")
