"""What an experiment found, with its uncertainty.

Faults are nested in worlds, so intervals are by bootstrap over worlds first and over the faults in them
second. Effects of policies are paired: the same fault in both arms.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipelines.experiment.rows import FOLLOWED
from pipelines.replay.residue import kaplan_meier

DRAWS = 1000  # of the bootstrap
LEVEL = 0.95  # of its intervals


@dataclass(frozen=True)
class Summary:
    """Tables of an experiment; every interval is of 95 %.

    Attributes:
        arms: a row an arm: name, join, policy, correct_after, faults, followed, nothing, p_reach (low,
            high, error), and of the faults that reach a list the mean (low, high), median and ninth decile of
            entry-days; after corrections half_life (empty: censored) and plateau.
        effects: a row an arm but the first of its correction: mean difference of entry-days and of the
            chance of any reach to that first arm, over the same faults, with intervals.
        convergence: a row an arm and share of the faults: the estimates so far.
        survival: a row an arm and step of the Kaplan-Meier curve of cells wrong on the eve of their
            correction: days_after, at_risk, righted, share.
        gains: a row an arm: true and false listings holders know, summed over worlds.
    """

    arms: pd.DataFrame
    effects: pd.DataFrame
    convergence: pd.DataFrame
    survival: pd.DataFrame
    gains: pd.DataFrame

    def json(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return {
            name: json.loads(frame.to_json(orient="records"))
            for name, frame in self.__dict__.items()
        }


def summarise(out: Path | str) -> Summary:
    """Work out the summary of a finished experiment.

    Args:
        out: its folder.
    """
    folder = Path(out)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    names = [arm_name(arm) for arm in manifest["arms"]]
    replays = pd.read_parquet(folder / "replays.parquet")
    cells = pd.read_parquet(folder / "cells.parquet")
    gains = pd.read_parquet(folder / "gains.parquet")
    horizon = date.fromisoformat(manifest["horizon"])
    rows, effects, convergence, survival = [], [], [], []
    seed = int(manifest["design"]["seed"])
    for arm, mine in replays.groupby("arm", sort=True):
        followed = mine[mine["outcome"] == FOLLOWED]
        row = {
            "arm": int(arm),
            "name": names[arm],
            "join": mine["join"].iloc[0],
            "policy": mine["policy"].iloc[0],
            "correct_after": mine["correct_after"].iloc[0],
            "faults": len(mine),
            "followed": len(followed),
            "nothing": len(mine) - len(followed),
        }
        rng = np.random.default_rng([seed, int(arm)])
        reached = followed.assign(value=followed["reached"].astype(float))
        row |= _estimate("p_reach", reached, rng)
        some = followed[followed["cells"] > 0].assign(value=lambda f: f["entry_days"].astype(float))
        row |= _estimate("mean_entry_days", some, rng)
        row["median_entry_days"] = some["value"].median() if len(some) else None
        row["p90_entry_days"] = some["value"].quantile(0.9) if len(some) else None
        curve = _curve(
            mine, cells[(cells["arm"] == arm) & (cells["state"] == "corrected")], horizon
        )
        row["half_life"], row["plateau"] = _half_and_plateau(curve)
        rows.append(row)
        survival.append(curve.assign(arm=int(arm)))
        for share in (0.25, 0.5, 1.0):
            part = followed[followed["fault"] <= followed["fault"].quantile(share)]
            hits = part["reached"].astype(float)
            convergence.append(
                {
                    "arm": int(arm),
                    "share": share,
                    "faults": len(part),
                    "p_reach": hits.mean() if len(part) else None,
                    "error": _error(hits),
                    "mean_entry_days": part["entry_days"].mean() if len(part) else None,
                    "error_entry_days": _error(part["entry_days"].astype(float)),
                }
            )
    first: dict[Any, int] = {}
    for row in rows:
        after = None if pd.isna(row["correct_after"]) else row["correct_after"]
        base = first.setdefault(after, row["arm"])
        if base != row["arm"]:
            effects.append(_effect(replays, base, row["arm"], names, seed))
    summed = gains.drop(columns="world").groupby(["arm", "join"], as_index=False).sum(min_count=1)
    return Summary(
        arms=pd.DataFrame(rows),
        effects=pd.DataFrame(effects),
        convergence=pd.DataFrame(convergence),
        survival=pd.concat(survival, ignore_index=True),
        gains=summed,
    )


def arm_name(arm: dict[str, Any]) -> str:
    """An arm of the manifest in words."""
    from pipelines.experiment.design import Arm

    policy = tuple((name, value) for name, value in arm["policy"])
    return Arm(arm["join"], policy, arm["correct_after"]).name


def _error(values: pd.Series) -> float | None:
    """The Monte Carlo error of a mean: its standard error over faults."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None


