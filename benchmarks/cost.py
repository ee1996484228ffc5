"""What a larger world would cost on a cluster, carried on from what two sizes took.

Two sizes tell no more than a lower and an upper figure. The lower takes what each cell added between them as
what each further cell adds; so work that does not grow is not carried on. The upper takes all work as growing
like the cells, and a stage that grew faster from the one size to the other as going on so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """A figure between two.

    Attributes:
        least, most: the lower and the upper figure.
    """

    least: float
    most: float


def power(small: float, large: float, times: float) -> float:
    """The power of the size by which something grew.

    >>> round(power(10, 80, 8), 2), power(0, 5, 8)
    (1.0, 1.0)

    Args:
        small, large: what it was at the smaller and at the larger size; if either is nothing, 1.
        times: how many times the smaller size the larger one is.
    """
    if small <= 0 or large <= 0:
        return 1.0
    return math.log(large / small) / math.log(times)


def carried(
    small: Mapping[str, float], large: Mapping[str, float], times: float, further: float
) -> Range:
    """The sum over the stages at a size that was not measured.

    >>> carried({"a": 1, "b": 9}, {"a": 10, "b": 18}, times=10, further=10)
    Range(least=208.0, most=280.0)

    Args:
        small, large: stage -> what it took at either size.
        times: how many times the smaller size the larger one is.
        further: how many times the larger size the one is that is asked for.
    """
    most = sum(
        took * further ** max(power(small.get(stage, 0.0), took, times), 1.0)
        for stage, took in large.items()
    )
    least = sum(
        small.get(stage, 0.0) + (took - small.get(stage, 0.0)) / (times - 1) * (further * times - 1)
        for stage, took in large.items()
    )
    return Range(least, max(least, most))
