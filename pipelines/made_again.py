"""A finished database made again for another level of joining or policy: only what differs is built.

Neither decides what files say, so what has landed and most of what is conformed stays as it is. Made again
is each model that is another, or asks for something of the run that is another, and each that reads
one of those. What the gates of landing say follows from their policies; where these differ, all is built.
"""

import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.build import Build, Plan, run_model, tier_of
from pipelines.codes import run_table
from pipelines.described import describe
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.home import building_place, finished, remove_database
from pipelines.model import Model
from quality.gates import POLICIES
from quality.policies import of_gates, policies_table
from schemas.progress import Progress

RUN = "codes.run"


def models_of_difference(was: Plan, plan: Plan) -> list[Model] | None:
    """The models of a plan whose tables may differ from those of another plan for the same files.

    Returns:
        In an order in which they can run; None if what has landed may be judged otherwise.
    """
    before, now = _of_the_run(was), _of_the_run(plan)
    other = {name for name in now if now[name] != before[name]}
    if "out_of_bounds" in other or _told_to_landing(was) != _told_to_landing(plan):
        return None
    asks = re.compile(rf"\b(?:{'|'.join(sorted(other))})\b") if other else None
    sql = {model.name: model.sql for model in was.models}
    found: dict[str, Model] = {}
    for model in plan.models:
        if (
            sql.get(model.name) != model.sql
            or any(table in found for table in model.reads)
            or (asks and RUN in model.reads and asks.search(model.sql))
        ):
            found[model.name] = model
    return list(found.values())


def make_again(
    base: Path,
    target: Path,
    was: Plan,
    plan: Plan,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    command: Sequence[str] = ("build",),
    ask: Callable[[Engine, Build], None] = lambda engine, done: None,
) -> Build | None:
    """Make the database of a plan out of that of another plan for the same files.

    The target appears only when it is whole: it is made under another name beside it.

    Args:
        base: the finished database of `was`, made by the models, network and codes there are today.
        target: the file to make; an existing one is replaced.
        threads: threads the engine may use; by default all.
        command, ask: see `pipelines.build.build`.

    Returns:
        What was made; None, and nothing is, if it has to be built from the files.
    """
    models = models_of_difference(was, plan)
    if models is None:
        return None
    done = Build()
    tell = progress or (lambda label, at, of: None)
    building = building_place(target)
    try:
        shutil.copyfile(base, building)
        with open_engine("duckdb", building, threads=threads) as engine:
            days, tier = _days(plan), plan.tier or tier_of(plan.manifest)
            engine.insert_arrow(RUN, run_table(*days, plan.join, plan.policy, tier))
            engine.insert_arrow(POLICIES, policies_table(plan.policy))
            now = {model.name for model in plan.models}
            for model in was.models:
                if model.name not in now:
                    engine.drop(model.name)
            for at, model in enumerate(models):
                tell(model.name, at, len(models))
                with done.timed(model.stage):
                    run_model(engine, model)
            tell("done", len(models), len(models))
            describe(engine, plan.models)
            done.tables = [model.name for model in models]
            done.about = plan.about(engine, command)
            ask(engine, done)
        done.target = finished(building, done.about)
    except BaseException:
        remove_database(building)
        raise
    return done


def _days(plan: Plan) -> list[date]:
    """First and last day of a plan's files, and its horizon."""
    return [date.fromisoformat(str(plan.manifest[k])) for k in ("day0", "last_day", "horizon")]


def _told_to_landing(plan: Plan) -> dict[str, str]:
    """What the gates of landing are told."""
    return {
        gate: told for gate, told in of_gates(plan.policy).items() if gate.startswith("landing.")
    }


def _of_the_run(plan: Plan) -> dict[str, Any]:
    """The one row of `codes.run`."""
    tier = plan.tier or tier_of(plan.manifest)
    (row,) = run_table(*_days(plan), plan.join, plan.policy, tier).to_pylist()
    return row
