"""What an experiment found, with its uncertainty: every published figure, worked out from its tables.

The definitions are in `pipelines.experiment.codebook`, the estimator in `pipelines.experiment.estimates`,
residue and half-life in `pipelines.replay.compare.residue`, where a single replay has them from too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.exchange.network import JOINS
from pipelines.experiment.design import Arm, DesignError, short_names, varying
from pipelines.experiment.estimates import TAILS, Estimates, Resamples, wilson
from pipelines.experiment.rows import FOLLOWED, UNCORRECTED
from pipelines.replay.compare import residue
from pipelines.replay.compare.diff import CELL

SETTLING = (0.25, 0.5, 1.0)  # shares of the faults after which the estimates are shown
# What makes it the same fault.
PLACE = ["kind", "place", "record_id", "strikes", "delivery", "scope"]


@dataclass(frozen=True)
class Summary:
    """The figures of an experiment; every column is explained in its codebook.

    Attributes:
        design: the design, as its manifest has it.
        arms: a row an arm: what it is, how many faults reach what, entry-days a fault, half-life.
        effects: a row a pair of arms of one level of joining that differ in one thing: what that
            changes, over the same faults.
        gains: a row an arm: true and false listings that holders know, summed over the worlds, and what a
            fault costs more than at the lowest level of joining, over the same faults.
        residue: a row an arm and day on which it changes: the share of cells wrong on that day.
        survival: a row an arm and step: the share of cells not yet right for good.
        convergence: a row an arm and share of the faults: the estimates so far.
    """

    design: Mapping[str, Any]
    arms: pd.DataFrame
    effects: pd.DataFrame
    gains: pd.DataFrame
    residue: pd.DataFrame
    survival: pd.DataFrame
    convergence: pd.DataFrame

    def json(self) -> dict[str, Any]:
        """All of it, as plain values; see `summary.schema.json`."""
        return {"synthetic": True, "design": dict(self.design)} | {
            name: json.loads(frame.to_json(orient="records", double_precision=10))
            for name, frame in self.frames().items()
        }

    def named_by(self) -> list[str]:
        """What the parts of an arm's name are, in their order; empty if there is but one arm."""
        told = self.arms[list(_is(Arm("")))].astype(object)
        rows = told.where(told.notna(), None).to_dict("records")
        return varying([Arm(**row | {"policy": tuple(row["policy"].items())}) for row in rows])

    def frames(self) -> dict[str, pd.DataFrame]:
        """Name -> table, for all of them."""
        return {k: v for k, v in self.__dict__.items() if isinstance(v, pd.DataFrame)}

    def still_wrong(self, arm: int, days_after: int) -> Mapping[str, Any] | None:
        """The row of `residue` that holds so many days after the correction; None: no cell was wrong."""
        mine = self.residue[
            (self.residue["arm"] == arm) & (self.residue["days_after"] <= days_after)
        ]
        return mine.to_dict("records")[-1] if len(mine) else None


