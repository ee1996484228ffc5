"""The figures of a replay, each defined once.

Reference is the clean run. All functions are pure: frames of runs of wrong days in (see
`pipelines.replay.diff`), figures out. A run is half-open, `[from_day, to_day)`, in whole days.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from pipelines.replay.diff import CELL, KINDS, Difference

AFTER = (0, 1, 7, 30, 90, 365)  # days after the correction at which residue is told
NOTHING = {
    **dict.fromkeys(KINDS, 0),
    "first_day": None,
    "last_day": None,
    "subject_days": 0,
    "entry_days": 0,
}
RESIDUE_DAY = 30  # the day after the correction by which residue is counted and explained


def numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its days as whole numbers since 1970-01-01, in columns `a` (first) and `b`."""
    days = {
        name: pd.to_datetime(frame[column]).to_numpy().astype("datetime64[D]").astype(np.int64)
        for name, column in (("a", "from_day"), ("b", "to_day"))
    }
    return frame.assign(**days)


def day_number(day: date) -> int:
    """Whole days since 1970-01-01."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def day_of(number: float | int | None) -> date | None:
    """The day of a number of `day_number`."""
    return None if number is None else date.fromordinal(date(1970, 1, 1).toordinal() + int(number))


def covered(frame: pd.DataFrame, by: Collection[str]) -> pd.Series:
    """Days covered at least once by the runs of each key, a series indexed by key."""
    by = list(by)
    runs = numbered(frame)[[*by, "a", "b"]].sort_values([*by, "a", "b"], kind="stable")
    seen = runs.groupby(by, sort=False)["b"].cummax().groupby([runs[c] for c in by], sort=False)
    before = seen.shift().fillna(runs["a"]).astype(np.int64)
    days = (runs["b"] - np.maximum(runs["a"], before)).clip(lower=0)
    return days.groupby([runs[c] for c in by], sort=True).sum()


def cells(frame: pd.DataFrame, horizon: date, by: Collection[str] = CELL) -> pd.DataFrame:
    """Each differing cell: first_day, last_day (inclusive), days (dwell), cut (at the horizon)."""
    by = list(by)
    runs = numbered(frame)
    grouped = runs.groupby(by, sort=True)
    out = pd.DataFrame({"first": grouped["a"].min(), "end": grouped["b"].max()})
    out["days"] = covered(frame, by) if len(frame) else pd.Series(dtype=np.int64)
    out["cut"] = out["end"] >= day_number(horizon)
    out["first_day"] = out["first"].map(day_of)
    out["last_day"] = (out["end"] - 1).map(day_of)
    return out.reset_index()[[*by, "first_day", "last_day", "days", "cut"]]


def by_list(diff: Difference) -> list[dict[str, Any]]:
    """One row a (holder, list) that differs: distinct subjects by kind, days, first and last.

    Within one (holder, list) a subject is one cell, so subject-days and entry-days are the same
    number here; in the totals they are not. `of_entry_days` is the denominator: all days of all
    cells of that holder and list in the clean run.
    """
    whole = {
        (r.holder, r.list): int(r.entry_days)
        for r in diff.whole.itertuples()
        if isinstance(r.holder, str)
    }
    rows = []
    for (holder, name), runs in diff.lists.groupby(["holder", "list"], sort=True):
        days = int(covered(runs, CELL).sum())
        rows.append(
            {
                "holder": holder,
                "list": name,
                **_subjects_by_kind(runs),
                **_first_and_last(runs, diff.horizon),
                "subject_days": days,
                "entry_days": days,
                "of_entry_days": whole.get((holder, name), 0),
                "residue": None,
                "residue_by_cause": None,
            }
        )
    return rows


def by_measure(diff: Difference) -> list[dict[str, Any]]:
    """One row an (agency, measure) that differs, as `by_list`; linked subjects are told apart."""
    rows = []
    tied = diff.tied.assign(steps=[_steps(path) for path in diff.tied["link_path"]])
    linked = tied[tied["link_path"] != ""]
    for (agency, measure), runs in diff.measures.groupby(["agency", "measure"], sort=True):
        here = linked[(linked["agency"] == agency) & (linked["measure"] == measure)]
        rows.append(
            {
                "agency": agency,
                "measure": measure,
                **_subjects_by_kind(runs),
                "linked": int(here["subject_id"].nunique()),
                "link_paths": sorted(here["steps"].unique()),
                **_first_and_last(runs, diff.horizon),
                "subject_days": int(covered(runs, ("subject_id",)).sum()),
                "residue": None,
                "residue_by_cause": None,
            }
        )
    return rows


def _steps(link_path: str) -> str:
    """The kinds of link along a path, without the subjects between them."""
    return " ".join(part for part in link_path.split() if ":" in part)


def by_keeper(diff: Difference) -> list[dict[str, Any]]:
    """One row a keeper: subjects with other points, with another grade, and the largest shifts."""
    rows = []
    for keeper, runs in diff.scores.groupby("keeper", sort=True):
        shifts = _shifts(runs)
        grades = runs[shifts["first_grade"].to_numpy() != shifts["second_grade"].to_numpy()]
        points = diff.points[diff.points["keeper"] == keeper]
        rows.append(
            {
                "keeper": keeper,
                "subjects": int(runs["subject_id"].nunique()),
                "other_grade": int(grades["subject_id"].nunique()),
                "lowest_shift": _whole(shifts["shift"].min()),
                "highest_shift": _whole(shifts["shift"].max()),
                "points_gone": int((points["side"] == 1).sum()),
                "points_new": int((points["side"] == 2).sum()),
                **_first_and_last(runs, diff.horizon),
                "subject_days": int(covered(runs, ("subject_id",)).sum()),
                "residue": None,
                "residue_by_cause": None,
            }
        )
    return rows


def totals(diff: Difference) -> dict[str, Any]:
    """The whole reach in figures.

    Breadth is distinct (holder, list) pairs and distinct subjects: `subjects_named` differ in a
    list or in a measure against themselves, `subjects_linked` only in measures that came to them
    through a link, `subjects_derived` only in a score. `pairs_disseminated` counts the pairs whose
    holder does not own the list.
    """
    direct = diff.tied.loc[diff.tied["link_path"] == "", "subject_id"]
    named = set(diff.lists["subject_id"]) | (set(direct) & set(diff.measures["subject_id"]))
    linked = set(diff.measures["subject_id"]) - named
    derived = set(diff.scores["subject_id"]) - named - linked
    pairs = diff.lists[["holder", "list"]].drop_duplicates()
    abroad = [diff.owners.get(name) != holder for holder, name in pairs.itertuples(index=False)]
    all_together = diff.whole[diff.whole["holder"].isna()] if len(diff.whole) else diff.whole
    dwell = cells(diff.lists, diff.horizon)
    return {
        "pairs": len(pairs),
        "pairs_disseminated": sum(abroad),
        "holders": int(pairs["holder"].nunique()),
        "lists": int(pairs["list"].nunique()),
        "cells": len(dwell),
        "cells_cut": int(dwell["cut"].sum()),
        **_subjects_by_kind(diff.lists),
        "subjects": len(named | linked | derived),
        "subjects_named": len(named),
        "subjects_linked": len(linked),
        "subjects_derived": len(derived),
        "measures": len(diff.measures[["agency", "measure", "subject_id"]].drop_duplicates()),
        "scores": len(diff.scores[["keeper", "subject_id"]].drop_duplicates()),
        **_first_and_last(diff.lists, diff.horizon),
        "subject_days": int(covered(diff.lists, ("subject_id",)).sum()),
        "of_subject_days": int(all_together["subject_days"].sum()) if len(all_together) else 0,
        "entry_days": int(covered(diff.lists, CELL).sum()),
        "of_entry_days": int(all_together["entry_days"].sum()) if len(all_together) else 0,
    }


def latency(frame: pd.DataFrame, fault_day: date) -> int | None:
    """Days from the fault to the first day that differs; None if none does."""
    return int(numbered(frame)["a"].min()) - day_number(fault_day) if len(frame) else None


def _subjects_by_kind(runs: pd.DataFrame) -> dict[str, int]:
    return {kind: int(runs.loc[runs["kind"] == kind, "subject_id"].nunique()) for kind in KINDS}


def _first_and_last(runs: pd.DataFrame, horizon: date) -> dict[str, str | None]:
    """First and last differing day; a last day on the eve of the horizon is cut, not ended."""
    if not len(runs):
        return {"first_day": None, "last_day": None}
    days = numbered(runs)
    return {
        "first_day": day_of(days["a"].min()).isoformat(),
        "last_day": day_of(days["b"].max() - 1).isoformat(),
    }


def _shifts(runs: pd.DataFrame) -> pd.DataFrame:
    """Grade and points of both sides of each run, and the shift in points where both have them."""
    out = pd.DataFrame(index=runs.index)
    for side in ("first", "second"):
        parts = runs[f"{side}_shows"].astype("string").str.rpartition(" ")
        out[f"{side}_grade"] = parts[0].fillna("")
        out[f"{side}_points"] = pd.to_numeric(parts[2], errors="coerce")
    out["shift"] = out["second_points"] - out["first_points"]
    return out


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


@dataclass(frozen=True)
class Residue:
    """What of the reach is left after the correction.

    Attributes:
        correction_day: the day on which the correction is published.
        eve: cells that differ on the eve of it, irrevocable holders left out; the denominator of R.
        curve: R(u), the share of those that still differ u days after: a step function as a frame
            `days_after`, `still`, `share`; each row holds until the next one's day.
        half_life: the smallest u from which on R ≤ ½; None if there is none before the horizon
            (censored) or no cell differs on the eve.
        censored_at: days from the correction to the horizon, when observation ends.
        late: cells first wrong on or after the day of the correction.
        returned: cells wrong before, right on the eve, wrong again after.
        irrevocable: cells that differ on the eve at holders who cannot take back.
        irrevocable_still: how many of those still differ on the last day before the horizon.
    """

    correction_day: date
    eve: int
    curve: pd.DataFrame
    half_life: int | None
    censored_at: int
    late: int
    returned: int
    irrevocable: int
    irrevocable_still: int

    def share(self, days_after: int) -> float | None:
        """R(u); None if no cell differs on the eve or the horizon lies before that day."""
        if not self.eve or days_after >= self.censored_at:
            return None
        return float(self.curve.loc[self.curve["days_after"] <= days_after, "share"].iloc[-1])


def residue(
    corrected: pd.DataFrame,
    correction_day: date,
    horizon: date,
    irrevocable: Collection[tuple[str, str]] = (),
) -> Residue:
    """The residue among the runs in which the corrected state differs from the clean one.

    Args:
        corrected: runs of wrong days, clean against corrected. Up to the correction they are those
            of the faulty state too, since nobody foresees it.
        correction_day: the day on which the correction is published.
        horizon: the day at which everything is cut.
        irrevocable: (holder, list) pairs which nobody can take back.
    """
    c, end = day_number(correction_day), day_number(horizon)
    runs = numbered(corrected).assign(cell=_cell_names(corrected))
    fixed = {f"{holder}|{name}" for holder, name in irrevocable}
    apart = (corrected["holder"] + "|" + corrected["list"]).isin(fixed)
    on_eve = (runs["a"] < c) & (runs["b"] >= c)
    eve_cells = set(runs.loc[on_eve, "cell"])
    eve_apart = set(runs.loc[on_eve & apart, "cell"])
    eve_free = eve_cells - eve_apart
    first = runs.groupby("cell")["a"].min()
    last = runs.groupby("cell")["b"].max()
    earlier = set(first.index[first < c])
    wrong_after = set(last.index[last > c])
    # A cell may have several runs at once only one after another: kinds do not overlap.
    free = runs[runs["cell"].isin(eve_free) & (runs["b"] > c)]
    starts, ends = free["a"].clip(lower=c).to_numpy() - c, free["b"].clip(upper=end).to_numpy() - c
    turns = sorted({0, *starts.tolist(), *[u for u in ends.tolist() if u < end - c]})
    still = [int(((starts <= u) & (u < ends)).sum()) for u in turns]
    curve = pd.DataFrame(
        {
            "days_after": turns,
            "still": still,
            "share": [s / len(eve_free) if eve_free else np.nan for s in still],
        }
    )
    curve = curve[curve["still"] != curve["still"].shift()].reset_index(drop=True)
    return Residue(
        correction_day=correction_day,
        eve=len(eve_free),
        curve=curve,
        half_life=_half_life(curve) if eve_free else None,
        censored_at=end - c,
        late=len(set(first.index[first >= c])),
        returned=len((earlier - eve_cells) & wrong_after),
        irrevocable=len(eve_apart),
        irrevocable_still=len(
            eve_apart & set(runs.loc[(runs["a"] < end) & (runs["b"] >= end), "cell"])
        ),
    )


def _half_life(curve: pd.DataFrame) -> int | None:
    above = curve.index[curve["share"] > 0.5]
    at = 0 if not len(above) else above[-1] + 1
    return int(curve["days_after"].iloc[at]) if at < len(curve) else None


def _cell_names(runs: pd.DataFrame) -> pd.Series:
    return runs["holder"] + "|" + runs["list"] + "|" + runs["subject_id"]


def kaplan_meier(days: Collection[int], censored: Collection[bool]) -> pd.DataFrame:
    """The pooled share of cells still wrong u days after their correction.

    Args:
        days: for each cell the days from the correction until it was right for good, or until
            observation ended.
        censored: whether observation ended first.

    Returns:
        A frame `days_after`, `at_risk`, `righted`, `share`; the first row is day 0 with share 1.
        The last share is the plateau.
    """
    frame = pd.DataFrame(
        {"u": list(days), "event": pd.Series([not c for c in censored], dtype=bool)}
    )
    rows, share = [{"days_after": 0, "at_risk": len(frame), "righted": 0, "share": 1.0}], 1.0
    for u, group in frame[frame["event"]].groupby("u", sort=True):
        at_risk = int((frame["u"] >= u).sum())
        share *= 1 - len(group) / at_risk
        rows.append(
            {"days_after": int(u), "at_risk": at_risk, "righted": len(group), "share": share}
        )
    return pd.DataFrame(rows)


def survival(
    corrected: pd.DataFrame, correction_day: date, horizon: date
) -> tuple[list[int], list[bool]]:
    """Of each cell wrong on the eve: days until it is right for good, and whether that was cut."""
    c, end = day_number(correction_day), day_number(horizon)
    runs = numbered(corrected).assign(cell=_cell_names(corrected))
    eve = set(runs.loc[(runs["a"] < c) & (runs["b"] >= c), "cell"])
    last = runs[runs["cell"].isin(eve)].groupby("cell")["b"].max().sort_index()
    return [int(min(b, end) - c) for b in last], [bool(b >= end) for b in last]


def residue_rows(
    rows: list[dict[str, Any]],
    key: tuple[str, ...],
    left: Mapping[tuple[str, ...], Mapping[str, int]],
) -> list[dict[str, Any]]:
    """Rows of `by_list`, `by_measure` or `by_keeper` with their residue and its causes written in.

    Args:
        rows: as those functions give them.
        key: the columns that name a row.
        left: the row's name -> cause -> cells still wrong.
    """
    out = []
    for row in rows:
        causes = dict(sorted(left.get(tuple(row[k] for k in key), {}).items()))
        out.append(row | {"residue": sum(causes.values()), "residue_by_cause": causes})
    # What a correction spoils where the fault itself had spoilt nothing.
    known = {tuple(row[k] for k in key) for row in rows}
    for name in sorted(set(left) - known):
        causes = dict(sorted(left[name].items()))
        blank = dict(zip(key, name, strict=True)) | NOTHING
        out.append(blank | {"residue": sum(causes.values()), "residue_by_cause": causes})
    return out
