"""Running the matrix: so many random faults of every kind, in so many worlds, and what each gate says.

Fault i of a kind happens in world i modulo their number, drawn from (seed, kind, i) alone. A fault that
finds nothing to change is drawn again. Each block of faults is followed in one pass, in whatever
process; the tables come in a stated order, so neither cores nor blocks show in them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.home import Home
from pipelines.matrix.gates import Gate
from pipelines.matrix.judged import Judged
from pipelines.matrix.pairs import Pair, find
from pipelines.matrix.plan import Plan
from pipelines.options import options_of
from pipelines.replay.compare.diff import Reached
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.edits import Edit, EditError, FileEdit
from pipelines.replay.plan.faults import PLACE, FaultSpec, Struck
from pipelines.run import make_home
from quality.policies import all_told
from schemas.processes import each, kept
from schemas.progress import Progress
from sources.faults import FaultError, kinds
from sources.world.draws import Stream

# Faults that are followed together: of records, and mishaps; and of whole deliveries, each of which changes
# thousands of rows. Memory bounds them. In a large world a pass costs much by itself, since some gates read a
# whole feed in each, so that more whole deliveries share one.
BLOCK, BLOCK_OF_DELIVERIES = 120, 8
BLOCK_OF_LARGE, BLOCK_OF_LARGE_DELIVERIES = 80, 24
SMALL = ("story", "tiny")
DRAWN_AGAIN = 20  # times at most that a fault which changes nothing is drawn again
CAUGHT_WELL = 0.95  # the share of faults of a kind from which it counts as caught
POLICIES_TRIED = 3  # faults of a kind that are followed with gates off and on as well
PAIRS_TRIED = 4  # faults of a kind for which another truth with the same files is looked for

INSTANCES = (
    "fault", "number", "world", "seed", "place", "record_id", "day", "file", "line", "before", "after",
    "cells", "subjects", "first_day", "replay", "cells_off", "cells_on",
)  # fmt: skip
CAUGHT = ("fault", "number", "gate", "flagged", "day", "spread", "example")


@dataclass
class Tables:
    """What was found."""

    # A row a fault that found something to change. `cells_off` and `cells_on` are the cells wrong
    # where every gate that can keep something back is off, and where it does; of some faults of
    # records and deliveries only, since gates keep nothing back of a mishap.
    instances: pd.DataFrame
    caught: pd.DataFrame  # a row a fault and gate that caught it
    # A row a gate and world: gate, world (None: the first without dirt), stage, sentence, outcome,
    # flagged (rows it flags without any fault), false_alarms (those of sound records), judged (rows
    # there are), seconds (a run of it takes; None of those of landing).
    gates: pd.DataFrame
    # For kinds of which fewer than 95 % are caught, two worlds with the same files, if found.
    pairs: Sequence[Pair] = ()


def run(plan: Plan, out: Path, workers: int = 1, progress: Progress | None = None) -> Tables:
    """Follow every fault of a plan and ask every gate.

    Args:
        out: folder for the worlds; those an earlier run left are used again.

    Raises:
        ValueError: if the plan cannot be (HomeError if another world is in the folder).
    """
    plan.check()
    tell = progress or (lambda label, done, total: None)
    total = plan.n * len(plan.kinds)
    worlds = [world for world in worlds_of(plan) if world is not None]
    tell("worlds", 0, total)
    as_they_are: dict[int | None, list[dict[str, Any]]] = {}
    for at, rows in each(_laid_out, [(plan, out, world) for world in worlds], workers):
        as_they_are[worlds[at]] = rows
        tell(f"worlds, {len(as_they_are)} of {len(worlds)}", 0, total)
    # No fault waits for the world without dirt, nor for gates off and on: they are work like any other.
    work: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
    if plan.dirt:
        work.append((_laid_out, (plan, out, None)))
    if not plan.own:  # asked what its gates catch, not what other gates keep back
        work += [(_cells_under, (plan, out, strongest)) for strongest in (False, True)]
    beside = len(work)
    for world in worlds:
        blocks = _blocks(plan, plan.faults_of(world))
        work += [(_follow, (plan, out, world, block)) for block in blocks]
    done = 0
    found: dict[int, Any] = {}
    tell("faults", done, total)
    for at, rows in each(_do, work, workers):
        found[at] = rows
        if at >= beside:
            done += len(work[at][1][-1])
            tell("faults", done, total)
    if plan.dirt:
        as_they_are[None] = found[0]
    ordered = [found[at] for at in range(beside, len(work))]
    instances = pd.DataFrame([row for rows, _ in ordered for row in rows], columns=INSTANCES)
    caught = pd.DataFrame([row for _, rows in ordered for row in rows], columns=CAUGHT)
    for frame in (instances, caught):
        frame["day"] = pd.to_datetime(frame["day"]).dt.date
    under = ({}, {}) if plan.own else (found[beside - 2], found[beside - 1])
    for name, cells in zip(("cells_off", "cells_on"), under, strict=True):
        of = [cells.get(pair) for pair in zip(instances["fault"], instances["number"], strict=True)]
        instances[name] = pd.array(of, dtype="Int64")
    order = {kind: n for n, kind in enumerate(plan.kinds)}
    by_kind = {"by": ["fault", "number"], "key": lambda c: c.map(order) if c.name == "fault" else c}
    tell("pairs", total, total)
    pairs = _paired(plan, out, instances, caught, workers) if plan.pairs else []
    return Tables(
        instances.sort_values(**by_kind, kind="stable", ignore_index=True),
        caught.sort_values(**by_kind, kind="stable", ignore_index=True),
        pd.DataFrame([row for world in worlds_of(plan) for row in as_they_are[world]]),
        sorted(pairs, key=lambda pair: order[pair.fault]),
    )


def _do(does: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """One piece of work, in whatever process."""
    return does(*arguments)


def _blocks(plan: Plan, faults: Sequence[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    """Faults in pieces that fit into memory; those of whole deliveries, which take longest, first."""

    found = []
    small = plan.size in SMALL
    for whole, size in (
        (True, BLOCK_OF_DELIVERIES if small else BLOCK_OF_LARGE_DELIVERIES),
        (False, BLOCK if small else BLOCK_OF_LARGE),
    ):
        some = [one for one in faults if (_level(one[0]) == "delivery") == whole]
        found += [some[n : n + size] for n in range(0, len(some), size)]
    return found


def _level(kind: str) -> str | None:
    """Of what a kind of fault is: a cell, a row or a delivery; None of a mishap, which changes no file."""
    return kinds()[kind].level if kind in kinds() else None


def worlds_of(plan: Plan) -> list[int | None]:
    """The worlds that faults happen in, and then, if there is dirt, None: the first one without it."""
    return [*range(plan.worlds), *([None] if plan.dirt else [])]


def world_folder(plan: Plan, out: Path, world: int | None) -> Path:
    """The folder of a world; a matrix of other worlds may have its own beside it."""
    like = f"{plan.size}-days-{plan.days}-dirt-{plan.dirt:g}-seed-{plan.seed}"
    return out / "worlds" / like / ("clean" if world is None else f"{world:03d}")


def _laid_out(plan: Plan, out: Path, world: int | None) -> list[dict[str, Any]]:
    """Make a world and lay it out, once and before many read it; what each gate says of it as it is."""
    with Judged(_home(plan, out, world), plan.own, plan.gates) as judged:
        return [_measured(judged, gate) | {"world": world} for gate in judged.gates]


def _home(plan: Plan, out: Path, world: int | None) -> Home:
    """The home of a world, generated and built once; None: of the first one, as it is without dirt."""
    return make_home(
        Home(world_folder(plan, out, world)),
        size=plan.size,
        seed=plan.world_seed(world or 0),
        days=plan.days,
        dirt=0.0 if world is None else plan.dirt,
    )


_OPEN: dict[str, Judged] = {}


def _open(plan: Plan, home: str) -> Judged:
    """The base of a home, opened once in a process."""
    return kept(_OPEN, home, lambda: Judged(Home(Path(home)), plan.own, plan.gates))


def drawn(base: Universes, kind: str, number: int, seed: int) -> tuple[Edit, ...] | None:
    """The edits of the n-th fault of a kind; None if none was found that changes anything."""
    stream = Stream(seed, f"matrix.fault.{kind}")
    for again in range(DRAWN_AGAIN):
        one = int(stream.below(number * DRAWN_AGAIN + again, 1 << 31))
        try:
            return base.case([FaultSpec(kind, seed=one, frame="feed")])
        except (FaultError, EditError):
            continue
    return None


def _drawn_all(
    base: Universes, faults: Sequence[tuple[str, int]], seed: int
) -> dict[tuple[str, int], tuple[Edit, ...]]:
    """(kind, number) -> its edits, of those that find something to change."""
    found = {one: drawn(base, *one, seed) for one in faults}
    return {one: edits for one, edits in found.items() if edits is not None}


# --- catches ----------------------------------------------------------------------------------


def _follow(
    plan: Plan, out: Path, world: int, faults: Sequence[tuple[str, int]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of some faults of one world, in whatever process."""
    judged = _open(plan, str(world_folder(plan, out, world)))
    cases = _drawn_all(judged, faults, plan.seed)
    if not cases:
        return [], []
    named = list(cases)
    reaches = judged.reach(list(cases.values()))
    of = {gate.id: gate for gate in judged.gates}
    instances = [
        _instance(*one, world, cases[one], reach) for one, reach in zip(named, reaches, strict=True)
    ]
    caught: list[dict[str, Any]] = []
    shown: set[tuple[str, str]] = set()
    for row in judged.caught().itertuples(index=False):
        case = int(row.universe) // 2
        kind, number = named[case]
        day = None if pd.isna(row.day) else pd.Timestamp(row.day)
        first = (kind, row.gate) not in shown
        shown.add((kind, row.gate))
        caught.append(
            {
                "fault": kind,
                "number": number,
                "gate": row.gate,
                "flagged": int(row.flagged),
                "day": day,
                "spread": None if day is None else reaches[case].cells_before(day),
                "example": judged.example(of[row.gate], int(row.universe)) if first else {},
            }
        )
    return instances, caught


