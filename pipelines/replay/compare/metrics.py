"""The figures of a replay, each defined once.

Reference is the clean run. All functions are pure: frames of runs of wrong days in (see
`pipelines.replay.compare.diff`), figures out. A run is half-open, `[from_day, to_day)`, in whole days.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from pipelines.replay.compare.diff import CELL, KINDS, MEASURE, SCORE, Difference

AFTER = (0, 1, 7, 30, 90, 365)  # days after the correction at which residue is told
_BEYOND = 1 << 32  # more days than there are
_DAYS = {"first_day": None, "last_day": None, "uncorrected_until": None, "until": None}
_KINDS = dict.fromkeys(KINDS, 0)
_LEFT = {"residue": None, "residue_by_cause": {}}
_COUNTED = {"subject_days": 0, "entry_days": 0, "of_entry_days": 0}

# What each row says of a holder and list, an agency and measure, a keeper, that nothing befell.
LIST_ROW: Mapping[str, Any] = {**_KINDS, **_DAYS, **_COUNTED, **_LEFT}
MEASURE_ROW: Mapping[str, Any] = {
    **_KINDS, "linked": 0, "link_paths": [], **_DAYS, "subject_days": 0, **_LEFT,
}  # fmt: skip
SCORE_ROW: Mapping[str, Any] = {
    "subjects": 0, "other_grade": 0, "lowest_shift": None, "highest_shift": None, "points_gone": 0,
    "points_new": 0, **_DAYS, "subject_days": 0, **_LEFT,
}  # fmt: skip
RESIDUE_DAY = 30  # the day after the correction by which residue is counted and explained


def numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its days as whole numbers since 1970-01-01, in columns `a` (first) and `b`."""
    return frame.assign(a=numbers(frame["from_day"]), b=numbers(frame["to_day"]))


def numbers(days: pd.Series) -> np.ndarray:
    """Days as whole numbers since 1970-01-01."""
    return pd.to_datetime(days).to_numpy().astype("datetime64[D]").astype(np.int64)


