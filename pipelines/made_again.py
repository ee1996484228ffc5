"""A finished database made again for another level of joining or policy: only what differs is built.

Neither decides what files say, so what has landed and most of what is conformed stays as it is. Made again
is each model that is another, or asks for something of the run that is another, and each that reads
one of those. What the gates of landing say follows from their policies; where these differ, all is built.
"""

import re
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from pipelines.build import Build, Plan, run_models, tier_of
from pipelines.codes import days_of, run_table
from pipelines.described import describe
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.home import finished, under_construction
from pipelines.model import Model
from quality.policies import of_gates
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
    small: bool = False,
    progress: Progress | None = None,
    ask: Callable[[Engine, Build], None] = lambda engine, done: None,
) -> Build | None:
    """Make the database of a plan out of that of another plan for the same files.

    The target appears only when it is whole: it is made under another name beside it.

    Args:
        base: the finished database of `was`, made by the models, network and codes there are today.
        target: the file to make; an existing one is replaced.
        small: whether the files are few, see `FEW_BYTES` of `pipelines.build`.
        ask: called with the finished database while it is still open.

    Returns:
        What was made; None, and nothing is, if it has to be built from the files.
    """
    models = models_of_difference(was, plan)
    if models is None:
        return None
    done = Build(tables=[model.name for model in models])
    tell = progress or (lambda label, at, of: None)
    with under_construction(target) as building:
        shutil.copyfile(base, building)
        with open_engine("duckdb", building, threads=1 if small else None, small=small) as engine:
            plan.begin(engine, whole=False)
            now = {model.name for model in plan.models}
            for name in sorted({model.name for model in was.models} - now):
                engine.drop(name)
            begun = count()
            done.seconds = run_models(
                engine, models, lambda name: tell(name, next(begun), len(models))
            )
            tell("done", len(models), len(models))
            describe(engine, plan.models)
            done.about = plan.about(engine, ("build",))
            ask(engine, done)
        done.target = finished(building, done.about)
    return done


def _told_to_landing(plan: Plan) -> dict[str, str]:
    """What the gates of landing are told."""
    return {
        gate: told for gate, told in of_gates(plan.policy).items() if gate.startswith("landing.")
    }


def _of_the_run(plan: Plan) -> dict[str, Any]:
    """The one row of `codes.run`."""
    tier = plan.tier or tier_of(plan.manifest)
    (row,) = run_table(*days_of(plan.manifest), plan.join, plan.policy, tier).to_pylist()
    return row
