"""The gates whose catches are counted, each as something a replay can work out.

A gate after landing is a query of failing rows, so it is a model like any other: its table in the faulty
universe, compared with its table in the clean one, says what it newly finds. What the gates of landing
find stands in `quality.verdicts`, `quality.deliveries` and `landing.deliveries`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.changes.expressions import is_star
from pipelines.changes.passing import shared
from pipelines.model import Model, ModelError, make_model
from pipelines.replay.recompute.lift import LiftError, lifted
from quality.expectations import (
    DELIVERY_KINDS,
    OUTCOMES,
    Expectation,
    sentence_of_gate,
    violations_sql,
)
from quality.from_contract import feed_expectations
from quality.suites import CHECKED_STAGES
from quality.written import QUALITY, CheckError, of_file, written
from schemas.contract import Feed
from schemas.contract import feeds as all_feeds

UNREADABLE_GATE = "landing.nothing_unreadable"  # flags records that cannot be read
_DELIVERIES = "landing.deliveries"


@dataclass(frozen=True)
class Gate:
    """One gate: expectations that bear one name, of one table or several."""

    id: str  # `<stage>.<name>`, the same from run to run
    stage: str  # at which it judges
    sentence: str  # what it expects, in plain English
    outcome: str  # what follows for what breaks it
    judges: tuple[str, ...]  # tables whose rows it judges
    # A table each of what breaks it; none of those that landing judges.
    models: tuple[Model, ...] = ()


def gates(
    feeds: Iterable[Feed], columns: Mapping[str, Sequence[str]], own: Sequence[Path] = ()
) -> list[Gate]:
    """Every gate of a database, in the order of stages and names.

    Args:
        feeds: whose contracts the gates of landing come from.
        columns: table -> its columns; what reads another table is left out.
        own: files of gates besides those of the project, one a file.

    Raises:
        CheckError, ModelError: if a file is no gate, has the name of another, or cannot be lifted.
    """
    by_gate: dict[str, list[Expectation]] = {}
    models: dict[str, list[Model]] = {}
    for e in of_landing(feeds):
        by_gate.setdefault(e.gate, []).append(e)
    kept = [e for stage in CHECKED_STAGES for e in written(stage)]
    known = {e.gate for e in kept}
    for e in (*kept, *own_gates(own)):
        missing = sorted(e.reads - columns.keys())
        if not missing:
            by_gate.setdefault(e.gate, []).append(e)
            model = _model(e, columns)
            if e.gate not in known:
                _see_lifted(e, model)
            models.setdefault(e.gate, []).append(model)
        elif e.gate not in known:
            raise CheckError(
                f"{e.gate} reads {missing[0]}, which is no table; see `islands models`."
            )
    found = []
    for name, mine in sorted(by_gate.items()):
        judged = (_DELIVERIES if e.kind in DELIVERY_KINDS else e.table for e in mine)
        found.append(
            Gate(
                name,
                mine[0].stage,
                sentence_of_gate(mine[0]),
                max((e.outcome for e in mine), key=OUTCOMES.index),
                tuple(dict.fromkeys(judged)),
                tuple(models.get(name, ())),
            )
        )
    return sorted(found, key=lambda gate: CHECKED_STAGES.index(gate.stage))


def own_gates(files: Iterable[Path]) -> list[Expectation]:
    """What files of gates say, but for those that are among the project's.

    Raises:
        CheckError: if a file is no gate, judges a table of no stage that has gates, or bears the name of
            another gate.
    """
    kept = (e for stage in CHECKED_STAGES for e in written(stage))
    said = {e.gate for e in (*of_landing(all_feeds().values()), *kept)}
    found = []
    for file in files:
        folder = file.resolve().parent
        if folder.parent == QUALITY.resolve() and folder.name in CHECKED_STAGES:
            continue
        e = of_file(file)
        if e.stage not in CHECKED_STAGES:
            raise CheckError(
                f"{file}: {e.table} is judged by no gate; gates judge tables of {', '.join(CHECKED_STAGES)}."
            )
        if e.gate in said:
            raise CheckError(
                f"{file}: there is another gate {e.gate}; give the file a name of its own."
            )
        said.add(e.gate)
        found.append(e)
    return found


def of_landing(feeds: Iterable[Feed]) -> list[Expectation]:
    """What the contracts of feeds expect of rows and of deliveries."""
    return [e for feed in feeds for e in feed_expectations(feed)]


def _see_lifted(e: Expectation, model: Model) -> None:
    """See that a gate can judge many faulty states at once.

    Raises:
        CheckError: if it cannot.
    """
    try:
        lifted(model.sql, lambda table: None if shared(table) else table)
    except LiftError as error:
        raise CheckError(f"{e.gate} cannot be asked of many faults at once. {error}") from None


def _model(e: Expectation, columns: Mapping[str, Sequence[str]]) -> Model:
    """The table of what breaks an expectation, named after it."""
    table = e.table.replace(".", "_")
    name = e.id.replace(".", "_") if e.kind == "no_rows" else f"{table}_{e.name}"
    sql = _with_names(violations_sql(e), tuple((t, *columns[t]) for t in sorted(e.reads)))
    return make_model(f"quality.{name}", sql, f"quality/{e.stage}")


@lru_cache(maxsize=1024)
def _with_names(sql: str, tables: tuple[tuple[str, ...], ...]) -> str:
    """See `_without_stars`; each is read once, as parsing takes longer than all else that opening does.

    Args:
        tables: the name of each table it reads, and its columns.
    """
    return _without_stars(sql, {table: columns for table, *columns in tables})


def _without_stars(sql: str, columns: Mapping[str, Sequence[str]]) -> str:
    """A query that names the columns it gives, where it says a star of tables that are known."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    ctes = [cte for cte in tree.find_all(exp.CTE) if not cte.alias_column_names]
    common = {cte.alias: cte.this for cte in ctes}
    for select in tree.find_all(exp.Select):
        _name_columns(select, columns, common)
    if any(map(is_star, tree.selects)) or not tree.selects:
        raise ModelError(f"A gate names the columns it gives: {sql[:80]!r}.")
    return tree.sql(dialect="duckdb", comments=False)


def _name_columns(
    select: exp.Select, columns: Mapping[str, Sequence[str]], common: Mapping[str, exp.Query]
) -> None:
    """Put columns in the place of a SELECT's stars, the first of each name, if all of them are known."""

    def known(source: exp.Expression) -> Sequence[str]:
        if source.alias_column_names:
            return ()
        if isinstance(source, exp.Table) and source.db:
            return columns.get(f"{source.db}.{source.name}", ())
        query = source.this if isinstance(source, exp.Subquery) else common.get(source.name)
        for inner in query.find_all(exp.Select) if query else ():
            _name_columns(inner, columns, common)
        return () if query is None or query.is_star else query.named_selects

    if not any(map(is_star, select.expressions)):
        return
    joined = [join.this for join in select.args.get("joins") or ()]
    sources = {one.alias_or_name: one for one in (select.args["from_"].this, *joined)}
    given: dict[str, exp.Expression] = {}
    for one in select.expressions:
        if not is_star(one):
            given.setdefault(one.alias_or_name, one)
            continue
        if any((one.this if isinstance(one, exp.Column) else one).args.values()):
            return  # what it leaves out or puts instead is not looked into
        for name in [one.table] if isinstance(one, exp.Column) else sources:
            names = known(sources[name]) if name in sources else ()
            if not names:
                return
            for column in names:
                quoted = exp.column(exp.to_identifier(column, quoted=True), name or None)
                given.setdefault(column, quoted)
    select.set("expressions", list(given.values()))
