"""Replay: change a record, follow it through every list, and see what stays after the correction.

    >>> from pipelines.replay import FaultSpec, replay
    >>> found = replay("build", FaultSpec("wrong_unit", correct_after=30))  # doctest: +SKIP
    >>> found.frames()["cells"]  # doctest: +SKIP

`replay` follows one fault or several from a home's landing files; `compare` tells what differs
between any two databases, in the same form.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.engine.databases import opened
from pipelines.replay.compare.diff import Difference, DiffError
from pipelines.replay.compare.diff import compare as differences
from pipelines.replay.compare.evidence import look_up
from pipelines.replay.compare.keys import doubled
from pipelines.replay.compare.left import left_of
from pipelines.replay.compare.passage import Passage, passage, two_databases
from pipelines.replay.compare.universes import Found, Universes, models_of
from pipelines.replay.plan.case import plan_case
from pipelines.replay.plan.edits import Edit, EditError
from pipelines.replay.plan.faults import FaultSpec, Landed, Registered
from pipelines.replay.plan.scenario import Scenario, ScenarioError, load
from pipelines.replay.recompute.levels import level, told_gain
from pipelines.replay.recompute.states import Progress, States, rebuild_states
from pipelines.replay.tell.result import Comparison, Replay, natural_key, words
from pipelines.storage import Home
from schemas.contract import feeds as all_feeds
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
    progress: Progress | None = None,
) -> Replay:
    """Follow one fault, or several at once.

    Args:
        home: where landing files and the database built from them are.
        fault: what goes wrong; what it leaves out is drawn.
        join: level of joining; None: that of the database.
        policy: numbers of the network varied in all states; None: as the database has them.
        rebuild: whether to rebuild every state from edited files instead of working out only what
            changes; the answer is the same.
        gained: whether to tell what joining gains beside what it spoils.
        workdir: where rebuilt states are kept; None: in a temporary folder that goes away.
        scenario: what to note as title, story and world when the replay is saved.
        paths: whether to look up what each wrong cell rests on, down to file and line, for a page.
        passing_over: whether to leave alone drawn places at which the fault changes nothing that anybody
            shows, does or scores; how many is told.
        progress: called with a label, steps done and steps in all.

    Raises:
        HomeError: if nothing has been built there, or, unless it is rebuilt, with other models, network
            or codes than there are now.
        FaultError, EditError: if the fault cannot be, in one sentence.
    """
    start = time.perf_counter()
    place = home if isinstance(home, Home) else Home(home)
    specs = (fault,) if isinstance(fault, FaultSpec) else tuple(fault)
    passing_over = passing_over and len(specs) == 1 and specs[0].drawn
    if not rebuild or passing_over:
        with Universes(place, join, policy, progress=progress) as universes:
            if passing_over:
                specs = (_first_with_effect(universes, specs[0]),)
            edits = universes.case(specs)
            if not rebuild:
                (found,) = universes.follow([edits], paths=paths, telling=True)
    if rebuild:
        edits, found = _rebuilt(place, specs, join, policy, workdir, paths, progress)
    seconds = time.perf_counter() - start
    return Replay(
        edits=edits,
        faulty=found.faulty,
        left=found.left,
        words=found.words,
        scenario=_written_out(edits, scenario, join, policy, _world(place.current())),
        mode="rebuild" if rebuild else "replay",
        seconds=seconds,
        gained=told_gain(place, join, policy, progress) if gained else None,
        evidence=found.evidence,
        passage=found.passage or Passage(),
    )


MOST_DRAWN = 40  # places drawn at most until a fault changes something


def _first_with_effect(universes: Universes, spec: FaultSpec) -> FaultSpec:
    """The fault at the first place drawn at which it changes something; else at the very first."""
    for some in (range(1), range(1, 10), range(10, MOST_DRAWN)):
        tried: list[FaultSpec] = []
        cases: list[tuple[Edit, ...]] = []
        for n in some:
            one = replace(spec, passed_over=n)
            try:
                cases.append(universes.case([one]))
            except FaultError:
                if not n:
                    raise
                break  # there are no more places
            tried.append(one)
        for one, found in zip(tried, universes.follow(cases) if cases else (), strict=True):
            if found.faulty.differs:
                return one
    return spec


def _rebuilt(
    home: Home,
    specs: Sequence[FaultSpec],
    join: str | None,
    policy: Mapping[str, str] | None,
    workdir: Path | None,
    paths: bool,
    progress: Progress | None,
) -> tuple[tuple[Edit, ...], Found]:
    """The slow way: everything, on the edited landing files."""
    about = home.current()
    landing = Path(about.get("landing") or home.landing)
    clean = level(home, join, policy, progress)
    with opened(base=clean) as db:
        feeds = all_feeds()
        landed, others = Landed(db, "base", feeds), Registered(db, "base", feeds)
        edits = plan_case(landed, others, landing, specs)
    folder = workdir or Path(tempfile.mkdtemp(prefix=".replay-", dir=home.kept))
    try:
        return edits, _found(rebuild_states(clean, landing, edits, folder, progress), edits, paths)
    finally:
        if workdir is None:
            shutil.rmtree(folder, ignore_errors=True)


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
        called = words(db, ("one", "two"), _subjects(difference))
        doubtful = doubled(db, {"one": Path(first), "two": Path(second)})
    seconds = time.perf_counter() - start
    return Comparison(Path(first), Path(second), difference, called, seconds, doubtful)


def _found(states: States, edits: Sequence[Edit], paths: bool) -> Found:
    """The reach and what is left of it, read from the three states; if asked, its evidence."""
    files = {"clean": states.clean, "faulty": states.faulty}
    if states.corrected is not None:
        files["corrected"] = states.corrected
    with opened(**files) as db:
        difference = differences(db, "clean", "faulty")
        left = None
        if states.corrected is not None:
            after = differences(db, "clean", "corrected", whole=difference.whole)
            left = left_of(db, "clean", "corrected", {None: after}, {None: edits})[None]
        subjects = _subjects(difference)
        if left is not None:
            subjects |= _subjects(left.difference)
        called = words(db, tuple(files), sorted(subjects))
        evidence = look_up(db, difference, left) if paths else None
        way = passage(
            edits,
            all_feeds(),
            models_of(states.clean),
            two_databases(db, "clean", "faulty"),
            None if left is None else two_databases(db, "clean", "corrected"),
            reached=difference.differs,
        )
        return Found(difference, left, called, evidence, way)


def _subjects(difference: Difference) -> set[str]:
    frames = (difference.lists, difference.measures, difference.scores)
    return {subject for frame in frames for subject in frame["subject_id"]}


def _written_out(
    edits: Sequence[Edit],
    scenario: Scenario | None,
    join: str | None,
    policy: Mapping[str, str] | None,
    world: Mapping[str, Any],
) -> Scenario:
    """The scenario with everything that was drawn written down."""
    specs = tuple(
        replace(
            edit.struck.spec,
            feed=edit.struck.feed.name,
            record=edit.struck.record_id and (natural_key(edit) or edit.struck.record_id),
            delivery=edit.struck.day,
            scope=edit.struck.scope,
            passed_over=0,
        )
        for edit in edits
    )
    given = scenario or Scenario(specs)
    return replace(
        given,
        faults=specs,
        join=join or given.join,
        policy=dict(policy or given.policy),
        world=dict(given.world or world),
    )


def _world(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a home says of the world it holds."""
    keys = ("size", "seed", "days", "dirt")
    return {key: about[key] for key in keys if about.get(key) is not None}


