"""What an experiment will need, told before it starts: time and disk, roughly."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from pipelines.exchange.network import JOINS, in_reach
from pipelines.experiment.design import Design


@dataclass(frozen=True)
class Cost:
    """What the parts of an experiment cost at one size, as measured on two cores.

    Attributes:
        build: seconds to build one database of a world's files and make it ready.
        database: megabytes of it.
        replay: seconds of one replay in one process.
    """

    build: float
    database: int
    replay: float


COSTS = {
    "story": Cost(3, 30, 0.05),
    "tiny": Cost(5, 60, 0.07),
    "demo": Cost(20, 700, 0.08),
    "city": Cost(150, 6000, 1.0),
    "province": Cost(9000, 350_000, 20.0),
}


@dataclass(frozen=True)
class Needs:
    """What is still to be done, and what that takes.

    Attributes:
        replays: how many are left.
        databases: how many are left to be built.
        seconds: in all.
        megabytes: on disk.
        free: megabytes free there.
    """

    replays: int
    databases: int
    seconds: float
    megabytes: int
    free: int

    def sentence(self, out: Path | str) -> str:
        """It in words, for whoever waits."""
        said = (
            f"{self.replays:,} replays and {self.databases:,} databases to build: about "
            f"{_time(self.seconds)}, and about {_disk(self.megabytes)} in {out}"
        )
        short = self.megabytes > self.free
        return said + (f", where only {_disk(self.free)} is free." if short else ".")


def needs(design: Design, out: Path | str, workers: int = 1) -> Needs:
    """Work out what an experiment will need.

    Args:
        design: what varies.
        out: its folder; what is there already is not counted.
        workers: how many processes.
    """
    folder = Path(out)
    todo = [b for b in design.blocks() if not (folder / "parts" / f"{b.name}.replays").exists()]
    replays = sum(len(block.faults) for block in todo)
    built = sum((folder / "worlds" / f"{w:03d}" / "levels").exists() for w in range(design.worlds))
    databases = (design.worlds - built) * len(_databases(design)) if todo else 0
    cost = COSTS[design.size]
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return Needs(
        replays,
        databases,
        databases * cost.build + replays * cost.replay / workers,
        databases * cost.database,
        shutil.disk_usage(there).free // 1_000_000,
    )


def _databases(design: Design) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """The databases of one world: its own, one for each arm's network, and those gain is told over."""
    found: set[tuple[str, tuple[tuple[str, str], ...]]] = {("full", ())}
    for arm in design.arms():
        found.add((arm.join, tuple(arm.numbers.items())))
        at = JOINS.index(arm.join)
        beside = JOINS[at - 1] if at else JOINS[1]
        found.add((beside, tuple(in_reach(arm.numbers, design.tier, beside).items())))
    return found


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(10, round(seconds, -1)):.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def _disk(megabytes: int) -> str:
    return f"{megabytes} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
