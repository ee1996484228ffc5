"""The models of a build in an order in which they can run, read out of the SQL itself.

No registry is kept by hand: each model says by its SQL which tables it reads, and that gives the order.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from pipelines.conform.believed import believed_models
from pipelines.conform.unions import union_models
from pipelines.exchange.network import read_network
from pipelines.exchange.unroll import exchange_models, mishaps_model
from pipelines.lists.derive import derived_models, keyed_by_id, list_names
from pipelines.model import PIPELINES, STAGES, Model, ModelError, make_model
from pipelines.resolve.kept_aside import kept_aside_model
from quality.policies import of_gates
from schemas.contract import ROOT, feeds


def file_models(stages: Iterable[str] = STAGES) -> list[Model]:
    """Models written as files. Names with a leading underscore are templates and left out."""
    found = []
    for stage in stages:
        for path in sorted((PIPELINES / stage).glob("*.sql")):
            if not path.name.startswith("_"):
                model = make_model(
                    f"{stage}.{path.stem}",
                    path.read_text(encoding="utf-8"),
                    path.relative_to(ROOT).as_posix(),
                )
                found.append(keyed_by_id(model) if stage == "lists" else model)
    return found


def behind(models: Sequence[Model], names: Iterable[str]) -> list[Model]:
    """The models that some tables are made from, their own among them, in the order given.

    Args:
        models: each after all it reads.
    """
    wanted = set(names)
    for model in reversed(models):
        if model.name in wanted:
            wanted.update(model.reads)
    return [model for model in models if model.name in wanted]


# Two stages that take turns: what has been handed on is graded, and grades are handed on.
_IN_TURNS = ("exchange", "scores")


def _comes_before(stage: str, other: str) -> bool:
    """Whether what a stage makes may be read by another: it is no later one, or they take turns."""
    return STAGES.index(stage) <= STAGES.index(other) or {stage, other} == set(_IN_TURNS)


def in_order(models: Iterable[Model]) -> list[Model]:
    """Models sorted so that each comes after all it reads; ties by stage, then name.

    Raises:
        ModelError: if models read each other in a circle, or a later stage than their own.
    """
    by_name = {model.name: model for model in models}
    for model in by_name.values():
        for read in model.reads:
            stage = read.split(".")[0]
            if stage in STAGES and not _comes_before(stage, model.stage):
                raise ModelError(f"{model.name} reads {read}, a later stage; data flows one way.")
    sorter = TopologicalSorter(
        {name: {r for r in model.reads if r in by_name} for name, model in by_name.items()}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        raise ModelError(f"models read each other in a circle: {error.args[1]}") from error
    ordered: list[Model] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda n: (STAGES.index(by_name[n].stage), n))
        for name in ready:
            ordered.append(by_name[name])
            sorter.done(name)
    return ordered


def all_models(
    tier: str = "core",
    join: str = "full",
    policy: dict[str, str] | None = None,
    mishaps: Sequence[Mapping[str, object]] = (),
) -> list[Model]:
    """Every model of a build, in an order in which they can run.

    Args:
        tier: which islands and edges take part: `story`, `core` or `whole`.
        join: how far the islands are joined, which decides the edges of the exchange.
        policy: numbers of the network that are varied, by name.
        mishaps: rows of `exchange.mishaps`; none if all goes right.
    """
    models = _all_models(tier, join, tuple(sorted((policy or {}).items())))
    if not mishaps:
        return list(models)
    happened = mishaps_model(mishaps)
    return [happened if model.name == happened.name else model for model in models]


@lru_cache(maxsize=32)
def _all_models(tier: str, join: str, policy: tuple[tuple[str, str], ...]) -> tuple[Model, ...]:
    network, lists = read_network(tier, join, dict(policy)), list_names(tier)
    return tuple(
        in_order(
            [
                *believed_models(feeds(tier).values()),
                *union_models(tier),
                *(m for m in file_models() if m.stage != "lists" or m.table in lists),
                *derived_models(tier),
                kept_aside_model(of_gates(dict(policy))),
                *exchange_models(network),
            ]
        )
    )
