"""What a replay or a comparison found: data frames, one JSON form for both, and a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import Difference
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.compare.words import Words
from pipelines.replay.plan.disputes import Dispute
from pipelines.replay.plan.scenario import Scenario, save
from pipelines.replay.tell.form import as_json, fault_json
from pipelines.replay.tell.remedy import remedy_json
from pipelines.replay.tell.report import print_comparison, print_replay


@dataclass(frozen=True)
class Comparison:
    """What differs between two databases.

    Attributes:
        first, second: the reference, and the one that may differ.
        difference, words: what differs, and what things are called.
        joins: how far the islands are joined in the first, and in the second; where that is not the
            same, what only one of them shows is told as that, and not as wrong.
        doubtful: sentences on why the answer may not be relied on.
    """

    first: Path
    second: Path
    difference: Difference
    words: Words
    joins: tuple[str, str]
    seconds: float
    doubtful: Sequence[str] = ()

    def json(self) -> dict[str, Any]:
        """All of it, as plain values."""
        told = as_json(self.difference, "diff", self.seconds)
        return told | {"doubtful": list(self.doubtful)}

    def print(self, console: Console | None = None) -> None:
        """The report, in the terminal."""
        print_comparison(self.difference, self.words, self.joins, self.doubtful, console)


@dataclass(frozen=True, kw_only=True)
class Replay(Outcome):
    """One or several faults, followed, and all that is told of it.

    Attributes:
        edits, faulty, remaining, words, evidence, passage: see `Outcome`.
        scenario: the replay as it can be saved, with everything drawn written out.
        seconds: how long it took, building included.
        dispute: what was filed on a public page, if anything was.
        gained: figures of `pipelines.replay.compare.gain`, if they were asked for.
    """

    scenario: Scenario
    mode: str
    seconds: float
    dispute: Dispute | None = None
    gained: Mapping[str, Any] | None = None

    def json(self) -> dict[str, Any]:
        """All of it, as plain values."""
        told = [fault_json(edit) for edit in self.edits]
        latency = metrics.latency(self.faulty.lists, self.fault_day)
        fault = told[0] | {"latency_days": latency, "further": told[1:]} | self.passage.json()
        remedy = remedy_json(self, self.dispute)
        return as_json(
            self.faulty,
            self.mode,
            self.seconds,
            fault,
            self.remaining,
            remedy,
            self.gained,
            self.exposure,
        )

    def frames(self) -> dict[str, pd.DataFrame]:
        """The results as data frames.

        `lists`, `measures`, `scores` and `points` are the runs of wrong days; `cells` the differing
        cells with their dwell; `ways` the paths behind them; after a correction also `residue`
        (the curve), `left_lists`, `left_measures` and `left_scores` with their causes;
        and if they were asked for `paths`, the lines each cell rests on.
        """
        frames = {
            "lists": self.faulty.lists,
            "cells": metrics.cells(self.faulty.lists, self.faulty.horizon),
            "ways": self.faulty.ways,
            "measures": self.faulty.measures,
            "scores": self.faulty.scores,
            "points": self.faulty.points,
        }
        if self.remaining is not None:
            frames["residue"] = self.remaining.residue.curve
            for name in ("lists", "measures", "scores"):
                frame = getattr(self.remaining, name)
                days = {
                    "from_day": frame["a"].map(metrics.day_of),
                    "to_day": frame["b"].map(metrics.day_of),
                }
                frames[f"left_{name}"] = frame.assign(**days).drop(columns=["a", "b"])
        if self.evidence is not None:
            frames["paths"] = self.evidence.rests
        return frames

    def save(self, path: Path) -> None:
        """Write the replay as a scenario file."""
        save(self.scenario, path)

    def print(self, console: Console | None = None) -> None:
        """The report, in the terminal."""
        print_replay(self, self.gained, console)