def _instance(
    kind: str, number: int, world: int, edits: Sequence[Edit], reach: Reached
) -> dict[str, Any]:
    """What one fault changed, where, and how far it went."""
    (edit,) = edits
    struck = edit.struck
    row = next(iter(edit.rows()), None)
    files = [one.file for one in edit.faulty if isinstance(one, FileEdit)]
    told = {}
    if row is not None:
        before, after = row.before or {}, row.after or {}
        other = [c for c in {**before, **after} if before.get(c) != after.get(c)]
        told = {
            "file": row.file,
            "line": row.line,
            "before": {c: before.get(c) for c in other} if row.before else {},
            "after": {c: after.get(c) for c in other} if row.after else {},
        }
    elif files:
        told = {"file": files[0]}
    return dict.fromkeys(INSTANCES) | {
        "fault": kind,
        "number": number,
        "world": world,
        "seed": struck.spec.seed,
        "place": struck.feed.name if struck.feed else struck.edge,
        "record_id": struck.record_id,
        "day": struck.day,
        **told,
        "cells": reach.cells,
        "subjects": reach.subjects,
        "first_day": reach.begun["day"].min() if reach.cells else None,
        "replay": _options(edit),
    }


def _options(edit: Edit) -> str:
    """Options of `islands replay` that follow this very fault again."""
    struck = edit.struck
    if isinstance(struck, Struck):
        told = {"feed": struck.feed.name, "record": struck.record_id, "delivery": struck.day}
    else:
        spec = struck.written_out
        told = {name: getattr(spec, name) for name in PLACE} | {"day": struck.day}
    told = {"fault": struck.spec.kind, "seed": struck.spec.seed} | told
    return options_of(told.items())


