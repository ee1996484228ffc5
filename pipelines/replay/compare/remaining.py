"""What is left of the reach after the correction, and why, for one replay or for many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.replay.compare import causes, lineages, metrics, residue
from pipelines.replay.compare.at_source import wrong_at_source
from pipelines.replay.compare.diff import CELL, Difference
from pipelines.replay.compare.metrics import AFTER, RESIDUE_DAY, day_number
from pipelines.replay.compare.residue import SINCE, Residue
from pipelines.replay.compare.sides import BEFORE
from pipelines.replay.plan.case import put_right_on
from pipelines.replay.plan.edits import Edit


@dataclass(frozen=True)
class Remaining:
    """What is left after the correction, and why."""

    residue: Residue  # R(u) and what goes with it, over list cells
    difference: Difference  # clean against corrected
    # `lists`, `measures`, `scores`: runs of wrong days after the correction, with their causes.
    lists: pd.DataFrame
    measures: pd.DataFrame
    scores: pd.DataFrame
    # (holder, list) pairs in which nothing can be taken back.
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


def irrevocable(db: Databases) -> set[tuple[str, str]]:
    """(holder, list) pairs in which nothing can be taken back, whichever way it came."""
    return set(
        db.rows(
            f"SELECT holder, list FROM {BEFORE}.exchange.paths WHERE distance > 0 "
            "GROUP BY holder, list HAVING NOT bool_or(taken_back)"
        )
    )


def remaining_after(
    db: Databases,
    differences: Mapping[int, Difference],
    edits: Mapping[int, Sequence[Edit]],
) -> dict[int, Remaining]:
    """Tell the residue of corrected states.

    Args:
        differences: universe -> clean against corrected.
        edits: universe -> the edits made in it; each of which something is done about gets an answer.
    """
    days = {universe: day for universe, made in edits.items() if (day := put_right_on(made))}
    if not days:
        return {}
    edits = {universe: edits[universe] for universe in days}
    differences = {universe: differences[universe] for universe in days}
    fixed = irrevocable(db)
    horizon = next(iter(differences.values())).horizon
    after = {
        universe: [
            _since(frame, days[universe])
            for frame in (difference.lists, difference.measures, difference.scores)
        ]
        for universe, difference in differences.items()
    }
    source = wrong_at_source(db, edits, horizon)
    read = lineages.load(db, *(_together(after, n) for n in range(3)), horizon, source)
    by_universe = {}
    for universe, difference in differences.items():
        wrong, measures, scores = after[universe]
        lineage, because = read[universe]
        since = metrics.day_number(days[universe])
        lists = causes.of_lists(wrong, lineage, since)
        by_universe[universe] = Remaining(
            residue=residue.residue(difference.lists, days[universe], horizon, fixed),
            difference=difference,
            lists=lists,
            measures=causes.of_measures(measures, because, lineage, since),
            scores=causes.of_scores(scores, lists, lineage, since),
            irrevocable=frozenset(fixed),
        )
    return by_universe


def _since(runs: pd.DataFrame, day: date) -> pd.DataFrame:
    """The runs that are not over by a day."""
    # Most of a thousand replays differ in nothing, and a filter costs as much on no rows as on many.
    return runs[pd.to_datetime(runs["to_day"]) > pd.Timestamp(day)] if len(runs) else runs


def _together(after: Mapping[int, Sequence[pd.DataFrame]], which: int) -> pd.DataFrame:
    """The frames of all universes as one."""
    parts = [frames[which].assign(universe=universe) for universe, frames in after.items()]
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
