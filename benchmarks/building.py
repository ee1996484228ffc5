"""The build against the floor, with time and memory by stage.

The floor is the quickest way known here to bring the same files into all-text tables: read every
file with the project's own readers (Arrow's for text, calamine, lxml) and hand the columns to DuckDB,
without ids, gates or models.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from benchmarks.timing import Stages, apart, median, timed
from pipelines.build import build
from pipelines.engine import open_engine
from pipelines.landing import deliveries_in
from schemas.contract import feeds
from sources.files import read

GATES = "quality"


@dataclass
class Built:
    """Figures of one size.

    Attributes:
        size: of the world.
        rows: that landed.
        floor, whole: seconds, run by run.
        stages: stage -> seconds, run by run.
        peak: stage -> GiB.
    """

    size: str
    rows: int = 0
    floor: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    peak: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """How many times the floor the build takes."""
        return median([b / f for b, f in zip(self.whole, self.floor, strict=True)])

    @property
    def gates(self) -> float:
        """The gates' part of the time of all stages, of which two may pass at a time."""
        return median(self.stages[GATES]) / sum(map(median, self.stages.values()))


def floor(landing: Path, target: Path) -> float:
    """Bring every delivered file into an all-text table of its feed; the seconds it takes."""

    target.unlink(missing_ok=True)

    def work() -> None:
        with open_engine("duckdb", target) as engine:
            for feed in feeds("whole").values():
                parts = [read(feed, found.path)[0] for found in deliveries_in(landing, feed)]
                if parts:
                    engine.insert_arrow(f"files.{feed.name}", pa.concat_tables(parts))

    return timed(work)


def whole(landing: Path, target: Path) -> tuple[float, dict[str, float], dict[str, float], int]:
    """Build everything; seconds, seconds and peak memory by stage, and rows landed."""
    target.unlink(missing_ok=True)  # taking away an older database is no part of making one
    memory = Stages()
    done = {}

    def work() -> None:
        done["build"] = build(landing, target, progress=memory)

    seconds = timed(work)
    with open_engine("duckdb", target, read_only=True) as engine:
        rows = engine.fetch("SELECT sum(rows) FROM landing.deliveries")[0][0]
    return seconds, done["build"].seconds, memory.peak, int(rows)


def measure(size: str, landing: Path, runs: int, folder: Path) -> Built:
    """Build and floor in turn, so that a machine that slows down slows both.

    Args:
        size: of the world the files are of.
        landing: the files.
        runs: how many of each are counted; one more of each comes first and is not.
        folder: where databases may be written.
    """
    found = Built(size)
    for run in range(runs + 1):
        least = apart(floor, landing, folder / "floor.duckdb")
        seconds, stages, peak, rows = apart(whole, landing, folder / "built.duckdb")
        if not run:
            continue
        found.rows = rows
        found.floor.append(least)
        found.whole.append(seconds)
        for stage, took in stages.items():
            found.stages.setdefault(stage, []).append(took)
            found.peak[stage] = max(found.peak.get(stage, 0.0), peak.get(stage, 0.0))
    for name in ("floor", "built"):
        (folder / f"{name}.duckdb").unlink(missing_ok=True)
    return found
