"""The gates whose catches are counted, each as something a replay can work out.

A gate after landing is a query of failing rows, so it is a model like any other: its table in the faulty
universe, compared with its table in the clean one, says what it newly finds. What the gates of landing
find stands in `quality.verdicts`, `quality.deliveries` and `landing.deliveries`; there the expectations of
all feeds that are of one kind are one gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.model import Model, ModelError, make_model
from quality.expectations import DELIVERY_KINDS, SENTENCES, Expectation, violations_sql
from quality.from_contract import delivery_expectations, landing_expectations
from quality.suites import CHECKED_STAGES
from quality.written import of_file, written
from schemas.contract import Feed

READABLE, ARRIVED = "landing.readable", "landing.arrived"
_OF_FILES = {
    READABLE: "every record of a file can be read",
    ARRIVED: "a delivery that is due arrives",
}
_LANDING = {
    "in_bounds": "a day or a number lies within its bounds",
    "holds": "what several columns say together holds",
    "some_rows": "a snapshot has some rows",
    "first_rows": "the first delivery has as many rows as expected",
    "previous_ratio": "a snapshot has about as many rows as the one before",
    "backlog_ratio": "a delivery of changes is small beside the first",
    "in_set": "a coded value is one of its code list",
    "matches": "a value is written in its pattern",
    "present": "a required value is present",
    "reads_as": "a value reads as the day or number it should be",
    "check_digit": "a number passes the check of its scheme",
}


@dataclass(frozen=True)
class Gate:
    """One gate.

    Attributes:
        id: `<stage>.<name>`, the same from run to run.
        stage: at which it judges.
        sentence: what it expects, in plain English.
        outcome: what follows for what breaks it.
        model: the table of what breaks it; None of those that landing judges.
        judges: tables whose rows it judges, for the share of false alarms.
    """

    id: str
    stage: str
    sentence: str
    outcome: str
    model: Model | None = None
    judges: tuple[str, ...] = ()


def gates(
    feeds: Iterable[Feed], columns: Mapping[str, Sequence[str]], own: Sequence[Path] = ()
) -> list[Gate]:
    """Every gate of a database, in the order of stages and names.

    Args:
        feeds: whose contracts the gates of landing come from.
        columns: table -> its columns; a gate that reads another table is left out.
        own: files of gates besides those of the project, one a file.

    Raises:
        CheckError: if a file is no gate.
    """
    found = landing_gates(feeds)
    expectations = [(stage, e) for stage in CHECKED_STAGES for e in written(stage)]
    for path in own:
        expectation = of_file(path)
        expectations.append((expectation.table.partition(".")[0], expectation))
    for stage, expectation in expectations:
        if expectation.reads <= columns.keys():
            found.append(_gate(stage, expectation, columns))
    order = [*CHECKED_STAGES]
    return sorted(found, key=lambda gate: order.index(gate.stage))


def landing_gates(feeds: Iterable[Feed]) -> list[Gate]:
    """The gates of landing: one for all expectations of a kind."""
    kinds: dict[str, set[str]] = {}
    tables: dict[str, list[str]] = {}
    for feed in feeds:
        for e in (*landing_expectations(feed), *delivery_expectations(feed)):
            kinds.setdefault(e.kind, set()).add(e.outcome)
            tables.setdefault(e.kind, []).append(e.table)
    found = [
        Gate(name, "landing", said, "hold", None, ("landing.deliveries",))
        for name, said in _OF_FILES.items()
    ]
    for kind in sorted(kinds):
        said = _LANDING.get(kind) or SENTENCES[kind]
        judged = (
            ("landing.deliveries",)
            if kind in DELIVERY_KINDS
            else tuple(dict.fromkeys(tables[kind]))
        )
        outcome = min(kinds[kind], key=("hold", "quarantine", "warn").index)
        found.append(Gate(f"landing.{kind}", "landing", said, outcome, None, judged))
    return found


def kinds_of(feeds: Iterable[Feed]) -> dict[tuple[str, str], str]:
    """(feed, expectation of landing) -> the gate it counts to."""
    return {
        (feed.name, e.name): f"landing.{e.kind}"
        for feed in feeds
        for e in (*landing_expectations(feed), *delivery_expectations(feed))
    }


def _gate(stage: str, e: Expectation, columns: Mapping[str, Sequence[str]]) -> Gate:
    """An expectation of a stage as a model, named after it."""
    table = e.table.partition(".")[2]
    name = e.name if e.kind == "no_rows" else f"{table}_{e.name}"
    sql = _without_stars(violations_sql(e), columns)
    model = make_model(f"quality.{stage}_{name}", sql, f"quality/{stage}")
    return Gate(f"{stage}.{name}", stage, e.reason, e.outcome, model, (e.table,))


def _without_stars(sql: str, columns: Mapping[str, Sequence[str]]) -> str:
    """A query with the columns of its one table named where it gives all of them.

    Raises:
        ModelError: if a star stands for the columns of several tables.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    for select in reversed(list(tree.find_all(exp.Select))):  # what stands inside first
        if not any(map(_starred, select.expressions)):
            continue
        source = select.args["from_"].this
        if isinstance(source, exp.Subquery):
            names = source.this.named_selects
        elif source.db:
            names = columns[f"{source.db}.{source.name}"]
        else:
            continue
        given = [] if len(select.args.get("joins") or ()) else names
        named = [exp.column(exp.to_identifier(c, quoted=True), source.alias_or_name) for c in given]
        rest = [one for one in select.expressions if not _starred(one)]
        select.set("expressions", [*named, *rest])
    if any(map(_starred, tree.selects)) or not tree.selects:
        raise ModelError(f"A gate names the columns it gives: {sql[:80]!r}.")
    return tree.sql(dialect="duckdb", comments=False)


def _starred(one: exp.Expression) -> bool:
    return isinstance(one, exp.Star) or (
        isinstance(one, exp.Column) and isinstance(one.this, exp.Star)
    )
