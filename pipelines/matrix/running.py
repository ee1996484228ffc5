"""Running the matrix: so many random faults of every kind, in so many worlds, and what each gate says.

Fault i of a kind happens in world i modulo their number, drawn from (seed, kind, i) alone. A fault that
finds nothing to change is drawn again. Each block of faults is followed in one pass, in whatever
process; the tables come in a stated order, so neither cores nor blocks show in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context  # a fork would share an open database
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.exchange.mishaps import mishaps
from pipelines.home import Home
from pipelines.matrix.gates import Gate
from pipelines.matrix.judged import Judged
from pipelines.matrix.pairs import Pair, find
from pipelines.replay.compare.diff import CELL
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.edits import Edit, EditError, FileEdit
from pipelines.replay.plan.faults import PLACE, FaultSpec, Struck
from pipelines.run import make_home
from quality.policies import all_told
from schemas.progress import Progress
from sources.faults import FaultError, kinds
from sources.world.draws import Stream

BLOCK = 120  # faults followed together
DRAWN_AGAIN = 20  # times at most that a fault which changes nothing is drawn again
CAUGHT_WELL = 0.95  # the share of faults of a kind from which it counts as caught
POLICIES_TRIED = 3  # faults of a kind that are followed with gates off and on as well
PAIRS_TRIED = 4  # faults of a kind for which another truth with the same files is looked for

INSTANCES = (
    "kind", "number", "world", "seed", "place", "record_id", "day", "file", "line", "before", "after",
    "cells", "subjects", "first_day", "replay", "cells_off", "cells_on",
)  # fmt: skip
CAUGHT = ("kind", "number", "gate", "flagged", "day", "spread", "example")


@dataclass(frozen=True)
class Plan:
    """What is asked of a matrix.

    Attributes:
        faults: kinds of fault and mishap; none: every kind.
        gates: ids of the gates whose catches are counted; none: all.
        n: random faults of each kind.
        worlds, size, days, dirt, seed: of the worlds they happen in; see `islands generate`.
        own: files of gates besides those of the project.
        pairs: whether to look for other truths with the same files, of kinds that the gates do not catch.
    """

    faults: Sequence[str] = ()
    gates: Sequence[str] = ()
    n: int = 20
    worlds: int = 2
    size: str = "tiny"
    days: int = 365
    dirt: float = 1.0
    seed: int = 1
    own: Sequence[Path] = ()
    pairs: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are followed, in alphabetical order, mishaps last."""
        every = (*(name for name in kinds() if name != "free_edit"), *mishaps())
        return tuple(name for name in every if not self.faults or name in self.faults)

    def check(self) -> None:
        """See that it can be.

        Raises:
            ValueError: naming the option that is wrong.
        """
        known = {*kinds(), *mishaps()} - {"free_edit"}
        for name in self.faults:
            if name not in known:
                raise ValueError(f"--faults {name!r} is none of {', '.join(sorted(known))}.")
        if self.n < 1 or self.worlds < 1:
            raise ValueError("--n and --worlds take a number from 1.")
        for path in self.own:
            if not path.is_file():
                raise ValueError(f"--gate: there is no file {path}.")

    def world_seed(self, world: int) -> int:
        """The seed of a world."""
        return int(Stream(self.seed, "matrix.world").below(world, 1 << 31))

    def faults_of(self, world: int) -> list[tuple[str, int]]:
        """(kind, number) of every fault that happens in a world."""
        return [(kind, n) for kind in self.kinds for n in range(world, self.n, self.worlds)]


@dataclass
class Tables:
    """What was found.

    Attributes:
        instances: a row a fault that found something to change. `cells_off` and `cells_on` are the cells
            wrong where every gate that can keep something back is off, and where it does; of some faults
            of records and deliveries only, since gates keep nothing back of a mishap.
        caught: a row a fault and gate that caught it.
        gates: a row a gate and world: gate, world (None: the first without dirt), stage, sentence, outcome,
            flagged (rows it flags without any fault), false_alarms (those of sound records), judged (rows
            there are), seconds (a run of it takes; None of those of landing).
        pairs: for kinds of which fewer than 95 % are caught, two worlds with the same files, if found.
    """

    instances: pd.DataFrame
    caught: pd.DataFrame
    gates: pd.DataFrame
    pairs: Sequence[Pair] = ()