def _asked(manifest: Path) -> tuple[Mapping[str, Any], list[Arm], date]:
    """The design of an experiment, its arms, and the day at which intervals are cut."""
    try:
        said = json.loads(manifest.read_text(encoding="utf-8"))
        arms = [
            Arm(arm["join"], tuple(map(tuple, arm["policy"])), arm["correct_after"], arm["remedy"])
            for arm in said["arms"]
        ]
        int(said["design"]["seed"])
        return said["design"], arms, date.fromisoformat(said["horizon"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise DesignError(
            f"{manifest} does not say what was asked of this experiment; run it again with another --out."
        ) from None


def summarise(out: Path | str) -> Summary:
    """Work out the summary of a finished experiment.

    Raises:
        OSError: if there is no finished experiment.
        DesignError: naming its manifest, if that is damaged.
    """
    folder = Path(out)
    design, arms, horizon = _asked(folder / "manifest.json")
    replays, cells, gains = (
        pd.read_parquet(folder / f"{name}.parquet") for name in ("replays", "cells", "gains")
    )
    faults = _Faults(replays, int(design["seed"]))
    left = [_left(cells, faults, arm) for arm in range(len(arms))]
    parts = [_Told.of(runs, horizon, faults) for runs in left]
    names = short_names(arms)
    return Summary(
        design=design,
        arms=_frame(
            [
                {"arm": n, "name": names[n], **_is(arm), **faults.counts(n)}
                | _estimates(faults, n)
                | parts[n].figures
                for n, arm in enumerate(arms)
            ]
        ),
        effects=_frame(
            [
                {
                    "arm": n,
                    "name": names[n],
                    "against": base,
                    "against_name": names[base],
                    "factor": factor,
                    "change": change(names[base], names[n]),
                    **_difference(faults, base, n),
                }
                for base, n, factor in pairs(arms)
            ],
            _EFFECTS,
        ),
        gains=_frame(
            [
                {"arm": n, "name": names[n], "join": arm.join}
                | _summed(gains[gains["arm"] == n])
                | _more_than_lowest(faults, arms, n)
                for n, arm in enumerate(arms)
            ]
        ),
        residue=_together([t.curve for t in parts]),
        survival=_together([t.survival for t in parts]),
        convergence=_frame(
            [
                {"arm": n, "share": share} | _settled(faults, n, share)
                for n in range(len(arms))
                for share in SETTLING
            ]
        ),
    )


def pairs(arms: Sequence[Arm]) -> list[tuple[int, int, str]]:
    """The pairs of arms that are compared: first arm, second arm, and the one thing they differ in.

    Only arms of the same level of joining; the first of a pair has the first value of that thing, the
    second another one, and all else is the same.
    """
    first: dict[tuple[str, str], str] = {}
    for arm in arms:
        for factor, value in arm.factors.items():
            first.setdefault((arm.join, factor), value)
    place = {tuple(arm.factors.items()): n for n, arm in enumerate(arms)}
    found = []
    for n, arm in enumerate(arms):
        for factor, value in arm.factors.items():
            base = tuple((arm.factors | {factor: first[arm.join, factor]}).items())
            if value != first[arm.join, factor] and base in place:
                found.append((place[base], n, factor))
    return found


def change(one: str, two: str) -> str:
    """What two arms share and how they differ, from their short names.

    >>> change("full · sync · 7 d", "full · sync · 90 d")
    'full · sync: 7 d → 90 d'
    >>> change("7 d", "90 d")
    '7 d → 90 d'
    """
    parts = list(zip(one.split(" · "), two.split(" · "), strict=True))
    alike = " · ".join(a for a, b in parts if a == b)
    other = ", ".join(f"{a} → {b}" for a, b in parts if a != b)
    return f"{alike}: {other}" if alike else other


class _Faults:
    """The replays as values a fault, an arm at a time, in the order of the faults' numbers."""

    def __init__(self, replays: pd.DataFrame, seed: int) -> None:
        worlds = replays.drop_duplicates("fault").set_index("fault")["world"].sort_index()
        self.numbers = worlds.index
        self.resamples = Resamples(worlds.to_numpy(), seed)
        self.rows = {
            int(arm): mine.set_index("fault").reindex(self.numbers)
            for arm, mine in replays.groupby("arm", sort=True)
        }

    def followed(self, arm: int) -> np.ndarray:
        """1 for a fault that was followed, 0 for one that found nothing to change."""
        return (self.rows[arm]["outcome"] == FOLLOWED).to_numpy(float)

    def values(self, arm: int, column: str) -> np.ndarray:
        """A column, 0 where the fault was not followed."""
        return self.rows[arm][column].astype("Float64").fillna(0).to_numpy(float)

    def listed(self, arm: int) -> np.ndarray:
        """1 for a fault that reaches a list."""
        return (self.values(arm, "cells") > 0).astype(float)

    def same(self, one: int, two: int) -> np.ndarray:
        """1 for a fault followed in both arms, in the same place."""
        a, b = (self.rows[arm][PLACE].astype("string").fillna("") for arm in (one, two))
        alike = (a.to_numpy() == b.to_numpy()).all(axis=1)
        return self.followed(one) * self.followed(two) * alike

    def counts(self, arm: int) -> dict[str, int]:
        """How many faults there are, and how far they get."""
        followed = int(self.followed(arm).sum())
        return {
            "faults": len(self.numbers),
            "followed": followed,
            "nothing": len(self.numbers) - followed,
            "reached": int(self.values(arm, "reached").sum()),
            "reached_list": int(self.listed(arm).sum()),
        }


def _is(arm: Arm) -> dict[str, Any]:
    return asdict(arm) | {"policy": dict(arm.policy)}


def _estimates(faults: _Faults, arm: int) -> dict[str, float | None]:
    """The figures of one arm that are told of faults."""
    followed, listed = faults.followed(arm), faults.listed(arm)
    days = faults.values(arm, "entry_days")
    uncorrected = faults.values(arm, f"entry_days{UNCORRECTED}")
    some = pd.Series(days[listed > 0])
    ratio = faults.resamples.ratio
    seen = [
        f"{name}{end}" for name in ("public_entry_days", "enquiries") for end in ("", UNCORRECTED)
    ]
    met = (faults.values(arm, "enquiries") > 0).astype(float)
    return {
        **_share(faults, faults.values(arm, "reached"), followed, "p_reach"),
        **_share(faults, listed, followed, "p_list"),
        **ratio(days, followed).columns("entry_days"),
        **ratio(uncorrected, followed).columns(f"entry_days{UNCORRECTED}"),
        **ratio(days, listed).columns("entry_days_if_listed"),
        **ratio(faults.values(arm, "listed_days"), followed).columns("listed_days"),
        "median_if_listed": float(some.median()) if len(some) else None,
        "p90_if_listed": float(some.quantile(0.9)) if len(some) else None,
        **_share(faults, met, followed, "p_enquiry"),
        **{
            column: figure
            for name in seen
            for column, figure in ratio(faults.values(arm, name), followed).columns(name).items()
        },
    }


def _share(
    faults: _Faults, counted: np.ndarray, followed: np.ndarray, name: str
) -> dict[str, float | None]:
    """The share of faults that are counted, each 1 or 0, as columns of that name."""
    found = faults.resamples.ratio(counted, followed).columns(name)
    some, of = int(counted.sum()), int(followed.sum())
    if of and some in (0, of):  # the resamples cannot tell how sure it is
        found[f"{name}_low"], found[f"{name}_high"] = wilson(some, of)
    return found


def _difference(faults: _Faults, base: int, arm: int) -> dict[str, Any]:
    """What one arm has more than another, over the same faults."""
    same = faults.same(base, arm)
    found: dict[str, Any] = {"faults": int(same.sum())}
    for column in ("entry_days", "reached", "enquiries"):
        more = (faults.values(arm, column) - faults.values(base, column)) * same
        name = "p_reach" if column == "reached" else column
        found |= faults.resamples.ratio(more, same).columns(name)
    return found


def _more_than_lowest(faults: _Faults, arms: Sequence[Arm], arm: int) -> dict[str, Any]:
    """What a fault costs more in an arm than in the arm like it at the lowest level of joining.

    Policies that mean nothing at that level are left out of the comparison.
    """
    mine = arms[arm]
    least = min((other.join for other in arms), key=JOINS.index)
    lowest = [
        n
        for n, other in enumerate(arms)
        if other.join == least
        and (other.correct_after, other.remedy) == (mine.correct_after, mine.remedy)
        and set(other.policy) <= set(mine.policy)
    ]
    if not lowest:
        return Estimates(*[np.array([np.nan])] * 4).columns("more_entry_days")
    same = faults.same(lowest[0], arm)
    more = (faults.values(arm, "entry_days") - faults.values(lowest[0], "entry_days")) * same
    return faults.resamples.ratio(more, same).columns("more_entry_days")


def _settled(faults: _Faults, arm: int, share: float) -> dict[str, Any]:
    """The estimates of an arm from the first faults alone."""
    first = np.arange(len(faults.numbers)) < round(share * len(faults.numbers))
    followed = faults.followed(arm) * first
    ratio = faults.resamples.ratio
    return {
        "faults": int(followed.sum()),
        **_share(faults, faults.values(arm, "reached") * first, followed, "p_reach"),
        **ratio(faults.values(arm, "entry_days") * first, followed).columns("entry_days"),
    }


def _summed(gains: pd.DataFrame) -> dict[str, int | None]:
    """The listings of an arm, summed over its worlds."""
    columns = [c for c in gains.columns if c not in ("world", "arm", "join")]
    return {c: None if gains[c].isna().any() else int(gains[c].sum()) for c in columns}


def _left(cells: pd.DataFrame, faults: _Faults, arm: int) -> pd.DataFrame:
    """The runs of wrong days of an arm's corrected state, with the day of each fault's correction."""
    mine = cells[(cells["arm"] == arm) & (cells["state"] == "corrected")]
    return mine.merge(faults.rows[arm][["correction_day"]].reset_index(), on="fault")


@dataclass(frozen=True)
class _Told:
    """The residue of an arm: figures, and both curves."""

    figures: dict[str, Any]
    curve: pd.DataFrame
    survival: pd.DataFrame

    @classmethod
    def of(cls, runs: pd.DataFrame, horizon: date, faults: _Faults) -> _Told:
        found = residue.followed(runs, horizon, ("fault", *CELL))
        since = found.cells["since"].value_counts()
        curve = residue.wrong_on_that_day(found)
        days = curve["days_after"].tolist()
        counts = residue.wrong_counts(found, days, ["fault"]).reindex(faults.numbers, fill_value=0)
        some = int((counts["cells"] > 0).sum())
        half: dict[str, Any] = dict.fromkeys(("half_life", "half_life_low", "half_life_high"))
        survival = residue.not_yet_right(found)
        if some:
            wrong, of = counts[days].to_numpy(), counts["cells"].to_numpy()
            band = faults.resamples.ratio(wrong, of)
            curve = curve.assign(share_low=band.low, share_high=band.high)
            ends = half_lives(days, faults.resamples.drawn(wrong, of))
            half = {"half_life": residue.half_life(curve), **ends}
        else:
            curve, survival = curve.iloc[:0], survival.iloc[:0]
        curve = curve.rename(columns={"still": "wrong"}).assign(of=int(counts["cells"].sum()))
        figures = {
            "faults_on_the_eve": some,
            "cells_on_the_eve": int(since.get(residue.EVE, 0)),
            "irrevocable": int(since.get(residue.IRREVOCABLE, 0)),
            "late_spread": int(since.get(residue.LATE, 0)),
            **half,
            "watched": int(found.of_the_eve().cells["observed"].min()) if some else None,
            "plateau": float(survival["share"].iloc[-1]) if some else None,
        }
        return cls(figures, curve, survival)


def half_lives(days: Sequence[int], shares: np.ndarray) -> dict[str, int | None]:
    """The interval of a half-life, from the curve of every resample.

    Args:
        days: days after the correction on which a curve may change.
        shares: a row a resample: the share wrong on each of those days.

    Returns:
        `half_life_low` and `half_life_high`; None: not before the horizon.
    """
    shares = shares[~np.isnan(shares).any(axis=1)]
    above = shares > 0.5
    first = np.where(above.any(axis=1), above.shape[1] - np.argmax(above[:, ::-1], axis=1), 0)
    halves = np.append(np.asarray(days, dtype=float), np.inf)[first]
    ends = np.quantile(halves, TAILS, method="inverted_cdf")
    return {
        name: int(end) if np.isfinite(end) else None
        for name, end in zip(("half_life_low", "half_life_high"), ends, strict=True)
    }


_EFFECTS = [
    *("arm", "name", "against", "against_name", "factor", "change", "faults"),
    *(
        f"{n}{end}"
        for n in ("entry_days", "p_reach", "enquiries")
        for end in ("", "_low", "_high", "_error")
    ),
]
_WHOLE = {
    "arm", "against", "correct_after", "faults", "followed", "nothing", "reached", "reached_list",
    "faults_on_the_eve", "cells_on_the_eve", "irrevocable", "late_spread", "half_life",
    "half_life_low", "half_life_high", "watched", "days_after", "wrong", "of", "at_risk", "righted",
    "true_low", "false_low", "true_high", "false_high", "gained", "lost",
}  # fmt: skip


def _frame(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> pd.DataFrame:
    """Rows as a table whose whole numbers stay whole, missing ones included."""
    frame = pd.DataFrame(list(rows), columns=list(columns or rows[0]))
    whole = [c for c in frame.columns if c in _WHOLE]
    rest = [c for c in frame.columns if c.endswith(("_low", "_high", "_error"))]
    return frame.astype(
        {c: "float64" for c in rest if c not in whole} | dict.fromkeys(whole, "Int64")
    )


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The tables of all arms as one, with the arm in front."""
    numbered = [part.assign(arm=n)[["arm", *part.columns]] for n, part in enumerate(parts)]
    whole = pd.concat([part for part in numbered if len(part)] or numbered[:1], ignore_index=True)
    return whole.astype({c: "Int64" for c in whole.columns if c in _WHOLE})
