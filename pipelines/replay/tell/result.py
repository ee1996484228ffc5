"""What a replay or a comparison found: data frames, one JSON form for both, words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.replay.compare import causes, metrics
from pipelines.replay.compare.diff import CELL, Difference
from pipelines.replay.compare.evidence import Evidence
from pipelines.replay.compare.metrics import AFTER, RESIDUE_DAY, day_number
from pipelines.replay.compare.passage import Passage
from pipelines.replay.compare.residue import SINCE, Residue
from pipelines.replay.plan.edits import Edit, RowEdit
from pipelines.replay.plan.faults import SAMPLING
from pipelines.replay.plan.scenario import Scenario, save
from sources.faults import Row

MOST_NAMES = 2000  # subjects of whom names are fetched, for reports


@dataclass(frozen=True)
class Words:
    """What to call things in a report.

    Attributes:
        subjects: subject_id -> name and kind, as the registers have them.
        measures: measure -> English title.
    """

    subjects: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)

    def name(self, subject_id: str) -> str:
        """A subject's name, or the start of its id if no register gives one."""
        name, _ = self.subjects.get(subject_id, (None, ""))
        return name or f"subject {subject_id[:8]}"

    def subject(self, subject_id: str) -> str:
        """A subject's name with its kind in English."""
        _, kind = self.subjects.get(subject_id, (None, ""))
        return f"{self.name(subject_id)} ({kind.replace('_', ' ') or 'not registered'})"


def words(db: Databases, names: Sequence[str], subjects: Sequence[str]) -> Words:
    """Fetch the words for a report.

    Args:
        db: open databases.
        names: those to look in, the first that knows a subject decides.
        subjects: subject_ids; of very many, only the first are named.
    """
    db.put("meant", pd.DataFrame({"subject_id": sorted(set(subjects))[:MOST_NAMES]}))
    found: dict[str, tuple[str, str]] = {}
    for name in names:
        for subject_id, called, kind in db.rows(
            "SELECT m.subject_id, max_by(n.name, n.from_day), max_by(n.subject_kind, n.from_day) "
            f"FROM given.meant AS m INNER JOIN {name}.resolve.names AS n "
            "ON n.subject_id = m.subject_id GROUP BY m.subject_id"
        ):
            found.setdefault(subject_id, (called, kind or ""))
    first = names[0]
    return Words(
        found,
        dict(db.rows(f"SELECT measure, title_en FROM {first}.codes.measures")),
    )


