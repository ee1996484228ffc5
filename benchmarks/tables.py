"""The figures as the tables of the README."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.blocks import table
from benchmarks.building import Built
from benchmarks.replaying import Replayed
from benchmarks.timing import median


def tables(figures: dict[str, Any], cores: int) -> str:
    """All tables, in Markdown.

    Args:
        figures: size -> part -> figures, as `benchmarks.run` keeps them.
        cores: of the machine they were taken on.
    """
    built = [Built(**f["build"]) for f in figures.values() if "build" in f]
    replayed = [Replayed(**f["replay"]) for f in figures.values() if "replay" in f]
    listed = {size: f["lists"] for size, f in figures.items() if "lists" in f}
    parts = [
        f"Medians, on {cores} cores, what is compared taken in turn; ratios can be held against other "
        "machines', seconds cannot.\n"
    ]
    if built:
        parts += [_of_build(built), _of_stages(built)]
    if replayed:
        parts.append(_of_replays(replayed))
    if listed:
        parts.append(_of_lists(listed))
    return "\n".join(parts)


def _s(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"


def _of_build(built: list[Built]) -> str:
    rows = [
        ["rows in the files", *(f"{b.rows:,}" for b in built)],
        ["floor: the same files as all-text tables, no ids, no checks",
         *(_s(median(b.floor)) for b in built)],
        ["the whole build, gates included", *(_s(median(b.whole)) for b in built)],
        ["build against the floor", *(f"{b.ratio:.1f} ×" for b in built)],
        ["gates' share of the time of all stages",
         *(f"{100 * b.gates:.0f} %" for b in built)],
        ["peak memory", *(f"{max(b.peak.values()):.1f} GiB" for b in built)],
        ["runs counted", *(str(len(b.whole)) for b in built)],
    ]  # fmt: skip
    if len(built) > 1:
        least, most = built[0], built[-1]
        power = math.log(median(most.whole) / median(least.whole)) / math.log(
            most.rows / least.rows
        )
        rows.append(
            [f"growth with the rows from {least.size} to {most.size}: power",
             *("" for _ in built[1:]), f"{power:.2f}"]
        )  # fmt: skip
    return table(["the build", *(f"`{b.size}`" for b in built)], rows)


def _of_stages(built: list[Built]) -> str:
    rows = [
        [
            stage,
            *(f"{_s(median(b.stages[stage]))}, {b.peak.get(stage, 0.0):.1f} GiB" for b in built),
        ]
        for stage in built[0].stages
    ]
    return table(
        [
            "by stage, two models at a time, with the most memory held",
            *(f"`{b.size}`" for b in built),
        ],
        rows,
    )


def _of_replays(replayed: list[Replayed]) -> str:
    def worst(one: Replayed) -> str:
        ratios = [quick / slow for _, quick, slow in one.deliveries]
        return f"{max(ratios):.2f} ×" if ratios else ""

    rows = [
        ["a faulty and a corrected state rebuilt", *(_s(median(r.rebuilt)) for r in replayed)],
        ["one replay of a fault in one record: median",
         *(f"{median(r.single):.2f} s" for r in replayed)],
        ["… 95th percentile", *(f"{r.p95:.2f} s" for r in replayed)],
        ["rebuilding against the median replay", *(f"{r.ratio:.0f} ×" for r in replayed)],
        ["opening the database for replays, once", *(_s(r.opening) for r in replayed)],
        ["a fault of a whole delivery against its rebuild, at worst", *map(worst, replayed)],
        ["1,000 replays, two processes, opening and planning included",
         *(_s(r.thousand) if r.thousand else "" for r in replayed)],
        ["replays counted, and rebuilds",
         *(f"{len(r.single)}, {len(r.rebuilt)}" for r in replayed)],
    ]  # fmt: skip
    return table(["replay", *(f"`{r.size}`" for r in replayed)], rows)


def _of_lists(listed: dict[str, dict[str, list[float]]]) -> str:
    rows = []
    for way in ("DuckDB", "pandas", "Spark, local"):
        cells = []
        for found in listed.values():
            if way in found:
                times = median(found[way]) / median(found["DuckDB"])
                cells.append(f"{_s(median(found[way]))}, {times:.1f} ×")
            else:
                cells.append("")
        rows.append([way, *cells])
    head = ["landing to lists of court, tax and penalties", *(f"`{size}`" for size in listed)]
    return table(head, rows)
