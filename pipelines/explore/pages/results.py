"""Experiments and matrices found in the home, with links to replays of their faults."""

import json
from typing import Any

from pipelines.explore.asked import Asked, RequestError
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page
from pipelines.explore.results import (
    Result,
    frame,
    pairs_of_command,
    replayed,
    result,
    results,
    rows,
)

MOST = 25  # faults named on a page

EXPERIMENT = "islands experiment --faults valid_code_of_another --n 20 --out {}/experiment"
MATRIX = "islands matrix --n 5 --home {}"


def every(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """What there is, of both sorts or of one, and how to make it."""
    home = laboratory.home.path
    sorts = {
        "matrix": ("Which gate catches which fault", MATRIX),
        "experiment": ("Experiments", EXPERIMENT),
    }
    if (sort := {"/matrix": "matrix", "/experiments": "experiment"}.get(asked.address)) is not None:
        sorts = {sort: sorts[sort]}
    return {
        "title": "Results",
        "sorts": [
            {
                "what": what,
                "title": title,
                "results": [
                    {"folder": one.name, "made_by": one.manifest.get("command")}
                    for one in results(laboratory, what)
                ],
                "command": command.format(home),
            }
            for what, (title, command) in sorts.items()
        ],
    }


def experiment(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """One experiment: what was found, arm by arm, and the faults that went furthest."""
    from pipelines.experiment import report
    from pipelines.experiment.summary import summarise

    one = result(laboratory, "experiment", asked.places["folder"])
    key = ("experiment", one.name, str((one.path / "replays.parquet").stat().st_mtime_ns))
    summary = laboratory.kept(key, lambda: summarise(one.path))
    faults = frame(one, "replays").sort_values(
        ["entry_days", "arm", "fault"], ascending=[False, True, True]
    )
    return {
        "title": f"Experiment: {one.name}",
        "folder": one.name,
        "headline": report.headline(summary),
        "headings": dict(report.HEADINGS),
        "arms": report.rows(summary),
        "changes": report.changes(summary),
        "page": str(one.path / "experiment.html") if (one.path / "experiment.html").exists() else None,
        "faults": [
            _fault(laboratory, one, row)
            for row in rows(faults[faults["outcome"] == "followed"].head(MOST))
        ],
    }  # fmt: skip


def _fault(laboratory: Laboratory, one: Result, row: dict[str, Any]) -> dict[str, Any]:
    """A fault of an experiment, with the way to follow one like it."""
    kept = ("arm", "fault", "world", "kind", "place", "holders", "lists", "subjects", "entry_days")
    pairs = [("fault", row["kind"])]
    if row["feed"] and row["record_id"]:
        pairs += [("feed", row["feed"]), ("record", row["record_id"])]
    elif row["feed"]:
        pairs += [("feed", row["feed"])]
    if row["delivery"]:
        pairs.append(("day", row["delivery"][:10]))
    if row["correct_after"]:
        pairs.append(("correct_after", str(int(row["correct_after"]))))
    return {k: row[k] for k in kept} | replayed(laboratory, one, int(row["world"]), pairs)


def matrix(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """One matrix: faults against gates; of a fault and a gate the faults that were, or were not, caught."""
    one = result(laboratory, "matrix", asked.places["folder"])
    kinds = [row for row in rows(frame(one, "faults")) if row["n"]]
    gates = [row for row in rows(frame(one, "gates")) if row["caught"]]
    cells = {(row["fault"], row["gate"]): row for row in rows(frame(one, "cells"))}
    fault = asked.one_of("fault", [row["fault"] for row in kinds])
    gate = asked.one_of("gate", [row["gate"] for row in gates])
    if gate is not None and fault is None:
        raise RequestError("Name the `fault` that the `gate` is to have caught.")
    return {
        "title": f"Matrix: {one.name}",
        "folder": one.name,
        "made_by": one.manifest.get("command"),
        "gates": [row["gate"] for row in gates],
        "faults": [
            {key: row[key] for key in ("fault", "title", "n", "caught", "share", "reached")}
            | {
                "cells": [
                    (cells.get((row["fault"], g["gate"])) or {}).get("share") or 0 for g in gates
                ]
            }
            for row in kinds
        ],
        "cover": rows(frame(one, "cover")),
        "fault": fault,
        "gate": gate,
        "examples": _examples(laboratory, one, fault, gate) if fault else [],
    }


def _examples(
    laboratory: Laboratory, one: Result, fault: str, gate: str | None
) -> list[dict[str, Any]]:
    """Faults of a kind: what was changed, by which gates it was caught and when, and how to follow it."""
    caught: dict[int, list[dict[str, Any]]] = {}
    for row in rows(frame(one, "caught")):
        if row["fault"] == fault:
            caught.setdefault(row["number"], []).append(
                {"gate": row["gate"], "day": (row["day"] or "")[:10] or None}
            )
    found = []
    for row in rows(frame(one, "instances")):
        by = caught.get(row["number"], [])
        if row["fault"] != fault or (gate and gate not in {g["gate"] for g in by}):
            continue
        before, after = (json.loads(row[side] or "{}") for side in ("before", "after"))
        found.append(
            {
                "place": row["place"],
                "day": (row["day"] or "")[:10] or None,
                "file": row["file"],
                "line": None if row["line"] is None else int(row["line"]),
                "changed": {
                    c: [before.get(c), after.get(c)]
                    for c in {**before, **after}
                    if before.get(c) != after.get(c)
                },
                "caught": by,
                "cells": row["cells"],
                **replayed(
                    laboratory, one, int(row["world"]), pairs_of_command(row["replay"] or "")
                ),
            }
        )
    return found[:MOST]


PAGES = (
    Page("/results", "results.html", every, menu=("Results", "结果"), place=41),
    Page("/matrix", "results.html", every),
    Page("/matrix/{folder:path}", "matrix.html", matrix, takes=("fault", "gate")),
    Page("/experiments", "results.html", every),
    Page("/experiments/{folder:path}", "experiment.html", experiment),
)
