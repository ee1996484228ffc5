"""What is left of the reach after the correction, and why, for one replay or for many at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.replay.compare import causes, lineages, residue
from pipelines.replay.compare.at_source import wrong_at_source
from pipelines.replay.compare.diff import CELL, MEASURE, SCORE, Difference
from pipelines.replay.compare.metrics import AFTER, RESIDUE_DAY, day_number, numbered
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
    since = {universe: day_number(day) for universe, day in days.items()}
    wrong = {
        name: _not_over({u: getattr(found, name) for u, found in differences.items()}, since)
        for name in _KEYS
    }
    source = wrong_at_source(db, edits, horizon)
    read = lineages.load(db, *wrong.values(), horizon, source)
    runs = {name: _by_universe(frame, _KEYS[name]) for name, frame in wrong.items()}
    caused: dict[str, dict[int, Sequence[tuple[Any, ...]]]] = {name: {} for name in _KEYS}
    for u, (lineage, because) in read.items():
        lists = causes.of_lists(runs["lists"][u], lineage, since[u])
        caused["lists"][u] = lists
        caused["measures"][u] = causes.of_measures(runs["measures"][u], because, lineage, since[u])
        caused["scores"][u] = causes.of_scores(runs["scores"][u], lists, lineage, since[u])
    told = [_frames(rows, causes.COLUMNS[name]) for name, rows in caused.items()]
    left = residue.residues({u: d.lists for u, d in differences.items()}, days, horizon, fixed)
    return {
        universe: Remaining(left[universe], found, *(by[universe] for by in told), frozenset(fixed))
        for universe, found in differences.items()
    }


_KEYS = {"lists": CELL, "measures": MEASURE, "scores": SCORE}


def _not_over(runs: Mapping[int, pd.DataFrame], since: Mapping[int, int]) -> pd.DataFrame:
    """The runs of all universes that are not over by the day of its correction, days as numbers."""
    frame = numbered(Databases.together(runs))
    return frame[frame["b"] > frame["universe"].map(since)]


def _by_universe(runs: pd.DataFrame, key: Sequence[str]) -> Mapping[int, list[tuple[Any, ...]]]:
    """Universe -> its runs: their key and their days, as numbers."""
    found = defaultdict(list)
    for universe, *run in runs[["universe", *key, "a", "b"]].itertuples(index=False, name=None):
        found[universe].append((*run,))
    return found


def _frames(
    rows: Mapping[int, Sequence[tuple[Any, ...]]], columns: Sequence[str]
) -> dict[int, pd.DataFrame]:
    """Universe -> its rows as a frame."""
    none = pd.DataFrame(columns=list(columns))
    together = [(universe, *row) for universe, mine in rows.items() for row in mine]
    some = Databases.split(pd.DataFrame(together, columns=["universe", *columns]))
    return {universe: some.get(universe, none) for universe in rows}
