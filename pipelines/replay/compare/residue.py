"""Residue: what of the reach is left after the correction, defined once for one replay and for many.

The cells are those that differ from the clean run on the *eve*, the day before the correction is
published. Holders that can never take anything back are counted apart: they are in no curve. Of the
other cells two things are told, and they are not the same:

- *wrong on that day*: R(u), the share that differ u days after the correction (u = 0 is the day it is
  published). A cell that was right and is wrong again counts again.
- *not yet right for good*: the share of which some day from u on, before the horizon, is still wrong;
  cells watched for different times are pooled by Kaplan-Meier.

The *half-life* is of the first: the smallest u from which on R(u) <= 1/2; where there is none before
the horizon it is *censored*. Cells first wrong on the day of the correction or later are *late
spread*: they belong to neither.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.replay.compare.diff import CELL
from pipelines.replay.compare.metrics import day_number, numbers

EVE, LATE, RETURNED, IRREVOCABLE = "eve", "late_spread", "returned", "irrevocable"
SINCE = (EVE, LATE, RETURNED, IRREVOCABLE)


@dataclass(frozen=True)
class Followed:
    """The cells wrong on the eve of their correction or after it, of one replay or of many."""

    # One row a cell: its key; `since`, since when it has been wrong, a partition: `irrevocable`
    # (wrong on the eve at a holder that cannot take back), `eve` (wrong on the eve elsewhere),
    # `late_spread` (first wrong on the day of the correction or later), `returned` (wrong before,
    # right on the eve, wrong again since); `observed`, days from the correction to the horizon;
    # `right_after`, days from the correction until it is right for good (`observed` if it never
    # is); and `cut`, whether it never is.
    cells: pd.DataFrame
    # One row a cell and run of wrong days after the correction: its key, `since`, and `start` and
    # `end`, days from the correction, half-open.
    spells: pd.DataFrame

    def of_the_eve(self) -> Followed:
        """Only the cells wrong on the eve that can be taken back: those of which curves are told."""
        return Followed(*(f[f["since"] == EVE] for f in (self.cells, self.spells)))


def followed(runs: pd.DataFrame, horizon: date, key: Sequence[str] = CELL) -> Followed:
    """The cells wrong on the eve of their correction or after it, and on which days after it.

    Args:
        runs: runs of wrong days, clean against corrected: the key, `from_day`, `to_day` (half-open),
            `correction_day`, and `irrevocable` (bool): whether the holder cannot take back what it
            shows on that list. Runs of one cell do not overlap.
        horizon: the day at which everything is cut.
        key: the columns that name a cell; of several replays, with those that name the replay.
    """
    key, horizon_day = list(key), day_number(horizon)
    code = runs.groupby(key, sort=True).ngroup().to_numpy()
    a, b, c = (numbers(runs[name]) for name in ("from_day", "to_day", "correction_day"))
    b = np.minimum(b, horizon_day)
    order = np.lexsort((a, code))
    code, a, b, c = code[order], a[order], b[order], c[order]
    opens = np.flatnonzero(np.diff(code, prepend=-1))  # the first run of each cell
    first, fixed = a[opens], runs["irrevocable"].to_numpy(bool)[order][opens]
    last, on_eve = np.zeros(len(opens), np.int64), np.zeros(len(opens), bool)
    if len(opens):
        last = np.maximum.reduceat(b, opens)
        on_eve = np.logical_or.reduceat((a < c) & (b >= c), opens)
    corrected, observed = c[opens], horizon_day - c[opens]
    since = np.select(
        [on_eve & fixed, on_eve, first >= corrected], [IRREVOCABLE, EVE, LATE], RETURNED
    )
    counted = on_eve | (last > corrected)
    names = runs[key].iloc[order]
    cells = names.iloc[opens].assign(
        since=since,
        observed=observed,
        right_after=np.maximum(last - corrected, 0),
        cut=last >= horizon_day,
    )[counted]
    spells = names.assign(since=since[code], start=np.maximum(a - c, 0), end=b - c)[
        b > np.maximum(a, c)
    ]
    return Followed(cells.reset_index(drop=True), spells.reset_index(drop=True))


def wrong_on_that_day(reach: Followed) -> pd.DataFrame:
    """R(u): the share of the cells of the eve, irrevocable ones left out, that are wrong on day u.

    Returns:
        A step function as a frame `days_after`, `still` (cells), `share`; each row holds until the
        next one's day, the last until every cell has been watched to its horizon. Of many replays
        the curve ends where the first of them is watched no longer, so that its denominator never
        changes. Without such cells one row with an empty share.
    """
    of_eve, of_spells = ((f["since"] == EVE).to_numpy() for f in (reach.cells, reach.spells))
    count = int(of_eve.sum())
    last = int(reach.cells["observed"].to_numpy()[of_eve].min()) if count else 0
    starts, ends = (np.sort(reach.spells[c].to_numpy()[of_spells]) for c in ("start", "end"))
    turns = np.unique(np.concatenate([[0], starts, ends]))
    turns = turns[(turns < last) | (turns == 0)]
    still = np.searchsorted(starts, turns, "right") - np.searchsorted(ends, turns, "right")
    turned = np.flatnonzero(np.diff(still, prepend=-1))
    turns, still = turns[turned], still[turned]
    share = still / count if count else np.full(len(still), np.nan)
    return pd.DataFrame({"days_after": turns, "still": still, "share": share})


def wrong_counts(reach: Followed, days: Sequence[int], by: Sequence[str]) -> pd.DataFrame:
    """How many cells of the eve, irrevocable ones left out, are wrong on some days after, by group.

    Args:
        reach: see there.
        days: days after the correction, in rising order.
        by: columns of the key that name a group, a replay for instance.

    Returns:
        One row a group that has such cells, indexed by it: `cells` (the denominator), and a column
        for each of the days (its number) with the cells wrong on it.
    """
    free, by = reach.of_the_eve(), list(by)
    cells, spells = free.cells.groupby(by, sort=True).size(), free.spells
    group = cells.index.get_indexer(_index(spells, by))
    # A spell counts from the first of the days that it covers to the first that it does not.
    turns = np.zeros((len(cells), len(days) + 1), dtype=np.int64)
    for end, step in (("start", 1), ("end", -1)):
        np.add.at(turns, (group, np.searchsorted(days, spells[end])), step)
    wrong = pd.DataFrame(turns.cumsum(axis=1)[:, :-1], cells.index, list(days))
    wrong.insert(0, "cells", cells)
    return wrong


def _index(frame: pd.DataFrame, by: Sequence[str]) -> pd.Index:
    return pd.Index(frame[by[0]]) if len(by) == 1 else pd.MultiIndex.from_frame(frame[list(by)])


def not_yet_right(reach: Followed) -> pd.DataFrame:
    """The share of the cells of the eve, irrevocable ones left out, not yet right for good.

    Returns:
        As `kaplan_meier`.
    """
    cells = reach.of_the_eve().cells
    return kaplan_meier(cells["right_after"].tolist(), cells["cut"].tolist())


def half_life(curve: pd.DataFrame) -> int | None:
    """The smallest u from which on R(u) <= 1/2.

    Args:
        curve: as `wrong_on_that_day` gives it.

    Returns:
        None if there is none before the horizon (censored), or if no cell was wrong on the eve.
    """
    share, days = curve["share"].to_numpy(), curve["days_after"].to_numpy()
    if np.isnan(share).all():
        return None
    above = np.flatnonzero(share > 0.5)
    at = 0 if not len(above) else above[-1] + 1
    return int(days[at]) if at < len(days) else None


def share_on(curve: pd.DataFrame, days_after: int) -> float | None:
    """R(u), read from the curve; None if no cell was wrong on the eve."""
    share = curve.loc[curve["days_after"] <= days_after, "share"].iloc[-1]
    return None if pd.isna(share) else float(share)


def kaplan_meier(days: Collection[int], censored: Collection[bool]) -> pd.DataFrame:
    """The pooled share of cells not yet right for good u days after their correction.

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