def run(plan: Plan, out: Path, workers: int = 1, progress: Progress | None = None) -> Tables:
    """Follow every fault of a plan and ask every gate.

    Args:
        plan: what is asked.
        out: folder for the worlds; those an earlier run left are used again.
        workers: how many processes.
        progress: called with a label, steps done and steps in all.

    Raises:
        ValueError: if the plan cannot be (HomeError if another world is in the folder).
    """
    plan.check()
    tell = progress or (lambda label, done, total: None)
    total = plan.n * len(plan.kinds)
    said = asdict(plan) | {"own": [str(path) for path in plan.own]}
    work: list[tuple[int, list[tuple[str, int]]]] = []
    measured: list[dict[str, Any]] = []
    homes = {}
    worlds = [*range(plan.worlds), *([None] if plan.dirt else [])]
    for at, world in enumerate(worlds):
        tell(f"world {at + 1} of {len(worlds)}", 0, total)
        home = _home(plan, out, world)
        with Judged(home, plan.own, plan.gates) as judged:  # laid out once, before many read it
            measured += [_measured(judged, gate) | {"world": world} for gate in judged.gates]
        if world is not None:
            homes[world], faults = str(home.path), plan.faults_of(world)
            work += [(world, faults[n : n + BLOCK]) for n in range(0, len(faults), BLOCK)]
    done = 0
    found: dict[tuple[int, int], tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for at, rows in _followed(said, homes, work, workers):
        found[at] = rows
        done += len(work[at[1]][1])
        tell("faults", done, total)
    ordered = [found[key] for key in sorted(found)]
    instances = pd.DataFrame([row for rows, _ in ordered for row in rows], columns=INSTANCES)
    caught = pd.DataFrame([row for _, rows in ordered for row in rows], columns=CAUGHT)
    for frame in (instances, caught):
        frame["day"] = pd.to_datetime(frame["day"]).dt.date
    pairs: list[Pair] = []
    if plan.pairs:
        for one in _paired(said, out, _to_pair(plan, instances, caught), workers):
            pairs += one
            tell("pairs", total, total)
    tell("gates off and on", total, total)
    for name, cells in _under_policies(said, homes[0], instances, workers):
        of = [cells.get(pair) for pair in zip(instances["kind"], instances["number"], strict=True)]
        instances[name] = pd.array(of, dtype="Int64")
    order = {kind: n for n, kind in enumerate(plan.kinds)}
    by_kind = {"by": ["kind", "number"], "key": lambda c: c.map(order) if c.name == "kind" else c}
    return Tables(
        instances.sort_values(**by_kind, kind="stable", ignore_index=True),
        caught.sort_values(**by_kind, kind="stable", ignore_index=True),
        pd.DataFrame(measured),
        sorted(pairs, key=lambda pair: order[pair.fault]),
    )


def _home(plan: Plan, out: Path, world: int | None) -> Home:
    """The home of a world, generated and built once; None: of the first one, as it is without dirt."""
    return make_home(
        Home(out / "worlds" / ("clean" if world is None else f"{world:03d}")),
        size=plan.size,
        seed=plan.world_seed(world or 0),
        days=plan.days,
        dirt=0.0 if world is None else plan.dirt,
        command=("matrix", "clean world" if world is None else f"world {world}"),
    )


def _followed(
    plan: dict[str, Any],
    homes: dict[int, str],
    work: Sequence[tuple[int, list[tuple[str, int]]]],
    workers: int,
) -> Iterator[tuple[tuple[int, int], Any]]:
    """Blocks as they are done, each with its place."""
    if workers == 1 or len(work) == 1:
        for at, (world, faults) in enumerate(work):
            yield (world, at), _follow(plan, homes[world], world, faults)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        waiting = {
            pool.submit(_follow, plan, homes[world], world, faults): (world, at)
            for at, (world, faults) in enumerate(work)
        }
        for ready in as_completed(waiting):
            yield waiting[ready], ready.result()


def _under_policies(
    plan: dict[str, Any], home: str, instances: pd.DataFrame, workers: int
) -> Iterator[tuple[str, dict[tuple[str, int], int]]]:
    """Column of `instances` -> how many cells some faults of the first world make wrong under a policy."""
    mine = (
        instances[(instances["world"] == 0) & instances["kind"].isin(set(kinds()))]
        .groupby("kind", sort=False)
        .head(POLICIES_TRIED)
    )
    faults = list(zip(mine["kind"], mine["number"], strict=True))
    arms = (("cells_off", False), ("cells_on", True))
    if workers == 1:
        yield from ((name, _cells(plan, home, faults, told)) for name, told in arms)
        return
    with ProcessPoolExecutor(min(workers, len(arms)), get_context("spawn")) as pool:
        waiting = {pool.submit(_cells, plan, home, faults, told): name for name, told in arms}
        for ready in as_completed(waiting):
            yield waiting[ready], ready.result()


def _cells(
    said: dict[str, Any], home: str, faults: Sequence[tuple[str, int]], strongest: bool
) -> dict[tuple[str, int], int]:
    """How many cells each fault makes wrong where every gate is told the same, in whatever process."""
    seed = _plan(said).seed
    with Universes(Home(Path(home)), policy=all_told(strongest)) as universes:
        drawn_of = {one: drawn(universes, *one, seed) for one in faults}
        named = [one for one, edits in drawn_of.items() if edits is not None]
        found: dict[tuple[str, int], int] = {}
        for at in range(0, len(named), BLOCK):
            some = named[at : at + BLOCK]
            outcomes = universes.follow([drawn_of[one] or () for one in some])
            for one, outcome in zip(some, outcomes, strict=True):
                found[one] = outcome.faulty.lists.groupby(list(CELL)).ngroups
    return found


def _to_pair(
    plan: Plan, instances: pd.DataFrame, caught: pd.DataFrame
) -> list[tuple[str, list[int]]]:
    """(kind, numbers of some faults that no gate caught) of each kind that is not caught well."""
    seen = set(zip(caught["kind"], caught["number"], strict=True))
    found = []
    for kind, mine in instances.groupby("kind", sort=False):
        left = [n for n in mine["number"] if (kind, n) not in seen]
        if len(left) > (1 - CAUGHT_WELL) * len(mine):
            first = [n for n in left if n % plan.worlds == 0] or left
            found.append((str(kind), first[:PAIRS_TRIED]))
    return found


def _paired(
    plan: dict[str, Any], out: Path, wanted: Sequence[tuple[str, list[int]]], workers: int
) -> Iterator[list[Pair]]:
    """Pairs of worlds as they are found. What is true of one world is true of any: a small one will do."""
    first = _plan(plan)
    if first.size in ("story", "tiny"):
        home = _home(first, out, 0)
    else:
        seed, dirt = first.world_seed(0), first.dirt
        home = make_home(
            Home(out / "worlds" / "pairs"), size="tiny", seed=seed, dirt=dirt, command=("matrix",)
        )
    if workers == 1 or len(wanted) < 2:
        yield from (_pair(plan, str(home.path), one) for one in wanted)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for ready in as_completed(
            [pool.submit(_pair, plan, str(home.path), one) for one in wanted]
        ):
            yield ready.result()


def _pair(said: dict[str, Any], home: str, wanted: tuple[str, list[int]]) -> list[Pair]:
    """The pair of one kind, in whatever process."""
    plan, (kind, numbers) = _plan(said), wanted
    judged = _open(plan, home)
    cases = [(n, drawn(judged, kind, n, plan.seed)) for n in numbers]
    return find(judged.home, [(kind, n, edits[0]) for n, edits in cases if edits])


_OPEN: dict[str, Judged] = {}


def _plan(said: dict[str, Any]) -> Plan:
    return Plan(**said | {"own": tuple(map(Path, said["own"]))})


def _open(plan: Plan, home: str) -> Judged:
    """The base of a home, opened once in a process."""
    if home not in _OPEN:
        for other in list(_OPEN):
            _OPEN.pop(other).close()
        _OPEN[home] = Judged(Home(Path(home)), plan.own, plan.gates)
    return _OPEN[home]


def _follow(
    said: dict[str, Any], home: str, world: int, faults: Sequence[tuple[str, int]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of some faults of one world, in whatever process."""
    plan = _plan(said)
    judged = _open(plan, home)
    cases: list[tuple[Edit, ...]] = []
    named: list[tuple[str, int]] = []
    for kind, number in faults:
        edits = drawn(judged, kind, number, plan.seed)
        if edits is not None:
            cases.append(edits)
            named.append((kind, number))
    if not cases:
        return [], []
    outcomes = judged.follow(cases)
    catches = judged.caught()
    of = {gate.id: gate for gate in judged.gates}
    instances = [
        _instance(kind, number, world, outcome)
        for (kind, number), outcome in zip(named, outcomes, strict=True)
    ]
    begun = [_begun(outcome) for outcome in outcomes]
    caught: list[dict[str, Any]] = []
    shown: set[tuple[str, str]] = set()
    for row in catches.itertuples(index=False):
        case = int(row.universe) // 2
        kind, number = named[case]
        day = None if pd.isna(row.day) else pd.Timestamp(row.day)
        first = (kind, row.gate) not in shown
        shown.add((kind, row.gate))
        caught.append(
            {
                "kind": kind,
                "number": number,
                "gate": row.gate,
                "flagged": int(row.flagged),
                "day": day,
                "spread": None if day is None else int((begun[case] < day).sum()),
                "example": judged.example(of[row.gate], int(row.universe)) if first else {},
            }
        )
    return instances, caught


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


def _begun(outcome: Outcome) -> pd.Series:
    """The first wrong day of each cell (holder, list, subject)."""
    return pd.to_datetime(outcome.faulty.lists.groupby(list(CELL))["from_day"].min())


def _instance(kind: str, number: int, world: int, outcome: Outcome) -> dict[str, Any]:
    """What one fault changed, where, and how far it went."""
    (edit,) = outcome.edits
    struck, lists = edit.struck, outcome.faulty.lists
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
        "kind": kind,
        "number": number,
        "world": world,
        "seed": struck.spec.seed,
        "place": struck.feed.name if struck.feed else struck.edge,
        "record_id": struck.record_id,
        "day": struck.day,
        **told,
        "cells": lists.groupby(list(CELL)).ngroups,
        "subjects": len(outcome.faulty.subjects()),
        "first_day": lists["from_day"].min() if len(lists) else None,
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
    return " ".join(f"--{name} {value}" for name, value in told.items() if value is not None)


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
