"""The picture of what gates catch against what they cost: a point for each gate that is added."""

from collections.abc import Sequence
from typing import Any

LEFT, RIGHT, TOP, BOTTOM = 56, 620, 16, 264  # of the field in which the points lie, in pixels


def frontier(cover: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Where each point lies, and the marks at the axes.

    Args:
        cover: rows of the table `cover`, in its order: gates added one after the other.

    Returns:
        `points` (x, y, what it says), `line` (of the steps between them), `xs` and `ys` (place and text of
        the marks); all places in pixels.
    """
    most = max((int(row["false_alarms"]) for row in cover), default=0)
    end = _round_up(most)

    def x(alarms: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * alarms / end, 1)

    def y(share: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * share, 1)

    points = [
        {
            "x": x(int(row["false_alarms"])),
            "y": y(float(row["share"])),
            "said": f"{n} gates, the last {row['gate']}: {100 * row['share']:.0f} % caught, "
            f"{int(row['false_alarms']):,} false alarms",
        }
        for n, row in enumerate(cover, start=1)
    ]
    steps = [f"M{x(0)} {y(0)}", *(f"H{point['x']}V{point['y']}" for point in points)]
    return {
        "points": points,
        "line": " ".join(steps) if points else "",
        "xs": [{"at": x(end * n / 4), "text": f"{end * n / 4:,.0f}"} for n in range(5)],
        "ys": [{"at": y(n / 4), "text": f"{25 * n} %"} for n in range(5)],
    }


def _round_up(most: int) -> int:
    """The least of 4, 8, 20, 40, 80, 200 … that is not less.

    >>> _round_up(0), _round_up(5), _round_up(130)
    (4, 8, 200)
    """
    end = 4
    while end < most:
        end = end * 5 // 2 if str(end)[0] == "8" else end * 2
    return end
