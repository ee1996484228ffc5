"""How pictures look: colours, hatches and symbols, the mark of synthetic data, days on an axis.

The colours are those of Okabe and Ito (2008), told apart by all common kinds of colour vision. None
stands alone: each goes with a hatch, a symbol or a kind of line, so that a grey print reads too.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pipelines.replay.compare import metrics
from pipelines.replay.tell.result import Replay

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILLION, PURPLE = "#0072B2", "#D55E00", "#CC79A7"
INK, FAINT, LINE, PAPER = "#1f2933", "#55606a", "#c3cad1", "#ffffff"
FONT = "system-ui, 'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
MARK = "Synthetic data"
GRID = "#e7ebef"
# A legend below the picture, at the very bottom.
BELOW: dict[str, Any] = {
    "orientation": "h",
    "x": 0,
    "y": 0,
    "yref": "container",
    "yanchor": "bottom",
}


@dataclass(frozen=True)
class Look:
    """How one kind of thing is drawn."""

    title: str
    colour: str  # of Okabe and Ito
    hatch: str  # plotly's name of a fill pattern; empty for a plain fill


KINDS = {
    "wrongly_listed": Look("wrongly listed", VERMILLION, ""),
    "wrongly_missing": Look("wrongly missing", BLUE, "/"),
    "altered": Look("altered", PURPLE, "."),
}
TIES = {
    "named": Look("same subject: on a list, or a measure against itself", ORANGE, ""),
    "linked": Look("linked: a measure that came through a link", SKY, "/"),
    "derived": Look("derived: only a score", GREEN, "."),
}


def spoken(name: str) -> str:
    """A holder's or list's name as people say it.

    >>> spoken("joint_punishment")
    'joint punishment'
    """
    return name.replace("_", " ")


def as_followed(replay: Replay, what: str) -> pd.DataFrame:
    """Runs of wrong days as they came about: with the correction, if there was one.

    Args:
        what: `lists`, `measures`, `scores`, `points` or `ways`.
    """
    difference = replay.faulty if replay.remaining is None else replay.remaining.difference
    return getattr(difference, what)


def correction_day(replay: Replay) -> date | None:
    """The day the source put the last of its faults right; None if it never did."""
    return None if replay.remaining is None else replay.remaining.residue.correction_day


def fault_days(replay: Replay) -> list[date]:
    """The days on which faults are published, in order."""
    return sorted({edit.struck.day for edit in replay.edits})


def united(runs: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Runs numbered `a` to `b` (see `metrics.numbered`) with those of one key that touch made one.

    Args:
        runs: with the columns of `by`, `a` and `b`.
        by: the columns of a key.
    """
    by = list(by)
    runs = runs.loc[runs["a"] < runs["b"], [*by, "a", "b"]].sort_values([*by, "a", "b"])
    if not len(runs):
        return runs
    keys = [runs[column] for column in by]
    before = runs.groupby(by, sort=False)["b"].cummax().groupby(keys, sort=False).shift()
    opens = before.isna() | (runs["a"] > before)
    pieces = runs.assign(run=opens.cumsum()).groupby([*by, "run"], sort=True)
    return pieces.agg(a=("a", "min"), b=("b", "max")).reset_index().drop(columns="run")


class Count:
    """A whole number that changes on certain days."""

    def __init__(self) -> None:
        self._changes: dict[int, int] = defaultdict(int)

    def add(self, first: int, end: int) -> None:
        """Count one more from a day until another."""
        self._changes[first] += 1
        self._changes[end] -= 1

    @property
    def days(self) -> list[int]:
        """The days on which it may change."""
        return sorted(self._changes)

    def on(self, days: np.ndarray) -> np.ndarray:
        """The number on each day."""
        sums = np.cumsum([0, *(self._changes[day] for day in self.days)])
        return sums[np.searchsorted(np.array(self.days, dtype=np.int64), days, side="right")]


def iso(number: int) -> str:
    """A day's number as `YYYY-MM-DD`."""
    day = metrics.day_of(int(number))
    return day.isoformat() if day else ""


def blank(height: int, narrow: bool, **layout: Any) -> go.Figure:
    """A figure without data, marked as synthetic.

    Args:
        height: in pixels.
        layout: of plotly, over the common one.
    """
    common: dict[str, Any] = {
        "template": "none",
        "height": height,
        "font": {"family": FONT, "size": 12 if narrow else 14, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 12, "r": 12, "t": 56, "b": 40},
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": FAINT, "font": {"color": INK}},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 0, "yanchor": "top"},
    }
    figure = go.Figure(layout=common | layout)
    small = {"size": 11, "color": FAINT}
    write(figure, MARK, 1, 1, yshift=20, xanchor="right", yanchor="bottom", font=small)
    return figure


