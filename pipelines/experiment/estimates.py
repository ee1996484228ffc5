"""Estimates with their uncertainty: the one place where an experiment's tables become figures.

Faults are nested in worlds, so every interval is by bootstrap over worlds first and over the faults in
them second. The resamples are drawn once, from the seed of the experiment, and serve every arm and
every figure, so that a difference of two arms is one of the same faults.

Every figure but the half-life is a ratio of two sums over faults: a mean is (sum of a value) / (number
of faults), the residue of a day is (cells wrong on it) / (cells wrong on the eve). Its interval comes
from the same ratio of each resample. Of a share to which all faults belong, or none, every resample says
the same, whatever their number; its interval is Wilson's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from sources.world.draws import Stream

DRAWS = 1000  # resamples
LEVEL = 0.95  # of the intervals
TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
Z = 1.959964  # standard normal quantile of 97.5 %
_AT_ONCE = 50  # resamples multiplied at a time, so that memory stays small


@dataclass(frozen=True)
class Estimates:
    """One figure or several, each with its interval."""

    value: np.ndarray  # the ratios themselves; NaN where nothing is counted below the line
    # `low`, `high`: ends of the interval.
    low: np.ndarray
    high: np.ndarray
    # Standard error: the spread (standard deviation) of the ratio over the resamples.
    error: np.ndarray

    def columns(self, name: str) -> dict[str, float | None]:
        """The first figure as columns `name`, `name_low`, `name_high`, `name_error`."""
        parts = {"": self.value, "_low": self.low, "_high": self.high, "_error": self.error}
        return {
            f"{name}{end}": None if np.isnan(part[0]) else float(part[0])
            for end, part in parts.items()
        }


class Resamples:
    """Faults drawn anew, as often as each was drawn: worlds with replacement, then the faults in each.

    Args:
        worlds: the world of every fault of the experiment, in the order of their numbers.

    Attributes:
        times: a row a resample, a column a fault: how often it was drawn.
    """

    def __init__(self, worlds: Sequence[int], seed: int, draws: int = DRAWS) -> None:
        of = np.asarray(worlds)
        names = np.unique(of)
        rng = np.random.default_rng(Stream(seed, "experiment.resamples").below(0, 1 << 31))
        drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
        self.times = np.zeros((draws, len(of)), dtype=np.uint16)
        for n, world in enumerate(names):
            mine = np.flatnonzero(of == world)
            share = np.full(len(mine), 1 / len(mine))
            self.times[:, mine] = rng.multinomial(drawn[:, n] * len(mine), share)

    def _sums(self, values: np.ndarray) -> Iterator[np.ndarray]:
        """The sums over faults of each resample, some resamples at a time. Whole numbers stay exact."""
        used = np.flatnonzero(values.any(axis=1))
        for at in range(0, len(self.times), _AT_ONCE):
            yield self.times[at : at + _AT_ONCE][:, used].astype(float) @ values[used]

    def drawn(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """The ratios of each resample, a row a resample; NaN where nothing is counted below the line.

        Args:
            above: a row a fault, a column a figure (or one figure, a value a fault).
            below: what is counted below the line, likewise; faults that do not belong have 0 in both.
        """
        over, under = _table(above), _table(below)
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = [a / b for a, b in zip(self._sums(over), self._sums(under), strict=True)]
        ratios = np.concatenate(parts)
        return np.where(np.isfinite(ratios), ratios, np.nan)

    def ratio(self, above: np.ndarray, below: np.ndarray) -> Estimates:
        """Ratios of sums over faults, with their intervals; the arguments as in `drawn`."""
        with np.errstate(divide="ignore", invalid="ignore"):
            value = _table(above).sum(axis=0) / _table(below).sum(axis=0)
        some = np.isfinite(value)
        low, high, error = (np.full(len(value), np.nan) for _ in range(3))
        if some.any():
            ratios = self.drawn(above, below)[:, some]
            low[some], high[some] = np.nanquantile(ratios, TAILS, axis=0)
            error[some] = np.nanstd(ratios, axis=0)
        return Estimates(np.where(some, value, np.nan), low, high, error)


def wilson(counted: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share after Wilson (1927), which holds where nearly all or none are counted.

    >>> [round(end, 3) for end in wilson(20, 20)]
    [0.839, 1.0]
    >>> [round(end, 3) for end in wilson(0, 20)]
    [0.0, 0.161]
    """
    share, z2 = counted / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _table(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=float).reshape(len(values), -1)