def _same_world(scenario: Scenario, about: Mapping[str, Any], path: Path) -> None:
    """See that a scenario is run in the world it was made in.

    Raises:
        ScenarioError: if it was made in another.
    """
    here = _world(about)
    other = {k: v for k, v in scenario.world.items() if k in here and here[k] != v}
    if other:
        wanted = ", ".join(f"--{key} {value}" for key, value in other.items())
        raise ScenarioError(
            f"{path} was made in another world than this home holds; generate one with {wanted}."
        )


def command(
    home: Path,
    *,
    fault: str | None = None,
    seed: int = 1,
    feed: str | None = None,
    record: str | None = None,
    delivery: str | None = None,
    sets: Sequence[str] = (),
    scenario: Path | None = None,
    scope: str | None = None,
    correct_after: int | None = None,
    join: str | None = None,
    policy: Mapping[str, str] | None = None,
    rebuild: bool = False,
    paths: bool = False,
    progress: Progress | None = None,
) -> Replay:
    """A replay as the command line asks for it: by kind, by free edit, or from a scenario file.

    With `paths` what each wrong cell rests on is looked up too.

    Raises:
        FaultError, ScenarioError: if the options do not go together, in one sentence.
    """
    if scenario is not None:
        if fault or feed or record or sets:
            raise FaultError("A scenario says its own faults; give it without --fault or --set.")
        read = load(scenario)
        _same_world(read, Home(home).current(), scenario)
        faults = [
            replace(spec, correct_after=correct_after) if correct_after is not None else spec
            for spec in read.faults
        ]
        return replay(
            home,
            faults,
            join=join or read.join,
            policy=dict(read.policy) | dict(policy or {}) or None,
            rebuild=rebuild,
            gained=True,
            scenario=read,
            paths=paths,
            progress=progress,
        )
    if sets and fault not in (None, "free_edit"):
        raise FaultError("--set makes a free edit; give it without --fault.")
    if not sets and fault is None:
        raise FaultError("Say what goes wrong: --fault KIND, --set COLUMN=VALUE or --scenario.")
    values: dict[str, str | None] = {}
    for pair in sets:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise FaultError(f"--set takes COLUMN=VALUE, not {pair!r}.")
        values[name.strip()] = value
    try:
        day = None if delivery is None else date.fromisoformat(delivery)
    except ValueError as error:
        raise FaultError(f"--delivery takes a day such as 2024-03-04, not {delivery!r}.") from error
    spec = FaultSpec(
        kind="free_edit" if sets else str(fault),
        feed=feed,
        record=record,
        delivery=day,
        values=values,
        scope=scope,
        correct_after=correct_after,
        seed=seed,
    )
    return replay(
        home,
        spec,
        join=join,
        policy=policy or None,
        rebuild=rebuild,
        gained=True,
        paths=paths,
        passing_over=True,
        progress=progress,
    )