def _measured(judged: Judged, gate: Gate) -> dict[str, Any]:
    """What a gate flags in the world as it is, among how many rows, and how long it takes."""
    rows = sum(judged.db.rows(f"SELECT count(*) FROM base.{table}")[0][0] for table in gate.judges)
    flags = judged.flags(gate)
    return {
        "gate": gate.id,
        "stage": gate.stage,
        "sentence": gate.sentence,
        "outcome": gate.outcome,
        "flagged": flags.rows,
        "false_alarms": flags.sound,
        "judged": rows,
        "seconds": flags.seconds,
    }


# --- gates off and on -------------------------------------------------------------------------


def _cells_under(plan: Plan, out: Path, strongest: bool) -> dict[tuple[str, int], int]:
    """How many cells some faults of the first world make wrong where every gate is told the same.

    They are drawn in the base as it is, so that they are the same whatever the gates are told.

    Returns:
        (kind, number) -> cells, of the first faults of each kind of records and deliveries.
    """
    home = str(world_folder(plan, out, 0))
    cases = _first_drawn(_open(plan, home), plan)
    if not cases:
        return {}
    with Universes(Home(Path(home)), policy=all_told(strongest)) as universes:
        found: dict[tuple[str, int], int] = {}
        for some in _blocks(plan, list(cases)):
            reaches = universes.reach([cases[one] for one in some])
            found |= {one: reach.cells for one, reach in zip(some, reaches, strict=True)}
    return found


