"""Measure how fast everything is and write the tables into the README.

Every figure is taken in a process of its own; what is compared is taken in turn, in one run on one
machine, so that ratios can be held against other machines' and seconds cannot. Worlds and figures are
kept in the home given, so that one part can be measured again and the tables made anew.

    python -m benchmarks.run --sizes demo,city --runs 5 --write
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import building, listing, replaying
from benchmarks.blocks import write_block
from benchmarks.tables import tables
from pipelines.home import Home
from pipelines.run import make_home
from schemas.contract import ROOT

README = ROOT / "README.md"
BLOCK = "benchmarks"
PARTS = ("build", "lists", "replay")
SMALL = ("tiny", "demo")  # sizes at which Spark and a thousand replays are tried


def measure(sizes: list[str], parts: list[str], runs: int, replays: int, folder: Path,
            say: Callable[[str], None]) -> dict[str, Any]:  # fmt: skip
    """Take the figures asked for and keep them with those that were taken before.

    Args:
        sizes: of the worlds.
        parts: of `PARTS`.
        runs: counted runs of each.
        replays: counted single replays.
        folder: where worlds and figures are kept.
        say: called with what is being measured.

    Returns:
        size -> part -> figures.
    """
    kept = folder / "figures.json"
    figures: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    for size in sizes:
        say(f"{size}: the world and its database")
        home = make_home(Home(folder / size), size=size, seed=1)
        mine = figures.setdefault(size, {})
        for part in parts:
            say(f"{size}: {part}")
            if part == "build":
                mine[part] = asdict(building.measure(size, home.landing, runs, folder))
            elif part == "lists":
                mine[part] = listing.measure(home.landing, folder, runs, size in SMALL)
            else:
                many = size in SMALL
                mine[part] = asdict(replaying.measure(size, home.path, runs, replays, many))
            kept.write_text(json.dumps(figures, indent=1) + "\n")
    return figures


def main() -> None:
    """Measure and print; with `--write`, put the tables into the README too."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--sizes", default="demo", help="such as demo,city; city takes an hour")
    parser.add_argument("--parts", default=",".join(PARTS), help="such as build,replay")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each")
    parser.add_argument("--replays", type=int, default=100, help="counted single replays")
    parser.add_argument("--home", type=Path, default=Path("build/bench"), help="kept in between")
    parser.add_argument("--write", action="store_true", help="put the tables into the README")
    given = parser.parse_args()
    sizes, parts = given.sizes.split(","), given.parts.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--parts {', '.join(sorted(unknown))} is none of {', '.join(PARTS)}.")
    given.home.mkdir(parents=True, exist_ok=True)
    say = lambda what: print(f"… {what}", flush=True)  # noqa: E731
    figures = measure(sizes, parts, given.runs, given.replays, given.home.resolve(), say)
    text = tables(figures, os.cpu_count() or 1)
    print(text)
    if given.write:
        write_block(README, BLOCK, text)


if __name__ == "__main__":
    main()