def bootstrap(frame: pd.DataFrame, rng: np.random.Generator, draws: int = DRAWS) -> np.ndarray:
    """Means of `value` resampled: worlds with replacement, then as many faults in each.

    Args:
        frame: a row a fault: world, value.
        rng: of the draws.
        draws: how many means.
    """
    worlds = [rows["value"].to_numpy() for _, rows in frame.groupby("world", sort=True)]
    means = np.empty(draws)
    for n in range(draws):
        chosen = rng.integers(len(worlds), size=len(worlds))
        parts = [worlds[w][rng.integers(len(worlds[w]), size=len(worlds[w]))] for w in chosen]
        means[n] = np.concatenate(parts).mean()
    return means


def _interval(means: np.ndarray) -> tuple[float, float]:
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def _estimate(name: str, frame: pd.DataFrame, rng: np.random.Generator) -> dict[str, float | None]:
    keys = (name, f"{name}_low", f"{name}_high", f"{name}_error")
    if not len(frame):
        return dict.fromkeys(keys)
    low, high = _interval(bootstrap(frame, rng))
    return dict(
        zip(keys, (float(frame["value"].mean()), low, high, _error(frame["value"])), strict=True)
    )


def _effect(
    replays: pd.DataFrame, base: int, arm: int, names: list[str], seed: int
) -> dict[str, Any]:
    """The paired effect of one arm against another, over faults followed in both."""
    one, two = (
        replays[(replays["arm"] == a) & (replays["outcome"] == FOLLOWED)].set_index("fault")
        for a in (base, arm)
    )
    both = one.index.intersection(two.index)
    one, two = one.loc[both], two.loc[both]
    found: dict[str, Any] = {
        "arm": arm,
        "name": names[arm],
        "against": names[base],
        "faults": len(both),
    }
    for column in ("entry_days", "reached"):
        frame = pd.DataFrame(
            {
                "world": one["world"].to_numpy(),
                "value": two[column].astype(float).to_numpy()
                - one[column].astype(float).to_numpy(),
            }
        )
        found |= _estimate(column, frame, np.random.default_rng([seed, base, arm]))
    return found


def _curve(replays: pd.DataFrame, cells: pd.DataFrame, horizon: date) -> pd.DataFrame:
    """The Kaplan-Meier curve of cells wrong on the eve of their correction."""
    days = cells.merge(replays[["fault", "correction_day"]], on="fault")
    end = pd.Timestamp(horizon)
    if len(days):
        for column in ("from_day", "to_day", "correction_day"):
            days[column] = pd.to_datetime(days[column])
        key = ["fault", "holder", "list", "subject_id"]
        eve = days[
            (days["from_day"] < days["correction_day"]) & (days["to_day"] >= days["correction_day"])
        ][key].drop_duplicates()
        last = days.merge(eve, on=key).groupby(key, sort=True)[["to_day", "correction_day"]].max()
        after = (last["to_day"].clip(upper=end) - last["correction_day"]).dt.days
        cut = last["to_day"] >= end
    else:
        after, cut = pd.Series(dtype="int64"), pd.Series(dtype=bool)
    return kaplan_meier([int(d) for d in after], [bool(c) for c in cut])


def _half_and_plateau(curve: pd.DataFrame) -> tuple[int | None, float | None]:
    if not curve["at_risk"].iloc[0]:
        return None, None
    under = curve[curve["share"] <= 0.5]
    half = int(under["days_after"].iloc[0]) if len(under) else None
    return half, float(curve["share"].iloc[-1])
