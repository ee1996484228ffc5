"""Measure how a build on a cluster of Spark's grows, and write it into docs/spark.md.

The cluster is of this machine alone; see `benchmarks.cluster`. Worlds and figures are kept in the home given,
so that one build can be measured again and the page made anew.

    python -m benchmarks.clusters --sizes tiny,demo,city --workers 1,2 --write
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import growing
from benchmarks.blocks import write_block
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

Figures = dict[str, dict[str, Any]]  # size -> number of workers, as text -> figures


def measure(
    sizes: Iterable[str],
    workers: Iterable[int],
    compare: bool,
    folder: Path,
    say: Callable[[str], None],
) -> None:
    """Take the figures asked for and keep them with those that were taken before.

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
        home = Home(folder / size)
        if not home.landing.is_dir():
            say(f"{size}: the world")
            generate_home(home, size=size, seed=1, command=("bench",))
        database = folder / "compared.duckdb"

        def compared(landing: Path = home.landing, database: Path = database) -> Path:
            if not database.exists():
                apart(database_of, landing, database)
            return database

        for count in workers:
            say(f"{size}: workers: {count}")
            one = growing.measure(
                size, count, home.landing, folder / "cluster", compared if compare else None
            )
            figures = kept(folder)
            figures.setdefault(size, {})[str(count)] = one.kept()
            (folder / FIGURES).write_text(json.dumps(figures, indent=1) + "\n")
        database.unlink(missing_ok=True)


def kept(folder: Path) -> Figures:
    """The figures taken so far."""
    path = folder / FIGURES
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def main() -> None:
    """Measure and print; with `--write`, put it into the page too."""
    parser = argparse.ArgumentParser(prog="clusters", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--sizes", default="tiny,demo", help="such as demo,city; city takes an hour"
    )
    parser.add_argument("--workers", default="1,2", help="such as 2; of one core and 3 GiB each")
    parser.add_argument("--home", type=Path, default=Path("build/bench"), help="kept in between")
    parser.add_argument("--compare", action="store_true", help="hold the rows against DuckDB's")
    parser.add_argument(
        "--kept", action="store_true", help="measure nothing: use what was measured"
    )
    parser.add_argument("--write", action="store_true", help="put it into docs/spark.md")
    given = parser.parse_args()
    # What was started is ended also where this is told to end.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    sizes = given.sizes.split(",")
    if unknown := set(sizes) - set(SIZES):
        parser.error(f"--sizes {', '.join(sorted(unknown))} is none of {', '.join(SIZES)}.")
    workers = [int(count) for count in given.workers.split(",")]
    folder = given.home.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not given.kept:
        say = lambda what: print(f"… {what}", flush=True)  # noqa: E731
        measure(sizes, workers, given.compare, folder, say)
    text = page_block(
        [growing.Grown.of(one) for of in kept(folder).values() for one in of.values()],
        os.cpu_count() or 1,
    )
    print(text)
    if given.write:
        write_block(PAGE, BLOCK, text)


if __name__ == "__main__":
    main()
