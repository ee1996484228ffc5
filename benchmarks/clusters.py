"""Measure how a build on a cluster of Spark's grows, and write it into docs/spark.md.

The cluster is of this machine alone; see `benchmarks.cluster`. Worlds and figures are kept in the home given,
so that one build can be measured again and the page made anew.

    python -m benchmarks.clusters --sizes tiny,demo,city --workers 1,2 --reading city --write
    python -m benchmarks.clusters --sizes "" --write
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import growing
from benchmarks.blocks import write_block
from benchmarks.reading import Reading, read_largest
from benchmarks.same import database_of
from benchmarks.spark_page import page_block
from benchmarks.timing import apart
from pipelines.home import Home
from pipelines.run import generate_home
from schemas.contract import ROOT
from sources.world import SIZES

PAGE = ROOT / "docs" / "spark.md"
BLOCK = "growth"
FIGURES = "clusters.json"

Figures = dict[str, dict[str, Any]]  # "builds" or "reading" -> which -> figures


def landed(size: str, folder: Path, say: Callable[[str], None]) -> Path:
    """The delivered files of a world, made unless they are there."""
    home = Home(folder / size)
    if not home.landing.is_dir():
        say(f"{size}: the world")
        generate_home(home, size=size, seed=1, command=("bench",))
    return home.landing


def measure_reading(sizes: Iterable[str], folder: Path, say: Callable[[str], None]) -> None:
    """Read the largest file of each world as a task does, and keep the figures."""
    for size in sizes:
        landing = landed(size, folder, say)
        say(f"{size}: the largest file")
        keep(folder, "reading", size, asdict(apart(read_largest, size, landing)))


def measure(
    sizes: Iterable[str],
    workers: Iterable[int],
    compare: bool,
    folder: Path,
    say: Callable[[str], None],
) -> None:
    """Build each world on each cluster, and keep the figures with those that were taken before.

    Args:
        sizes: of the worlds.
        workers: of the clusters.
        compare: whether the rows are held against those that DuckDB makes.
        folder: where worlds and figures are kept.
        say: called with what is being measured.

    Raises:
        benchmarks.growing.BuildFailed: if a build fails; figures taken before it are kept.
    """
    for size in sizes:
        landing = landed(size, folder, say)
        database = folder / "compared.duckdb"

        def compared(landing: Path = landing, database: Path = database) -> Path:
            if not database.exists():
                apart(database_of, landing, database)
            return database

        for count in workers:
            say(f"{size}: workers: {count}")
            given = (size, count, landing, folder / "cluster", compared if compare else None)
            keep(folder, "builds", f"{size}-{count}", growing.measure(*given).kept())
        database.unlink(missing_ok=True)


def keep(folder: Path, part: str, name: str, found: dict[str, Any]) -> None:
    """Keep figures with those that were taken before."""
    figures = kept(folder)
    figures.setdefault(part, {})[name] = found
    (folder / FIGURES).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def kept(folder: Path) -> Figures:
    """The figures taken so far."""
    path = folder / FIGURES
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def main() -> None:
    """Measure and print; with `--write`, put it into the page too."""
    parser = argparse.ArgumentParser(prog="clusters", description=__doc__.split("\n\n")[0])
    parser.add_argument("--sizes", default="tiny,demo", help="such as demo,city, or nothing")
    parser.add_argument("--workers", default="1,2", help="such as 2; of one core and 3 GiB each")
    parser.add_argument("--reading", default="", help="such as city: read its largest file alone")
    parser.add_argument("--home", type=Path, default=Path("build/bench"), help="kept in between")
    parser.add_argument("--compare", action="store_true", help="hold the rows against DuckDB's")
    parser.add_argument("--write", action="store_true", help="put it into docs/spark.md")
    given = parser.parse_args()
    # What was started is ended also where this is told to end.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sizes, reading = ([one for one in of.split(",") if one] for of in (given.sizes, given.reading))
    if unknown := {*sizes, *reading} - set(SIZES):
        parser.error(f"{', '.join(sorted(unknown))} is no size; there are {', '.join(SIZES)}.")
    workers = [int(count) for count in given.workers.split(",")]
    folder = given.home.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    say = lambda what: print(f"… {what}", flush=True)  # noqa: E731
    measure_reading(reading, folder, say)
    measure(sizes, workers, given.compare, folder, say)
    figures = kept(folder)
    text = page_block(
        [growing.Grown.of(one) for one in figures.get("builds", {}).values()],
        [Reading(**one) for one in figures.get("reading", {}).values()],
        os.cpu_count() or 1,
    )
    print(text)
    if given.write:
        write_block(PAGE, BLOCK, text)


if __name__ == "__main__":
    main()
