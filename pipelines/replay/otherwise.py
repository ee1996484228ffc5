"""The worlds of a scenario, to look at; and what is otherwise in them than in the clean one.

What a trace or a subject's page says of the clean world is asked of the faulty one in the same words.
Nothing is built again: a replay works out which rows differ, here of every table a build makes, and a
world is the rows of the base with those changed. That this is what rebuilding from edited files gives is
tried by `pipelines.replay.prove`. Only the place of a row in its file is told otherwise: a row has the
line it was delivered at, and one that comes in addition stands behind the last.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.engine.base import Engine
from pipelines.home import Home
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.case import found_by_the_source, rows_of_states
from pipelines.replay.plan.edits import Edit
from pipelines.replay.plan.remedies import see_remedy
from pipelines.replay.plan.scenario import Scenario, load, see_same_world
from pipelines.replay.recompute.arrivals import IN_ADDITION
from pipelines.replay.recompute.levels import numbers_at
from pipelines.replay.recompute.small import Small
from pipelines.trace import NotFound
from schemas.progress import Progress
from schemas.sql import literal, quoted

STATES = ("faulty", "corrected")

Tree = dict[str, Any]
Look = Callable[[Engine], Tree]


class Worlds:
    """The worlds of one case, each with every table of a build under its own name.

    Args:
        universes: a base that works out every table; closing the worlds closes it.
        edits: of the case, with what is done about it.

    Raises:
        EditError: if a file that would have to be written anew holds what cannot be read.

    Attributes:
        states: those there are besides the clean one: `faulty`, as if nobody ever corrected it, and
            `corrected`, if something is done about it.
    """

    def __init__(self, universes: Universes, edits: Sequence[Edit]) -> None:
        self._universes, self._turn = universes, threading.RLock()
        made = [rows for rows in rows_of_states(edits) if rows is not None]
        self.states = STATES[: len(made)]
        universes.work_out(dict(enumerate(made)))
        small = universes.small
        _number_lines(small, universes.feeds)
        small.engine.execute("SET disabled_optimizers = ''")  # what is asked now is not of replays
        for universe, state in enumerate(self.states):
            small.as_database(state, universe)

    def close(self) -> None:
        """Let go of the base, once nobody looks at a world any more."""
        with self._turn:
            self._universes.close()

    @contextmanager
    def world(self, state: str) -> Iterator[Engine]:
        """One world, open to be read; one at a time.

        Args:
            state: one of `states`, or `clean`.
        """
        with self._turn:
            engine = self._universes.small.engine
            engine.execute(f"USE {'base' if state == 'clean' else state}")
            try:
                yield engine
            finally:
                engine.execute("USE memory")

    def looked_at(self, look: Look, state: str) -> Tree:
        """What something is in a world, and what of it is otherwise than in the clean one; see `looked_at`.

        Raises:
            NotFound: if it is in neither world.
        """
        there, clean = (self._look(look, one) for one in (state, "clean"))
        return side_by_side(there, clean)

    def _look(self, look: Look, state: str) -> Tree | NotFound:
        with self.world(state) as engine:
            try:
                return look(engine)
            except NotFound as nothing:
                return nothing


def _number_lines(small: Small, feeds: Iterable[str]) -> None:
    """Give rows that come in addition to those of a file the lines behind its last."""
    needed = {"feed", "delivery", "line"}
    tables = [table for table in small.moved if needed.issubset(small.columns[table])]
    for feed in feeds:
        landing = f"landing.{feed}"
        if landing not in small.moved:
            continue
        # A file that held no row begins where files of the feed do.
        last = (
            f"coalesce((SELECT max(had.line) FROM base.{landing} AS had WHERE had.delivery = more.delivery), "
            f"(SELECT min(line) - 1 FROM base.{landing}), 0)"
        )
        for table in tables:
            small.engine.execute(
                f"UPDATE changed.{quoted(table)} AS more SET line = line - {IN_ADDITION} + 1 + {last} "
                f"WHERE line >= {IN_ADDITION} AND feed = {literal(feed)}"
            )


@contextmanager
def worlds_of(
    home: Home, scenario: Scenario, state: str = "faulty", progress: Progress | None = None
) -> Iterator[Worlds]:
    """The worlds of a scenario.

    Args:
        home: with a finished build of the world that the scenario speaks of.
        state: the one that will be looked at; what is done about the fault is worked out only for
            `corrected`.
        progress: called with a label, steps done and steps in all while the database is laid out.

    Raises:
        ValueError: if the scenario says no correction that could be shown.
        FaultError: if its remedy does not go with what else it says, or a fault does not fit.
        HomeError: if nothing has been built in the home, or with other models, network or codes.
    """
    remedy, faults = scenario.remedy, scenario.faults
    see_remedy(remedy, any(spec.correct_after for spec in faults), scenario.text)
    faults = found_by_the_source(faults, remedy)
    noticed = remedy not in (None, "source")
    if state == "corrected" and not noticed and not any(s.correct_after for s in faults):
        raise ValueError("The scenario says no correction; look at its faulty world.")
    numbers = numbers_at(home, scenario.join, scenario=scenario)
    with Universes(
        home, scenario.join, numbers, everything=True, progress=progress, two_at_a_time=True
    ) as universes:
        edits = universes.case(faults)
        if noticed and state == "corrected":
            (edits,) = universes.put_right([edits], str(remedy))
        yield Worlds(universes, edits)


def looked_at(
    home: Home,
    given: Path | Scenario,
    look: Look,
    state: str = "faulty",
    progress: Progress | None = None,
) -> Tree:
    """What something is in the world of a scenario, and what of it is otherwise than in the clean world.

    Args:
        home: with a finished build of the world that the scenario speaks of.
        given: the scenario, or its file.
        look: asks an open database; what it raises as `NotFound` in one of the two worlds is nothing there.
        state: `faulty`: as if nobody ever corrected it; `corrected`: as the scenario says.

    Returns:
        `state`, `scenario` (its title), `there` (what `look` gives in that world, or None), `clean` (the
        same in the clean world), `otherwise` (rows of `differing`).

    Raises:
        NotFound: if it is in neither world.
        ScenarioError: if the scenario is of another world.
        ValueError: if it says no correction that could be shown.
        FaultError, HomeError: see `worlds_of`.
    """
    scenario = given if isinstance(given, Scenario) else load(given)
    see_same_world(scenario, home.current(), "The replay" if isinstance(given, Scenario) else given)
    with worlds_of(home, scenario, state, progress) as worlds:
        # What is done may change nothing that is delivered: then the course of events is the faulty one.
        shown = state if state in worlds.states else "faulty"
        return {"state": state, "scenario": scenario.title, **worlds.looked_at(look, shown)}


def side_by_side(there: Tree | Exception, clean: Tree | Exception) -> Tree:
    """What a world and the clean one say of something: `there`, `clean` and `otherwise`, see `looked_at`.

    Args:
        there, clean: what each says, or why it says nothing.

    Raises:
        Exception: that of `there`, if neither says anything.
    """
    if isinstance(there, Exception) and isinstance(clean, Exception):
        raise there
    found = {
        side: None if isinstance(tree, Exception) else tree
        for side, tree in (("there", there), ("clean", clean))
    }
    return {**found, "otherwise": differing(found["clean"] or {}, found["there"] or {})}


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