def empty(text: str, narrow: bool) -> go.Figure:
    """A figure with nothing in it but one sentence in the middle."""
    figure = blank(160, narrow, xaxis={"visible": False}, yaxis={"visible": False})
    write(figure, text, 0.5, 0.5, font={"size": 15, "color": FAINT})
    return figure


def write(figure: go.Figure, text: str, x: Any, y: float, **look: Any) -> None:
    """Write something at a share of the picture's width and height, or wherever `look` refers to."""
    write_all(figure, [note(text, x, y, **look)])


def note(text: str, x: Any, y: float, **look: Any) -> dict[str, Any]:
    """What `write` writes, as a value."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
    } | look


def write_all(figure: go.Figure, notes: Sequence[dict[str, Any]]) -> None:
    """Write many things at once: plotly looks through all that stands there whenever one is added."""
    figure.layout.annotations = [*figure.layout.annotations, *notes]


def draw_all(figure: go.Figure, shapes: Sequence[dict[str, Any]]) -> None:
    """Draw many shapes at once, for the same reason."""
    figure.layout.shapes = [*figure.layout.shapes, *shapes]


def upright(figure: go.Figure, day: str, colour: str, dash: str) -> None:
    """Draw a line across a figure on a day."""
    line = {"color": colour, "width": 2, "dash": dash}
    figure.add_shape(type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line=line)


def hatched(look: Look, size: int, solidity: float) -> dict[str, Any]:
    """The fill of one kind of thing, as plotly has it."""
    return {
        "shape": look.hatch,
        "fgcolor": look.colour,
        "bgcolor": PAPER,
        "fillmode": "replace",
        "size": size,
        "solidity": solidity,
    }


def time_axis(replay: Replay, narrow: bool) -> dict[str, Any]:
    """The axis of days, from shortly before the first fault to the horizon."""
    first = metrics.day_number(fault_days(replay)[0])
    end = metrics.day_number(replay.faulty.horizon)
    room = max(3, (end - first) // 50)
    return {
        "type": "date",
        "range": [iso(first - room), iso(end + room)],
        "showgrid": True,
        "gridcolor": GRID,
        "linecolor": LINE,
        "showline": True,
        "ticks": "outside",
        "tickcolor": LINE,
        "hoverformat": "%Y-%m-%d",
        "tickformatstops": [
            {"dtickrange": [None, 86400000 * 27], "value": "%d %b\n%Y"},
            {"dtickrange": [86400000 * 27, None], "value": "%b %Y"},
        ],
        "nticks": 6 if narrow else 8,
        "tickangle": 0,
    }


def mark_days(figure: go.Figure, replay: Replay) -> None:
    """Draw the days of fault and correction as lines across the figure, and shade what is residue."""
    fixed = correction_day(replay)
    if fixed is not None:
        figure.add_vrect(
            x0=fixed.isoformat(),
            x1=replay.faulty.horizon.isoformat(),
            fillcolor=GREEN,
            opacity=0.06,
            line_width=0,
            layer="below",
        )
    days = fault_days(replay)
    more = f" (the first of {len(days)})" if len(days) > 1 else ""
    marks = [(day.isoformat(), "solid", BLACK, "") for day in days[1:]]
    marks.insert(0, (days[0].isoformat(), "solid", BLACK, f"fault {days[0]}{more}"))
    righted = sorted({edit.correction_day for edit in replay.edits if edit.correction_day})
    marks += [(day.isoformat(), "dash", GREEN, "") for day in righted if day != fixed]
    if fixed is not None:
        more = f" (the last of {len(righted)})" if len(righted) > 1 else ""
        done = f"corrected {fixed}{more}" if righted else f"deleted from {fixed} on"
        text = f"{done}; beyond: residue"
        marks.append((fixed.isoformat(), "dash", GREEN, text))
    said = 0
    for day, dash, colour, text in reversed(marks):
        upright(figure, day, colour, dash)
        if text:
            font = {"size": 12, "color": "#00674b" if colour == GREEN else INK}
            place = {"xref": "x", "xanchor": "left", "yanchor": "bottom", "xshift": -2}
            write(figure, text, day, 1, yshift=2 + 18 * said, font=font, **place)
            said += 1
