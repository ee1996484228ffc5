"""The page of a matrix: one HTML file whose cells open an example, down to file and line."""

from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.home import write_text
from pipelines.matrix.page.frontier import frontier
from pipelines.matrix.plan import Plan
from pipelines.matrix.report import DASH, headline
from pipelines.matrix.running import Tables, world_folder
from pipelines.matrix.summary import Summary, not_caught
from pipelines.options import options_of
from pipelines.replay.tell.page.rendered import rendered

HERE = Path(__file__).parent


def write_page(summary: Summary, tables: Tables, out: Path, path: Path) -> None:
    """Write the page.

    Raises:
        OSError: if it cannot be written.
    """
    cells = {(row.fault, row.gate): row for row in summary.cells.itertuples(index=False)}
    gates = [
        row._asdict() for row in summary.gates[summary.gates["caught"] > 0].itertuples(index=False)
    ]
    plan = summary.plan
    text = rendered(
        HERE,
        {"examples": _examples(plan, tables, out)},
        drawings=False,
        title="Which check catches which error",
        lead=headline(summary),
        gates=gates,
        rows=[
            {
                "fault": kind.fault,
                "title": kind.title,
                "group": kind.group,
                "n": kind.n,
                "share": kind.share,
                "low": kind.low,
                "high": kind.high,
                "reached": kind.reached / kind.n if kind.n else None,
                "days": DASH if pd.isna(kind.days) else f"{kind.days:.0f} d",
                "spread": DASH
                if pd.isna(kind.spread)
                else f"{kind.spread:.0f} of {kind.cells:.0f}",
                "off": _one(kind.cells_off),
                "on": _one(kind.cells_on),
                "cells": [cells.get((kind.fault, gate["gate"])) for gate in gates],
            }
            for kind in summary.kinds.itertuples(index=False)
            if kind.n
        ],
        cover=summary.cover.to_dict("records"),
        frontier=frontier(summary.cover.to_dict("records")),
        left=[{"fault": kind, "why": summary.why(kind)} for kind in not_caught(summary.kinds)],
        every=[row._asdict() for row in summary.gates.itertuples(index=False)],
        design={
            "faults of each kind": plan.n,
            "worlds": plan.worlds,
            "size": plan.size,
            "days": plan.days,
            "dirt": f"{plan.dirt:g}",
            "seed": plan.seed,
        },
    )
    write_text(path, text)


def _one(value: float | None) -> str:
    return DASH if pd.isna(value) else f"{value:.1f}"


def _examples(plan: Plan, tables: Tables, out: Path) -> dict[str, Any]:
    """`fault|gate` -> the first fault of that kind that the gate caught, told whole."""
    instances = tables.instances.set_index(["fault", "number"])
    found: dict[str, Any] = {}
    for row in tables.caught.drop_duplicates(["fault", "gate"]).itertuples(index=False):
        one = instances.loc[(row.fault, row.number)]
        world = world_folder(plan, out, int(one["world"]))
        found[f"{row.fault}|{row.gate}"] = {
            "place": one["place"],
            "day": str(one["day"]),
            "file": one["file"],
            "line": None if pd.isna(one["line"]) else int(one["line"]),
            "before": one["before"] or {},
            "after": one["after"] or {},
            "caught_on": None if pd.isna(row.day) else str(row.day),
            "flagged": int(row.flagged),
            "flags": row.example or {},
            "replay": f"islands replay {options_of([('home', world.as_posix())])} {one['replay']}",
        }
    return found