def _first_drawn(base: Universes, plan: Plan) -> dict[tuple[str, int], tuple[Edit, ...]]:
    """(kind, number) -> its edits, of the first faults of each kind that find something to change."""
    found: dict[tuple[str, int], tuple[Edit, ...]] = {}
    for kind in (kind for kind in plan.kinds if _level(kind) is not None):
        coming = ((kind, n) for n in range(0, plan.n, plan.worlds))
        edits = ((one, drawn(base, *one, plan.seed)) for one in coming)
        found |= islice(((one, made) for one, made in edits if made is not None), POLICIES_TRIED)
    return found


# --- pairs of worlds --------------------------------------------------------------------------


def _paired(
    plan: Plan, out: Path, instances: pd.DataFrame, caught: pd.DataFrame, workers: int
) -> list[Pair]:
    """Pairs of worlds for kinds that are not caught well; a small world will do for any size."""
    small = plan.size in SMALL
    seen = set(zip(caught["fault"], caught["number"], strict=True))
    wanted = []
    for kind, mine in instances.groupby("fault", sort=False):
        left = [n for n in mine["number"] if (kind, n) not in seen]
        if _level(kind) in ("cell", "row") and len(left) > (1 - CAUGHT_WELL) * len(mine):
            of_first = [n for n in left if n % plan.worlds == 0]
            numbers = of_first[:PAIRS_TRIED] if small else range(PAIRS_TRIED)
            wanted += [(kind, n) for n in numbers]
    if not wanted:
        return []
    # As large as it need be: what is true of one world is true of any.
    plan = plan if small else replace(plan, size="tiny")
    home = _home(plan, out if small else out / "pairs", 0)
    if not small:  # laid out before many read it, as the first world is
        Judged(home, plan.own, plan.gates).close()
    blocks = [(plan, str(home.path), block) for block in _blocks(plan, wanted)]
    left = {one for _, found in each(_not_caught, blocks, workers) for one in found}
    by_kind: dict[str, list[tuple[str, int]]] = {}
    for one in wanted:
        if one in left:
            by_kind.setdefault(one[0], []).append(one)
    tasks = [(plan, str(home.path), some) for some in by_kind.values()]
    return [pair for _, found in each(_pair, tasks, workers) for pair in found]


def _not_caught(plan: Plan, home: str, faults: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those of some faults that no gate catches, in whatever process."""
    judged = _open(plan, home)
    cases = _drawn_all(judged, faults, plan.seed)
    if not cases:
        return []
    judged.work_out_cases(list(cases.values()))
    caught = {int(universe) // 2 for universe in judged.caught()["universe"]}
    return [one for n, one in enumerate(cases) if n not in caught]


def _pair(plan: Plan, home: str, faults: Sequence[tuple[str, int]]) -> list[Pair]:
    """The pair of one kind, for a fault of it that no gate catches there, in whatever process."""
    judged = _open(plan, home)
    cases = _drawn_all(judged, faults, plan.seed)
    return find(judged.home, [(*one, edit) for one, (edit,) in cases.items()])
