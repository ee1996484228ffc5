"""Replays against rebuilding: one at a time, whole deliveries, and by the thousand."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from benchmarks.timing import apart, median, timed
from pipelines.experiment.design import BLOCK
from pipelines.home import Home
from pipelines.replay import FaultSpec, Universes, replay
from sources.faults import FaultError, kinds

CORRECTED = 30  # days after which the source puts each fault right
WARM = (
    40  # replays that come first and are not counted: an open base has its pages and queries ready
)


@dataclass
class Replayed:
    """Figures of one size.

    Attributes:
        size: of the world.
        opening: seconds to open a base that has been laid out before.
        single: seconds of each replay of a fault in one record, planning included.
        rebuilt: seconds of each replay of such a fault by rebuilding its two states.
        deliveries: (kind, seconds, seconds by rebuilding) of the slowest faults of a whole delivery.
        thousand: seconds for a thousand replays on two processes; None if not measured.
    """

    size: str
    opening: float = 0.0
    single: list[float] = field(default_factory=list)
    rebuilt: list[float] = field(default_factory=list)
    deliveries: list[tuple[str, float, float]] = field(default_factory=list)
    thousand: float | None = None

    @property
    def ratio(self) -> float:
        """How many times faster the median replay is than the median rebuild."""
        return median(self.rebuilt) / median(self.single)

    @property
    def p95(self) -> float:
        """The 95th percentile of single replays, in seconds."""
        return sorted(self.single)[int(0.95 * len(self.single))]


def of_level(level: str) -> list[str]:
    """Kinds of fault that befall a `record` or a whole `delivery`, sorted."""
    return sorted(
        name
        for name, fault in kinds().items()
        if (fault.level == "delivery") == (level == "delivery") and name != "free_edit"
    )


def spec(names: list[str], number: int) -> FaultSpec:
    """The n-th of a row of faults, drawn uniformly by record."""
    return FaultSpec(names[number % len(names)], seed=number, correct_after=CORRECTED)


def one_by_one(home: Path, count: int) -> tuple[float, list[float]]:
    """Seconds to open a base, and seconds of replays one at a time against it."""
    names, took = of_level("record"), []
    start = time.perf_counter()
    with Universes(Home(home), two_at_a_time=True) as universes:
        opening = time.perf_counter() - start
        number = 0
        while len(took) < count + WARM:
            start = time.perf_counter()
            try:
                universes.follow([universes.case([spec(names, number)])])
                took.append(time.perf_counter() - start)
            except FaultError:  # nothing to change
                pass
            number += 1
    return opening, took[WARM:]


def by_rebuilding(home: Path, fault: FaultSpec) -> float:
    """Seconds of one replay by rebuilding its states."""
    return timed(lambda: replay(Home(home), fault, rebuild=True))


def deliveries(home: Path, most: int) -> list[tuple[str, float, float]]:
    """(kind, seconds, seconds by rebuilding) of the slowest faults of a whole delivery.

    Args:
        most: how many kinds are tried; a tenth of them, the slowest, are rebuilt as well.
    """
    took = []
    for kind in of_level("delivery"):
        fault = FaultSpec(kind, seed=1, correct_after=CORRECTED)
        with contextlib.suppress(FaultError):  # nothing to change
            if len(took) < most:
                took.append((timed(lambda f=fault: replay(Home(home), f)), kind, fault))
    slowest = sorted(took, key=lambda one: -one[0])[: -(-len(took) // 10)]
    return [(kind, quick, by_rebuilding(home, fault)) for quick, kind, fault in slowest]


_OPEN: dict[str, Universes] = {}


def _block(home: str, numbers: list[int]) -> int:
    if home not in _OPEN:
        _OPEN[home] = Universes(Home(home))
    universes, names = _OPEN[home], of_level("record")
    planned = universes.cases([spec(names, number)] for number in numbers)
    cases = [edits for edits in planned if not isinstance(edits, FaultError)]  # nothing to change
    universes.follow(cases)
    return len(cases)


def thousand(home: Path, count: int = 1000, workers: int = 2) -> float:
    """Seconds for so many replays, opening and planning included, in blocks over some processes."""
    start = time.perf_counter()
    done, number = 0, 0
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        waiting = []
        while number < count:
            waiting.append(pool.submit(_block, str(home), list(range(number, number + BLOCK))))
            number += BLOCK
        done = sum(part.result() for part in waiting)
        while done < count:  # some had nothing to change
            done += pool.submit(
                _block, str(home), list(range(number, number + count - done))
            ).result()
            number += count - done
    return time.perf_counter() - start


def measure(size: str, home: Path, runs: int, count: int, many: bool) -> Replayed:
    """All figures of one size.

    Args:
        size: of the world in the home.
        home: with a finished build.
        runs: rebuilds that are counted.
        count: single replays that are counted.
        many: whether to follow a thousand at once too, and faults of whole deliveries of every kind;
            otherwise of one.
    """
    found = Replayed(size)
    with Universes(Home(home)):  # laid out once, before anything is timed
        pass
    found.opening, found.single = apart(one_by_one, home, count)
    names = of_level("record")
    number = 0
    while len(found.rebuilt) < runs:
        with contextlib.suppress(FaultError):  # nothing to change
            found.rebuilt.append(apart(by_rebuilding, home, spec(names, number)))
        number += 1
    found.deliveries = apart(deliveries, home, 99 if many else 1)
    if many:
        found.thousand = thousand(home)
    return found