def as_json(
    difference: Difference,
    mode: str,
    seconds: float,
    fault: Mapping[str, Any] | None = None,
    left: Left | None = None,
    gained: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The one form in which replays and comparisons are told to machines.

    `lists`, `measures`, `scores` and `totals` come from the difference alone, so that they are the
    same however it was arrived at. What only a replay knows (`fault`, `residue`, `gain`, and the
    residue in each row) is null where it is not known.
    """
    rows = tables(difference, left)
    totals = metrics.totals(difference)
    if left is not None:
        totals["until"] = max((row["until"] for row in rows["lists"] if row["until"]), default=None)
    return {
        "synthetic": True,
        "fault": None if fault is None else dict(fault),
        **{name: [snake(row, "residue_by_cause") for row in some] for name, some in rows.items()},
        "totals": totals,
        "residue": None if left is None else _residue(left),
        "gain": None if gained is None else dict(gained),
        "doubtful": [],
        "mode": mode,
        "seconds": round(seconds, 3),
    }


def tables(difference: Difference, left: Left | None) -> dict[str, list[dict[str, Any]]]:
    """Rows of lists, measures and scores that differ, with what a correction makes of them."""
    found = {
        "lists": (metrics.by_list, ("holder", "list"), metrics.LIST_ROW),
        "measures": (metrics.by_measure, ("agency", "measure"), metrics.MEASURE_ROW),
        "scores": (metrics.by_keeper, ("keeper",), metrics.SCORE_ROW),
    }
    out = {}
    for name, (rows_of, key, nothing) in found.items():
        rows = rows_of(difference)
        if left is not None:
            day = day_number(left.residue.correction_day) + RESIDUE_DAY
            by_cause = causes.on_day(getattr(left, name), key, day)
            corrected = getattr(left.difference, name)
            rows = metrics.corrected_rows(rows, key, nothing, corrected, by_cause)
        out[name] = rows
    return out


def _residue(left: Left) -> dict[str, Any]:
    """The figures of what is left, made for machines: shares as rows, causes as keys in snake_case."""
    told = left.json()
    shares = [{"days_after": int(u), "share": s} for u, s in told["share_after_days"].items()]
    return snake(told, "by_cause", "entry_days_by_cause") | {"share_after_days": shares}


def snake(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The row with the causes that some of its values are keyed by written in snake_case."""
    return dict(row) | {
        name: {cause.replace(" ", "_"): n for cause, n in row[name].items()} for name in names
    }


@dataclass(frozen=True)
class Left:
    """What is left after the correction, and why.

    Attributes:
        residue: R(u) and what goes with it, over list cells.
        difference: clean against corrected.
        lists, measures, scores: runs of wrong days after the correction, with their causes.
        irrevocable: (holder, list) pairs in which nothing can be taken back.
    """

    residue: Residue
    difference: Difference
    lists: pd.DataFrame
    measures: pd.DataFrame
    scores: pd.DataFrame
    irrevocable: frozenset[tuple[str, str]] = frozenset()

    def json(self) -> dict[str, Any]:
        """The figures."""
        r = self.residue
        day = day_number(r.correction_day) + RESIDUE_DAY
        on_day = self.lists[(self.lists["a"] <= day) & (day < self.lists["b"])]
        by_cause = on_day.groupby("cause").size() if len(on_day) else pd.Series(dtype=int)
        shares = {str(u): _rounded(r.share(u)) for u in AFTER if u < r.censored_at}
        by_days = causes.days_by_cause(self.lists)
        since = on_day[list(CELL)].drop_duplicates().merge(r.cells, on=list(CELL))["since"]
        return {
            "correction_day": r.correction_day.isoformat(),
            "cells_on_the_eve": r.eve,
            "share_after_days": shares,
            "share_at_the_horizon": _rounded(r.share(r.censored_at - 1)),
            "half_life": r.half_life,
            "censored": bool(r.eve) and r.half_life is None,
            "censored_at": r.censored_at,
            "late_spread": r.late,
            "returned": r.returned,
            "irrevocable": r.irrevocable,
            "irrevocable_at_the_horizon": r.irrevocable_still,
            "counted_on_day": RESIDUE_DAY,
            "cells": len(on_day),
            "cells_by_since": {name: int((since == name).sum()) for name in SINCE},
            "by_cause": {cause: int(n) for cause, n in sorted(by_cause.items())},
            "entry_days": sum(by_days.values()),
            "entry_days_by_cause": by_days,
        }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


@dataclass(frozen=True)
class Comparison:
    """What differs between two databases.

    Attributes:
        first, second: the reference, and the one that may differ.
        difference, words: what differs, and what things are called.
        seconds: how long it took.
        doubtful: sentences on why the answer may not be relied on.
    """

    first: Path
    second: Path
    difference: Difference
    words: Words
    seconds: float
    doubtful: Sequence[str] = ()

    def json(self) -> dict[str, Any]:
        """All of it, as plain values."""
        told = as_json(self.difference, "diff", self.seconds)
        return told | {"doubtful": list(self.doubtful)}

    def print(self) -> None:
        """The report, in the terminal."""
        from pipelines.replay.tell.report import print_comparison

        print_comparison(self)


@dataclass(frozen=True)
class Replay:
    """One or several faults, followed.

    Attributes:
        edits: what was edited, one a fault.
        faulty: the reach: clean against faulty.
        left: what is left after the correction; None if there was none.
        words: what things are called.
        scenario: the replay as it can be saved, with everything drawn written out.
        mode: `rebuild` or `replay`.
        seconds: how long it took, building included.
        gained: figures of `pipelines.replay.compare.gain`, if they were asked for.
        evidence: what each wrong cell rests on, down to file and line, if it was asked for.
        passage: how far it got, and which gates kept something back.
    """

    edits: tuple[Edit, ...]
    faulty: Difference
    left: Left | None
    words: Words
    scenario: Scenario
    mode: str
    seconds: float
    gained: Mapping[str, Any] | None = None
    evidence: Evidence | None = None
    passage: Passage = Passage()

    @property
    def fault_day(self) -> date:
        """The day on which the first fault is published."""
        return min(edit.struck.day for edit in self.edits)

    def json(self) -> dict[str, Any]:
        """All of it, as plain values."""
        told = [fault_json(edit) for edit in self.edits]
        latency = metrics.latency(self.faulty.lists, self.fault_day)
        fault = told[0] | {"latency_days": latency, "further": told[1:]} | self.passage.json()
        return as_json(self.faulty, self.mode, self.seconds, fault, self.left, self.gained)

    def frames(self) -> dict[str, pd.DataFrame]:
        """The results as data frames.

        `lists`, `measures`, `scores` and `points` are the runs of wrong days; `cells` the differing
        cells with their dwell; `ways` the paths behind them; after a correction also `residue`
        (the curve), `left_lists`, `left_measures` and `left_scores` with their causes;
        and if they were asked for `paths`, the lines each cell rests on.
        """
        found = {
            "lists": self.faulty.lists,
            "cells": metrics.cells(self.faulty.lists, self.faulty.horizon),
            "ways": self.faulty.ways,
            "measures": self.faulty.measures,
            "scores": self.faulty.scores,
            "points": self.faulty.points,
        }
        if self.left is not None:
            found["residue"] = self.left.residue.curve
            for name in ("lists", "measures", "scores"):
                frame = getattr(self.left, name)
                days = {
                    "from_day": frame["a"].map(metrics.day_of),
                    "to_day": frame["b"].map(metrics.day_of),
                }
                found[f"left_{name}"] = frame.assign(**days).drop(columns=["a", "b"])
        if self.evidence is not None:
            found["paths"] = self.evidence.rests
        return found

    def save(self, path: Path) -> None:
        """Write the replay as a scenario file."""
        save(self.scenario, path)

    def print(self) -> None:
        """The report, in the terminal."""
        from pipelines.replay.tell.report import print_replay

        print_replay(self)


def fault_json(edit: Edit) -> dict[str, Any]:
    """One fault: where it struck, the record before and after, and how it is put right."""
    struck = edit.struck
    first = next((e for e in edit.faulty if isinstance(e, RowEdit)), None)
    before, after = (first.before, first.after) if first else (None, None)
    return {
        "kind": struck.fault.kind,
        "title": struck.fault.title,
        "feed": struck.feed.name,
        "record_id": struck.record_id,
        "record": natural_key(edit),
        "delivery": struck.day.isoformat(),
        "file": edit.faulty[0].file,
        "line": first.line if first else None,
        "scope": struck.scope,
        "before": before,
        "after": after,
        "changed": changed(before, after),
        "deliveries_edited": len({e.file for e in edit.faulty}),
        "correct_after": struck.spec.correct_after,
        "correction_day": edit.correction_day.isoformat() if edit.correction_day else None,
        "correction_sent": edit.correction_sent.isoformat() if edit.correction_sent else None,
        "correction_why_not_sent": edit.why_not_sent,
        "correction": struck.fault.correction[struck.feed.mode] if edit.correction_sent else None,
        "seed": struck.spec.seed,
        "sampling": SAMPLING if struck.spec.record is None and struck.record_id else None,
        "passed_over": struck.spec.passed_over,
    }


def natural_key(edit: Edit) -> str | None:
    """The natural key of the record struck, its parts joined by `|`."""
    rows = [row for rows in edit.struck.clean.values() for row in rows]
    if not rows or not edit.struck.feed.natural_key:
        return None
    return "|".join(rows[0][name] or "" for name in edit.struck.feed.natural_key)


def changed(before: Row | None, after: Row | None) -> dict[str, list[str | None]]:
    """Column -> [before, after] for the columns that differ; empty if a row came or went."""
    if before is None or after is None:
        return {}
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def shortest_ways(*differences: Difference) -> dict[tuple[str, str, str], str]:
    """Cell -> the shortest path by which it was learned on the side that shows it, first come first."""
    found: dict[tuple[str, str, str], str] = {}
    for difference in differences:
        kinds = difference.lists.groupby(list(CELL), sort=False)["kind"].first()
        for row in difference.ways.itertuples():
            cell = (row.holder, row.list, row.subject_id)
            side = 1 if kinds.get(cell) == "wrongly_missing" else 2
            if row.side == side:
                found.setdefault(cell, row.path)
    return found
