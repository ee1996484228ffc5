"""Replay: change a record, follow it through every list, and see what stays after the correction.

    >>> from pipelines.replay import FaultSpec, replay
    >>> found = replay("build", FaultSpec("wrong_unit", correct_after=30))  # doctest: +SKIP
    >>> found.frames()["cells"]  # doctest: +SKIP

`replay` follows one fault or several from a home's landing files; `compare` tells what differs
between any two databases, in the same form.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.engine.databases import opened
from pipelines.home import Home
from pipelines.replay.compare import outcome
from pipelines.replay.compare.diff import Difference, DiffError
from pipelines.replay.compare.diff import compare as differences
from pipelines.replay.compare.duplicate_keys import duplicate_keys
from pipelines.replay.compare.gain import told_gain
from pipelines.replay.compare.noticing import remedied_states
from pipelines.replay.compare.universes import Universes
from pipelines.replay.compare.words import words
from pipelines.replay.plan.case import found_by_the_source
from pipelines.replay.plan.disputes import keep
from pipelines.replay.plan.edits import EditError
from pipelines.replay.plan.faults import FaultSpec
from pipelines.replay.plan.options import asked
from pipelines.replay.plan.remedies import see_remedy
from pipelines.replay.plan.scenario import (
    Scenario,
    ScenarioError,
    load,
    see_same_world,
    world_of,
    written_out,
)
from pipelines.replay.recompute.levels import numbers_at, said_by
from pipelines.replay.recompute.states import States, rebuilt
from pipelines.replay.tell.result import Comparison, Replay
from schemas.progress import Progress
from sources.faults import FaultError, kinds

__all__ = [
    "Comparison",
    "DiffError",
    "Difference",
    "EditError",
    "FaultError",
    "FaultSpec",
    "Replay",
    "Scenario",
    "ScenarioError",
    "States",
    "Universes",
    "command",
    "compare",
    "kinds",
    "load",
    "replay",
    "replay_on",
]


def replay(
    home: Home | Path | str,
    fault: FaultSpec | Sequence[FaultSpec],
    *,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    rebuild: bool = False,
    gained: bool = False,
    workdir: Path | None = None,
    scenario: Scenario | None = None,
    paths: bool = False,
    passing_over: bool = False,
    remedy: str | None = None,
    text: str | None = None,
    progress: Progress | None = None,
) -> Replay:
    """Follow one fault, or several at once.

    Args:
        home: where landing files and the database built from them are.
        fault: what goes wrong; what it leaves out is drawn.
        join: level of joining; None: that of the scenario or else of the database.
        policy: numbers of the network varied in all states; what is not named is as the scenario or else
            the database has it.
        rebuild: whether to rebuild every state from edited files instead of working out only what
            changes; the answer is the same.
        gained: whether to tell what joining gains beside what it spoils.
        workdir: where rebuilt states are kept; None: in a temporary folder that goes away.
        scenario: what to note as title, story and world when the replay is saved, and the network it
            is followed in.
        paths: whether to look up what each wrong cell rests on, down to file and line, for a page.
        passing_over: whether to leave alone drawn places at which the fault changes nothing that anybody
            shows, does or scores; how many is told.
        remedy: what is done about it, see `pipelines.replay.plan.remedies`; None: what the faults say.
        text: of a dispute, which is kept in the home.

    Raises:
        HomeError: if nothing has been built there, or, unless it is rebuilt, with other models, network
            or codes than there are now.
        FaultError, EditError: if the fault cannot be, in one sentence.
    """
    start = time.perf_counter()
    place = home if isinstance(home, Home) else Home(home)
    specs = (fault,) if isinstance(fault, FaultSpec) else tuple(fault)
    see_remedy(remedy, any(spec.correct_after for spec in specs), text)
    case = replace(scenario or Scenario(specs), faults=specs, remedy=remedy, text=text)
    join = join or case.join or said_by(place.database()).join
    policy = numbers_at(place, join, policy, case)
    case = replace(case, join=join, policy=policy)  # saved, it says where it was followed
    passing_over = passing_over and len(specs) == 1 and specs[0].drawn
    if not rebuild or passing_over:
        with Universes(place, join, policy, progress=progress, two_at_a_time=True) as universes:
            if passing_over:
                specs = (universes.first_with_effect(found_by_the_source(specs, remedy)[0]),)
            if not rebuild:
                found = replay_on(universes, place, replace(case, faults=specs), paths)
    if rebuild:
        noticing = _noticing(remedy)
        done = partial(remedied_states, name=noticing) if noticing else None
        specs = found_by_the_source(specs, remedy)
        with rebuilt(place, specs, join, policy, workdir, progress, done) as (edits, states):
            result = outcome.of_states(states, edits, paths)
        found = _told(result, place, case, "rebuild", start)
    return replace(
        found,
        seconds=time.perf_counter() - start,
        dispute=keep(place, found.edits, text) if remedy == "dispute" else None,
        gained=told_gain(place, join, policy, progress) if gained else None,
    )


def replay_on(universes: Universes, home: Home, case: Scenario, paths: bool = False) -> Replay:
    """Follow a case on a base that is open. Nothing is written: a dispute is kept by `replay` alone.

    Args:
        universes: the base, of this home, level of joining and policy.
        paths: see `replay`.

    Raises:
        FaultError, EditError: if a fault cannot be, in one sentence.
    """
    start = time.perf_counter()
    see_remedy(case.remedy, any(spec.correct_after for spec in case.faults), case.text)
    specs = found_by_the_source(case.faults, case.remedy)
    result = universes.follow_one(specs, _noticing(case.remedy), paths)
    return _told(result, home, case, "replay", start)


def _noticing(remedy: str | None) -> str | None:
    """The remedy, if somebody has to notice what stands wrong first; the source needs nobody."""
    return remedy if remedy != "source" else None


def _told(result: outcome.Outcome, home: Home, case: Scenario, mode: str, start: float) -> Replay:
    """An outcome with what else is told of a replay."""
    scenario = written_out(case, result.edits, world_of(home.current()))
    seconds = time.perf_counter() - start
    return Replay(**vars(result), scenario=scenario, mode=mode, seconds=seconds)


def compare(first: Path, second: Path) -> Comparison:
    """Tell what differs between two databases.

    Args:
        first: the reference.
        second: the one that may differ.

    Raises:
        DiffError: if they do not cover the same window of days.
    """
    start = time.perf_counter()
    with opened(one=Path(first), two=Path(second)) as db:
        difference = differences(db, "one", "two")
        called = words(db, ("one", "two"), sorted(difference.subjects()))
        doubtful = duplicate_keys(db, {"one": Path(first), "two": Path(second)})
        one, two = (
            db.rows(f"SELECT max(join_level) FROM {name}.codes.run")[0][0]
            for name in ("one", "two")
        )
    seconds = time.perf_counter() - start
    return Comparison(Path(first), Path(second), difference, called, (one, two), seconds, doubtful)


def command(
    home: Path,
    *,
    scenario: Path | None = None,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    correct_after: int | None = None,
    remedy: str | None = None,
    text: str | None = None,
    rebuild: bool = False,
    paths: bool = False,
    progress: Progress | None = None,
    **options: Any,
) -> Replay:
    """A replay as the command line asks for it: by kind, by free edit, or from a scenario file.

    Args:
        home: see `replay`, as for join, policy, rebuild, paths and progress.
        scenario: the file; None: the fault is given by options.
        correct_after: days after which the source corrects each fault.
        remedy, text: see `replay`; a remedy other than the source's own takes the place of the
            corrections that a scenario's faults speak of.
        options: what goes wrong, see `pipelines.replay.plan.options.asked`.

    Raises:
        FaultError, ScenarioError: if the options do not go together, in one sentence.
    """
    asked_for = {"remedy": remedy, "text": text}
    if scenario is None:
        case = Scenario((asked(correct_after=correct_after, **options),), **asked_for)
    else:
        given = [
            {"sets": "--set", "delivery": "--day"}.get(name, f"--{name}")
            for name, value in options.items()
            if value is not None and value != []
        ]
        if given:
            raise FaultError(f"A scenario says its own faults; give it without {', '.join(given)}.")
        read = load(scenario)
        see_same_world(read, Home(home).current(), scenario)
        case = read.under(correct_after=correct_after, **asked_for)
    return replay(
        home,
        case.faults,
        join=join,
        policy=policy,
        rebuild=rebuild,
        gained=True,
        scenario=case,
        paths=paths,
        passing_over=scenario is None,
        remedy=case.remedy,
        text=case.text,
        progress=progress,
    )
