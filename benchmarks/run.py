"""Measure the build against the floor and write the table into the README.

The floor is the quickest way known here to bring the same files into all-text tables: read every file
with the project's own readers and hand the columns to DuckDB, without ids, gates or models. Every figure
is the median of several runs in one process on one machine, so ratios can be compared across machines
and seconds cannot.

    python -m benchmarks.run --size demo --runs 5 --write
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from pipelines.build import Build, build
from pipelines.engine import open_engine
from pipelines.landing import deliveries_in
from schemas.contract import ROOT, feeds
from sources.deliver import generate
from sources.files import read

README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- benchmarks -->\n).*?(<!-- /benchmarks -->)", re.DOTALL)


def floor(landing: Path, target: Path) -> None:
    """Bring every delivered file into an all-text table of its feed, and nothing else."""
    target.unlink(missing_ok=True)
    with open_engine("duckdb", target) as engine:
        for feed in feeds("whole").values():
            parts = [read(feed, found.path)[0] for found in deliveries_in(landing, feed)]
            if parts:
                engine.insert_arrow(f"floor.{feed.name}", pa.concat_tables(parts))


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Wall seconds a piece of work takes, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def measure(size: str, runs: int, folder: Path) -> str:
    """The table of one size, in Markdown.

    Args:
        size: of the world, as `islands generate` knows it.
        runs: counted runs of each; one more of each comes first and is not counted.
        folder: where files and databases may be written.
    """
    landing = folder / "landing"
    generate(landing, folder / "world", size, seed=1)
    floors: list[float] = []
    builds: list[float] = []
    stages: list[dict[str, float]] = []
    for run in range(runs + 1):
        # In turn, so that a machine that slows down slows both.
        seconds_floor, _ = timed(lambda: floor(landing, folder / "floor.duckdb"))
        seconds_build, done = timed(lambda: build(landing, folder / "built.duckdb"))
        if run:
            assert isinstance(done, Build)
            floors.append(seconds_floor)
            builds.append(seconds_build)
            stages.append(done.seconds)
    ratio = statistics.median(b / f for b, f in zip(builds, floors, strict=True))
    whole = statistics.median(builds)
    lines = [
        f"Size `{size}`, medians of {runs} runs in one process; "
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.1f} GiB.",
        "",
        "| what | seconds | against the floor |",
        "|---|---|---|",
        f"| floor: the same files as all-text tables | {statistics.median(floors):.1f} | 1.0 |",
        f"| the whole build, gates included | {whole:.1f} | {ratio:.1f} |",
    ]
    for stage in stages[0]:
        seconds = statistics.median(s.get(stage, 0.0) for s in stages)
        share = round(100 * seconds / whole)
        lines.append(f"| of which {stage} | {seconds:.1f} | {share} % of the build |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print; with `--write`, put the table into the README too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="demo")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = measure(given.size, given.runs, Path(folder))
    print(table)
    if given.write:
        text = README.read_text(encoding="utf-8")
        README.write_text(BLOCK.sub(lambda m: m[1] + table + m[2], text), encoding="utf-8")


if __name__ == "__main__":
    main()
