"""`-- reads:` lines of a model's header: how rows are tied to units, where its SQL does not show it.

    -- reads: resolve.designations BY reference_id
    -- reads: resolve.identifiers BY value = designations.id_value

The first line ties designations to units of the output by a column of that name; the second ties
identifiers to designations. A line holds in both directions: which units a changed row counts for, and
which rows a unit is worked out from. Where the SQL shows it, a header says nothing.
"""

import re
from collections.abc import Collection

from pipelines.changes.units import UNIT, Recipe, Tie
from pipelines.model import Model, ModelError

_LINE = re.compile(r"(?P<table>\w+\.\w+) BY (?P<by>.+)")
_PAIR = re.compile(r"(?P<mine>\w+) = (?P<parent>\w+(?:\.\w+)?)\.(?P<theirs>\w+)")


def said(model: Model, outputs: Collection[str], shared: Collection[str]) -> Recipe | None:
    """What a header says; None if it says nothing.

    Args:
        model: whose header.
        outputs: columns the model gives.
        shared: tables it reads that never change, of which nothing need be said.

    Raises:
        ModelError: if a line cannot be understood, or leaves out a table.

    >>> model = Model("lists.x", "", ("s.a", "s.b"), "x.sql", "reads: s.a BY k\\nreads: s.b BY v = a.v")
    >>> for tie in said(model, ["k"], []).ties:
    ...     print(tie)
    s.a a BY a.k = unit.k
    s.b b BY b.v = a.v
    """
    lines = [text for name, text in model.header[1] if name == "reads"]
    if not lines:
        return None
    ties: list[Tie] = []
    unit: tuple[str, ...] = ()
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ModelError(f"{model.name}: `reads: {line}` is not of the form TABLE BY COLUMN.")
        table, by = match["table"], match["by"]
        if table not in model.reads:
            raise ModelError(f"{model.name} says how it reads {table}, which it does not read.")
        alias = table.split(".")[1] + "_" * sum(tie.table == table for tie in ties)
        pairs = [_PAIR.fullmatch(part) for part in by.split(" AND ")]
        if not any(pairs):
            columns = tuple(by.split(", "))
            if not set(columns) <= set(outputs) or unit not in ((), columns):
                raise ModelError(
                    f"{model.name}: `reads: {line}` must name columns that the model gives, "
                    "the same in every such line."
                )
            unit = columns
            tied = tuple((f"{alias}.{c}", f"{UNIT}.{c}") for c in columns)
            ties.append(Tie(table, alias, UNIT, tied))
            continue
        parents = {pair["parent"] for pair in pairs if pair}
        known = [t for t in ties if parents <= {t.table, t.table.split(".")[1]}]
        if not all(pairs) or len(parents) != 1 or not known:
            raise ModelError(
                f"{model.name}: `reads: {line}` must tie columns to those of one table of a line "
                "before it, each as COLUMN = TABLE.COLUMN."
            )
        for n, parent in enumerate(known):
            name = alias + "_" * n
            tied = tuple(
                (f"{name}.{p['mine']}", f"{parent.alias}.{p['theirs']}") for p in pairs if p
            )
            ties.append(Tie(table, name, parent.alias, tied))
    left_out = set(model.reads) - {tie.table for tie in ties} - set(shared)
    if not unit or left_out:
        what = (
            f"does not say how it reads {', '.join(sorted(left_out))}" if unit else "names no unit"
        )
        raise ModelError(f"{model.name}: its header {what}.")
    gives = tuple((c, f"{UNIT}.{c}") for c in unit)
    return Recipe("units", unit, tuple(ties), gives, said=True)
