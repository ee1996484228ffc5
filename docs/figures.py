"""The blocks of the pages that hold figures: record, report, levels of joining, and sizes of worlds."""

from __future__ import annotations

import io
from collections.abc import Mapping

from rich.console import Console

from docs.lab import COLUMNS, Lab
from pipelines.demo import STORY, record_lines
from pipelines.exchange.network import JOINS
from pipelines.replay import Replay, load, replay
from pipelines.replay.compare.gain import gain
from pipelines.replay.compare.metrics import totals
from pipelines.replay.recompute.levels import level
from schemas.contract import feeds
from sources.world import SIZES


def blocks(lab: Lab) -> Mapping[str, str]:
    """Every block by name. The lab must have told its story."""
    return {name: make(lab) for name, make in BLOCKS.items()}


def fenced(kind: str, text: str) -> str:
    """Text in a fence."""
    return f"```{kind}\n{text.rstrip()}\n```"


def record(lab: Lab) -> str:
    """The record before and after."""
    return fenced("diff", "\n".join(record_lines(_told(lab).edits[0])))


def report(lab: Lab) -> str:
    """The report as the terminal shows it, without colours."""
    said = io.StringIO()
    _told(lab).print(Console(file=said, width=COLUMNS, color_system=None))
    return fenced("text", "\n".join(line.rstrip() for line in said.getvalue().splitlines()))


def joins(lab: Lab) -> str:
    """What each level of joining lets holders know, and what one wrong cell does there."""
    rows = []
    base = lab.home.database()
    scenario = load(STORY)
    for join in JOINS[:-1]:
        found = replay(lab.home, scenario.faults, join=join)
        lower = level(lab.home, join)
        compared = gain(base, lower, feeds("story"), lab.home.world).json()
        rows.append(_row(join, compared["true_low"], compared["false_low"], found))
    rows.append(_row(JOINS[-1], compared["true_high"], compared["false_high"], _told(lab)))
    head = (
        "| `--join` | listings holders know | of which false | one wrong cell: holders and lists "
        "| people and firms | still wrong after 30 days |"
    )
    return "\n".join([head, "|---|---:|---:|---:|---:|---:|", *rows])


def sizes(_: Lab) -> str:
    """How big the worlds are."""
    head = ["| size | enterprises | residents |", "|---|---:|---:|"]
    return "\n".join(
        head
        + [
            f"| `{name}` | {size.enterprises:,} | {size.residents:,}{' adults' * size.adults_alone} |"
            for name, size in SIZES.items()
        ]
    )


def _told(lab: Lab) -> Replay:
    assert lab.told is not None
    return lab.told


def _row(join: str, true: int, false: int, found: Replay) -> str:
    assert found.remaining is not None
    reach = totals(found.faulty)
    left = found.remaining.json()["cells"]
    return (
        f"| `{join}` | {true + false} | {false} | {reach['pairs']} | {reach['subjects']} | {left} |"
    )


# What writes a block, by its name in the pages.
BLOCKS = {"record": record, "report": report, "joins": joins, "sizes": sizes}