def day_number(day: date) -> int:
    """Whole days since 1970-01-01."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def day_of(number: float | int | None) -> date | None:
    """The day of a number of `day_number`."""
    return None if number is None else date.fromordinal(date(1970, 1, 1).toordinal() + int(number))


def covered(frame: pd.DataFrame, by: Collection[str]) -> pd.Series:
    """Days covered at least once by the runs of each key, a series indexed by key."""
    keys = frame.groupby(list(by), sort=True)
    key, a, b = keys.ngroup().to_numpy(), numbers(frame["from_day"]), numbers(frame["to_day"])
    order = np.lexsort((b, a, key))
    key, a, b = key[order], a[order], b[order]
    # How far the runs of a key reach so far; the days of each key are moved beyond those of the one before.
    reach = np.maximum.accumulate(b + key * _BEYOND) - key * _BEYOND
    before = np.where(np.diff(key, prepend=-1) > 0, a, np.roll(reach, 1))
    days = np.clip(b - np.maximum(a, before), 0, None)
    whole = keys.size()
    return pd.Series(np.bincount(key, days, len(whole)).astype(np.int64), whole.index)


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
    key = ("holder", "list")
    whole = {
        (r.holder, r.list): int(r.entry_days)
        for r in diff.whole.itertuples()
        if isinstance(r.holder, str)
    }
    kinds, first_and_last = _kinds_of(diff.lists, key), _first_and_last_of(diff.lists, key)
    days = _subject_days_of(diff.lists, key)
    return [
        {
            **dict(zip(key, name, strict=True)),
            **kinds[name],
            **first_and_last[name],
            "subject_days": days[name],
            "entry_days": days[name],
            "of_entry_days": whole.get(name, 0),
            **_LEFT,
        }
        for name in first_and_last
    ]


def by_measure(diff: Difference) -> list[dict[str, Any]]:
    """One row an (agency, measure) that differs, as `by_list`; linked subjects are told apart."""
    key = ("agency", "measure")
    kinds, first_and_last = _kinds_of(diff.measures, key), _first_and_last_of(diff.measures, key)
    days = _subject_days_of(diff.measures, key)
    linked: dict[tuple[str, ...], set[str]] = {}
    paths: dict[tuple[str, ...], set[str]] = {}
    for *name, subject, path in _rows(diff.tied, (*key, "subject_id", "link_path")):
        if path != "":
            linked.setdefault(tuple(name), set()).add(subject)
            paths.setdefault(tuple(name), set()).add(_steps(path))
    return [
        {
            **dict(zip(key, name, strict=True)),
            **kinds[name],
            "linked": len(linked.get(name, ())),
            "link_paths": [path.split() for path in sorted(paths.get(name, ()))],
            **first_and_last[name],
            "subject_days": days[name],
            **_LEFT,
        }
        for name in first_and_last
    ]


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
                **_first_and_last(runs),
                "subject_days": int(covered(runs, ("subject_id",)).sum()),
                **_LEFT,
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
    cut = diff.lists[numbers(diff.lists["to_day"]) >= day_number(diff.horizon)]
    return {
        "pairs": len(pairs),
        "pairs_disseminated": sum(abroad),
        "holders": int(pairs["holder"].nunique()),
        "lists": int(pairs["list"].nunique()),
        "cells": _distinct(diff.lists, CELL),
        "cells_cut": _distinct(cut, CELL),
        **_subjects_by_kind(diff.lists),
        "subjects": len(named | linked | derived),
        "subjects_named": len(named),
        "subjects_linked": len(linked),
        "subjects_derived": len(derived),
        "measures": _distinct(diff.measures, MEASURE),
        "measures_linked": len(
            set(_rows(diff.tied[diff.tied["link_path"] != ""], MEASURE))
            & set(_rows(diff.measures, MEASURE))
        ),
        "scores": _distinct(diff.scores, SCORE),
        **_first_and_last(diff.lists),
        "subject_days": int(covered(diff.lists, ("subject_id",)).sum()),
        "of_subject_days": int(all_together["subject_days"].sum()) if len(all_together) else 0,
        "entry_days": int(covered(diff.lists, CELL).sum()),
        "of_entry_days": int(all_together["entry_days"].sum()) if len(all_together) else 0,
    }


def latency(frame: pd.DataFrame, fault_day: date) -> int | None:
    """Days from the fault to the first day that differs; None if none does."""
    return int(numbered(frame)["a"].min()) - day_number(fault_day) if len(frame) else None


def _subjects_by_kind(runs: pd.DataFrame) -> dict[str, int]:
    """Distinct subjects of each kind of difference."""
    return _kinds_of(runs, ()).get((), _KINDS)


def _kinds_of(runs: pd.DataFrame, key: Collection[str]) -> dict[tuple[str, ...], dict[str, int]]:
    """Name -> distinct subjects of each kind of difference, where a name is the values of the key."""
    counted: dict[tuple[str, ...], dict[str, int]] = {}
    for *name, kind, _ in dict.fromkeys(_rows(runs, (*key, "kind", "subject_id"))):
        counted.setdefault(tuple(name), dict(_KINDS))[kind] += 1
    return counted


def _first_and_last(runs: pd.DataFrame) -> dict[str, str | None]:
    """First and last differing day, and the first day on which nothing differs any more.

    A day that is the horizon's says that it was cut there, not that it ended.
    """
    if not len(runs):
        return dict(_DAYS)
    days = numbered(runs)
    return _told_days(days["a"].min(), days["b"].max())


def _first_and_last_of(
    runs: pd.DataFrame, key: Collection[str]
) -> dict[tuple[str, ...], dict[str, str | None]]:
    """Name -> the same of its runs, in the order of the names."""
    days = numbered(runs).groupby(list(key), sort=True).agg({"a": "min", "b": "max"})
    return {
        name: _told_days(a, b)
        for name, a, b in zip(_names(days.index), days["a"], days["b"], strict=True)
    }


def _told_days(first: int, end: int) -> dict[str, str | None]:
    return {
        "first_day": day_of(first).isoformat(),
        "last_day": day_of(end - 1).isoformat(),
        "uncorrected_until": day_of(end).isoformat(),
        "until": day_of(end).isoformat(),
    }


def _subject_days_of(runs: pd.DataFrame, key: Collection[str]) -> dict[tuple[str, ...], int]:
    """Name -> days on which a subject differs, summed over subjects."""
    if not len(runs):
        return {}
    days = covered(runs, (*key, "subject_id")).groupby(level=list(key), sort=True).sum()
    return dict(zip(_names(days.index), map(int, days), strict=True))


def _names(index: pd.Index) -> Iterator[tuple[str, ...]]:
    """The values of an index, each as a tuple."""
    return (name if isinstance(name, tuple) else (name,) for name in index)


def _shifts(runs: pd.DataFrame) -> pd.DataFrame:
    """Grade and points of both sides of each run, and the shift in points where both have them."""
    out = pd.DataFrame(index=runs.index)
    for side in ("first", "second"):
        parts = runs[f"{side}_shows"].astype("string").str.rpartition(" ")
        out[f"{side}_grade"] = parts[0].fillna("")
        out[f"{side}_points"] = pd.to_numeric(parts[2], errors="coerce")
    out["shift"] = out["second_points"] - out["first_points"]
    return out


def _rows(frame: pd.DataFrame, key: Collection[str]) -> Iterator[tuple[Any, ...]]:
    """The key of each row."""
    return zip(*(frame[column].tolist() for column in key), strict=True)


def _distinct(frame: pd.DataFrame, key: Collection[str]) -> int:
    return len(set(_rows(frame, key)))


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def corrected_rows(
    rows: list[dict[str, Any]],
    key: tuple[str, ...],
    nothing: Mapping[str, Any],
    corrected: pd.DataFrame,
    left: Mapping[tuple[str, ...], Mapping[str, int]],
) -> list[dict[str, Any]]:
    """Rows of `by_list`, `by_measure` or `by_keeper` with what the correction makes of them.

    Args:
        rows: as those functions give them.
        key: the columns that name a row.
        nothing: what a row says that nothing befell: one for whatever is wrong only because of the
            correction, with every column the others have.
        corrected: runs of wrong days, clean against corrected.
        left: the row's name -> cause -> cells still wrong.

    Returns:
        The rows in the order of their names. `until` is the first day on which, with the correction,
        nothing is wrong any more (null if nothing ever is), `uncorrected_until` the one without;
        `first_day` the first wrong day in either state.
    """
    by_name = {tuple(row[k] for k in key): row for row in rows}
    still = _first_and_last_of(corrected, key)
    out = []
    for name in sorted({*by_name, *still, *left}):
        row = by_name.get(name) or dict(zip(key, name, strict=True)) | dict(nothing)
        days = still.get(name, _DAYS)
        causes = dict(sorted(left.get(name, {}).items()))
        starts = [day for day in (row["first_day"], days["first_day"]) if day]
        out.append(
            row
            | {"first_day": min(starts, default=None), "until": days["until"]}
            | {"residue": sum(causes.values()), "residue_by_cause": causes}
        )
    return out