@dataclass(frozen=True)
class Residue:
    """What of the reach of one replay is left after the correction."""

    correction_day: date
    # Cells that differ on the eve of it, irrevocable holders left out; the denominator of R.
    eve: int
    curve: pd.DataFrame  # R(u), as `wrong_on_that_day` gives it
    half_life: int | None  # as `half_life` gives it
    censored_at: int  # days from the correction to the horizon, when observation ends
    late: int  # cells first wrong on or after the day of the correction
    returned: int  # cells wrong before, right on the eve, wrong again after
    irrevocable: int  # cells that differ on the eve at holders who cannot take back
    irrevocable_still: int  # how many of those still differ on the last day before the horizon
    cells: pd.DataFrame = field(repr=False)  # the cells with `since`, as `Followed` has them

    def share(self, days_after: int) -> float | None:
        """R(u); None if no cell differs on the eve, or that day is not one before the horizon."""
        return share_on(self.curve, days_after) if 0 <= days_after < self.censored_at else None


def residues(
    corrected: Mapping[int, pd.DataFrame],
    days: Mapping[int, date],
    horizon: date,
    irrevocable: Collection[tuple[str, str]] = (),
) -> dict[int, Residue]:
    """The residue of each of some universes among the runs in which it differs from the clean one.

    Args:
        corrected: universe -> runs of wrong days, clean against corrected. Up to the correction they
            are those of the faulty state too, since nobody foresees it.
        days: universe -> the day on which the correction is published.
        horizon: the day at which everything is cut.
        irrevocable: (holder, list) pairs which nobody can take back.
    """
    found: dict[int, Residue] = {}
    for differs in (True, False):  # an empty frame has columns of other types
        some = {u: runs for u, runs in sorted(corrected.items()) if bool(len(runs)) == differs}
        if not some:
            continue
        runs = Databases.together(some)
        runs["correction_day"] = runs["universe"].map(days).astype("datetime64[s]")
        runs["irrevocable"] = cannot_be_taken_back(runs, irrevocable)
        reach = followed(runs, horizon, ("universe", *CELL))
        cells, spells = (Databases.split(f, some) for f in (reach.cells, reach.spells))
        found |= {u: _residue(Followed(cells[u], spells[u]), days[u], horizon) for u in some}
    return found


def _residue(reach: Followed, correction_day: date, horizon: date) -> Residue:
    """The residue of one replay whose cells have been followed."""
    curve = wrong_on_that_day(reach)
    since = reach.cells["since"].tolist()
    fixed = (reach.cells["since"] == IRREVOCABLE).to_numpy()
    return Residue(
        correction_day=correction_day,
        eve=since.count(EVE),
        curve=curve,
        half_life=half_life(curve),
        censored_at=day_number(horizon) - day_number(correction_day),
        late=since.count(LATE),
        returned=since.count(RETURNED),
        irrevocable=since.count(IRREVOCABLE),
        irrevocable_still=int((fixed & reach.cells["cut"].to_numpy()).sum()),
        cells=reach.cells,
    )


def cannot_be_taken_back(runs: pd.DataFrame, irrevocable: Collection[tuple[str, str]]) -> pd.Series:
    """Whether each row's (holder, list) is among those in which nothing can be taken back."""
    pairs = zip(runs["holder"], runs["list"], strict=True)
    return pd.Series([pair in irrevocable for pair in pairs], runs.index, bool)
