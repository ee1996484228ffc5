"""The world of a scenario, rebuilt from edited files, to look at; and what is otherwise in it.

What a trace or a subject's page says of the clean world is asked of the faulty one in the same words. The
faulty database is built by the very build that made the clean one, so nothing in it is worked out apart.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.home import Home
from pipelines.replay.compare.noticing import remedied_states
from pipelines.replay.plan.case import found_by_the_source
from pipelines.replay.plan.remedies import see_remedy
from pipelines.replay.plan.scenario import load, see_same_world
from pipelines.replay.recompute.states import rebuilt
from pipelines.trace import NotFound
from schemas.progress import Progress

STATES = ("faulty", "corrected")

Tree = dict[str, Any]
Look = Callable[[Engine], Tree]


def looked_at(
    home: Home,
    file: Path,
    look: Look,
    state: str = "faulty",
    progress: Progress | None = None,
) -> Tree:
    """What something is in the world of a scenario, and what of it is otherwise than in the clean world.

    Args:
        home: with a finished build of the world that the scenario speaks of.
        look: asks an open database; what it raises as `NotFound` in one of the two worlds is nothing there.
        state: `faulty`: as if nobody ever corrected it; `corrected`: as the scenario says.

    Returns:
        `state`, `scenario` (its title), `there` (what `look` gives in that world, or None), `clean` (the
        same in the clean world), `otherwise` (rows of `differing`).

    Raises:
        NotFound: if it is in neither world.
        ScenarioError: if the scenario is of another world.
        ValueError: if it says no correction that could be shown.
        FaultError: if its remedy does not go with what else it says, in one sentence.
    """
    scenario = load(file)
    see_same_world(scenario, home.current(), file)
    faults, remedy = scenario.faults, scenario.remedy
    mended = remedy is not None or any(spec.correct_after for spec in faults)
    if state == "corrected" and not mended:
        raise ValueError(f"{file} says no correction; give it without --state corrected.")
    see_remedy(remedy, any(spec.correct_after for spec in faults), scenario.text)
    faults = found_by_the_source(faults, remedy)
    if state == "faulty":
        # What is left to be drawn is drawn with room for the correction all the same.
        faults = tuple(replace(s, correct_after=None, room=s.correct_after) for s in faults)
        remedy = None
    done = partial(remedied_states, name=remedy) if remedy not in (None, "source") else None
    join, policy = scenario.join, dict(scenario.policy) or None
    with rebuilt(home, faults, join, policy, progress=progress, remedied=done) as (_, states):
        path = states.faulty if state == "faulty" else states.corrected or states.faulty
        clean, there = (_look(look, database) for database in (states.clean, path))
    if isinstance(there, NotFound) and isinstance(clean, NotFound):
        raise there
    found = {
        side: None if isinstance(tree, NotFound) else tree
        for side, tree in (("there", there), ("clean", clean))
    }
    return {
        "state": state,
        "scenario": scenario.title,
        **found,
        "otherwise": differing(found["clean"] or {}, found["there"] or {}),
    }


def _look(look: Look, database: Path) -> Tree | NotFound:
    with open_engine("duckdb", database, read_only=True) as engine:
        try:
            return look(engine)
        except NotFound as nothing:
            return nothing


def differing(clean: Mapping[str, Any], there: Mapping[str, Any]) -> list[Tree]:
    """Rows of one tree that the other has not.

    A row is a dictionary's own values, told with the names of the lists it stands in. Rows that stand
    below another are rows of their own.

    >>> differing({"entries": [{"list": "a"}]}, {"entries": [{"list": "b"}]})
    [{'world': 'there', 'where': 'entries', 'row': {'list': 'b'}}, {'world': 'clean', 'where': 'entries', \
'row': {'list': 'a'}}]
    """
    rows = {"clean": dict(_rows(clean)), "there": dict(_rows(there))}
    found = []
    for world, other in (("there", "clean"), ("clean", "there")):
        found += [
            {"world": world, "where": where, "row": json.loads(row)}
            for where, row in rows[world]
            if (where, row) not in rows[other]
        ]
    return found


def _rows(node: Any, where: str = "") -> Iterator[tuple[tuple[str, str], None]]:
    """Every dictionary of a tree, as the place it stands in and its own values as JSON."""
    if isinstance(node, list):
        for one in node:
            yield from _rows(one, where)
    elif isinstance(node, dict):
        own = {key: value for key, value in node.items() if not isinstance(value, list | dict)}
        if where and own:
            yield (where, json.dumps(own, ensure_ascii=False, default=str)), None
        for key, value in node.items():
            if isinstance(value, list | dict):
                yield from _rows(value, f"{where}.{key}" if where else key)
