"""How the pictures of an experiment are laid out: rows with a name, panels, marks, labels.

Arms of one level of joining are told apart by colour, symbol and kind of line together, so that no one
of them is needed; the same policy and correction look the same at every level. Names stand beside the
lines they belong to, not in a legend.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pipelines.experiment.summary import Summary
from pipelines.replay.tell.figures.marks import (
    BLACK,
    BLUE,
    FAINT,
    GREEN,
    GRID,
    LINE,
    MARK,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    VERMILLION,
    blank,
    write,
)

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
TOGETHER = 3  # arms of one level of joining that still share a panel
LABEL = 16  # pixels a line of text takes
TITLE, FOOT = 42, 62  # pixels above and below a picture
TOP = 1.04  # of an axis of shares
GAP, HEAD = 46, 20  # pixels between two panels, and of the name over each


class Look:
    """How the arms of an experiment look."""

    def __init__(self, summary: Summary, narrow: bool) -> None:
        self.narrow = narrow
        self.arms = summary.arms.to_dict("records")
        levels = list(dict.fromkeys(arm["join"] for arm in self.arms))
        self._levels = len(levels) > 1
        self._order = list(dict.fromkeys(self._rest(arm) for arm in self.arms))
        self.panels: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for level in levels:
            mine = [arm for arm in self.arms if arm["join"] == level]
            afters = {(arm["correct_after"], arm["remedy"]) for arm in mine}
            split = len(mine) > TOGETHER and len(afters) > 1
            for arm in mine:
                first, last = self._rest(arm), ""
                if split:
                    first, _, last = first.rpartition(" · ")
                title = " · ".join(part for part in (level if self._levels else "", last) if part)
                self.panels.setdefault(title, []).append((first, arm))

    def _rest(self, arm: Mapping[str, Any]) -> str:
        """The name of an arm without its level of joining, which comes first if there are several."""
        return arm["name"].partition(" · ")[2] if self._levels else arm["name"]

    def of(self, arm: Mapping[str, Any]) -> dict[str, Any]:
        """Colour, symbol and dash of an arm."""
        n = self._order.index(self._rest(arm))
        return {
            "colour": COLOURS[n % len(COLOURS)],
            "symbol": SYMBOLS[n % len(SYMBOLS)],
            "dash": DASHES[n % len(DASHES)],
        }

    def width_of(self, texts: Sequence[str]) -> int:
        """Pixels that the longest of some names takes, with a little room."""
        return int(max(map(len, texts), default=0) * (6.4 if self.narrow else 7.4)) + 14


def apart(wanted: Sequence[float], high: float, gap: float = LABEL) -> list[float]:
    """Places as near to those wanted as they can be, in the same order, at least `gap` apart.

    They stay between half a gap and `high`, if there is room for all.

    >>> apart([20, 22, 60], 100, 10)
    [16.0, 26.0, 60.0]
    >>> apart([0, 1], 100, 10)
    [5.0, 15.0]
    """
    # Runs of labels that touch are moved as one, about the middle of where they want to be.
    runs: list[list[float]] = []

    def first(run: Sequence[float]) -> float:
        room = gap * (len(run) - 1)
        return max(gap / 2, min(high - room, sum(run) / len(run) - room / 2))

    for place in sorted(wanted):
        runs.append([place])
        while len(runs) > 1 and first(runs[-1]) - first(runs[-2]) < gap * len(runs[-2]):
            runs[-2:] = [runs[-2] + runs[-1]]
    found = [first(run) + gap * n for run in runs for n in range(len(run))]
    places = [0.0] * len(wanted)
    for n, place in zip(sorted(range(len(wanted)), key=lambda n: wanted[n]), found, strict=True):
        places[n] = place
    return places


# --- rows: a name, a point, an interval ------------------------------------------------------------


def in_rows(look: Look, names: Sequence[str]) -> go.Figure:
    """A figure with a row for each name."""
    figure = blank(TITLE + FOOT + (44 if look.narrow else 46) * max(1, len(names)), look.narrow)
    plain(figure, look)
    shown = [name.replace(": ", ":<br>") for name in names] if look.narrow else list(names)
    lines = [line for name in shown for line in name.split("<br>")]
    figure.update_layout(margin={"l": look.width_of(lines), "r": 24})
    figure.update_xaxes(nticks=5 if look.narrow else 8)
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=shown,
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
        ticks="",
        automargin=False,
    )
    figure.update_layout(meta={"rows": list(names)})
    return figure


def beside(figure: go.Figure, row: int, text: str) -> None:
    """Write something at the right end of a row."""
    place = {"yref": "y", "xanchor": "left", "xshift": 8}
    write(figure, text, 1, row, font={"size": 12}, **place)


def point(
    figure: go.Figure,
    row: Mapping[str, Any],
    name: str,
    at: str,
    marks: Mapping[str, Any],
    shift: float = 0.0,
    hollow: bool = False,
    form: str = ":,.1f",
) -> None:
    """A figure with its interval, in the row of a name."""
    if pd.notna(row[name]):
        place = figure.layout.meta["rows"].index(at) - shift
        figure.add_trace(with_interval(row, name, place, marks, True, hollow, form))


def with_interval(
    row: Mapping[str, Any],
    name: str,
    at: float,
    marks: Mapping[str, Any],
    across: bool = False,
    hollow: bool = False,
    form: str = ":,.1f",
) -> go.Scatter:
    """A figure with its interval as a mark and a bar, across or upright."""
    value, low, high = (float(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    bar = {
        "type": "data",
        "array": [high - value],
        "arrayminus": [value - low],
        "color": marks["colour"],
        "thickness": 1.5 if hollow else 2.5,
        "width": 0,
    }
    low_said, high_said = (f"{end:{form[1:]}}" for end in (low, high))
    said = f"%{{{'x' if across else 'y'}{form}}} ({low_said} to {high_said})"
    return go.Scatter(
        x=[value] if across else [at],
        y=[at] if across else [value],
        **({"error_x": bar} if across else {"error_y": bar}),
        mode="markers",
        marker={
            "symbol": marks["symbol"],
            "size": 10,
            "color": PAPER if hollow else marks["colour"],
            "line": {"color": marks["colour"], "width": 2},
        },
        name=row.get("name", ""),
        cliponaxis=False,
        hovertemplate=said + "<extra></extra>",
        showlegend=False,
    )


# --- panels, one above the other -------------------------------------------------------------------


@dataclass(frozen=True)
class Panel:
    """One of the panels: its row, from 1 at the top, and its height in pixels."""

    row: int
    height: int


def in_panels(look: Look) -> tuple[go.Figure, dict[str, Panel]]:
    """A figure with the panels of the arms, one above the other."""
    from plotly.subplots import make_subplots

    each, count = 200 if look.narrow else 220, len(look.panels)
    inside = each * count + GAP * (count - 1)
    figure = make_subplots(rows=count, cols=1, vertical_spacing=GAP / inside if count > 1 else 0)
    figure.update_layout(blank(inside + TITLE + HEAD + FOOT, look.narrow).layout)
    plain(figure, look)
    names = [name for arms in look.panels.values() for name, _ in arms]
    figure.update_layout(margin={"l": 52, "r": look.width_of(names), "t": TITLE + HEAD})
    for n, title in enumerate(look.panels):
        if title:
            y, place = 1 - n * (each + GAP) / inside, {"xanchor": "left", "yanchor": "bottom"}
            write(figure, f"<b>{title}</b>", 0, y, yshift=2, **place)
    return figure, {title: Panel(n + 1, each) for n, title in enumerate(look.panels)}


def line(
    figure: go.Figure,
    panel: Panel,
    x: Sequence[float],
    y: Sequence[float],
    marks: Mapping[str, Any],
) -> None:
    """Draw a step function in a panel."""
    look = {"color": marks["colour"], "dash": marks["dash"], "width": 2.5}
    _steps(figure, panel, x, y, look, hovertemplate="%{y:.1%}<extra></extra>")


def band(
    figure: go.Figure,
    panel: Panel,
    x: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    marks: Mapping[str, Any],
) -> None:
    """Fill the space between two step functions in a panel."""
    red, green, blue = (int(marks["colour"][n : n + 2], 16) for n in (1, 3, 5))
    colour = f"rgba({red},{green},{blue},0.14)"
    for y, fill in ((low, None), (high, "tonexty")):
        _steps(figure, panel, x, y, {"width": 0}, fill=fill, fillcolor=colour, hoverinfo="skip")


def _steps(
    figure: go.Figure,
    panel: Panel,
    x: Sequence[float],
    y: Sequence[float],
    look: Mapping[str, Any],
    **more: Any,
) -> None:
    steps = go.Scatter(
        x=x, y=y, mode="lines", line={"shape": "hv", **look}, showlegend=False, **more
    )
    figure.add_trace(steps, row=panel.row, col=1)


def label(
    figure: go.Figure,
    panel: Panel,
    ends: Sequence[tuple[str, float, Mapping[str, Any]]],
    look: Look,
) -> None:
    """Write names beside the ends of their lines, moved apart where they would touch."""
    wanted = [share / TOP * panel.height for _, share, _ in ends]
    number = "" if panel.row == 1 else str(panel.row)
    for (name, share, marks), at, to in zip(ends, wanted, apart(wanted, panel.height), strict=True):
        place = {"xref": f"x{number} domain", "yref": f"y{number}", "xanchor": "left", "xshift": 6}
        font = {"color": marks["colour"], "size": 12 if look.narrow else 13}
        write(figure, name, 1, share, yshift=to - at, font=font, **place)


# --- all of them -----------------------------------------------------------------------------------


def plain(figure: go.Figure, look: Look) -> None:
    """Margins, axes and the mark of synthetic data as all figures have them."""
    figure.update_layout(margin={"l": 56, "r": 24, "t": TITLE, "b": FOOT}, showlegend=False)
    figure.layout.annotations = ()
    size = 12 if look.narrow else 13
    axis: dict[str, Any] = {
        "gridcolor": GRID,
        "linecolor": LINE,
        "tickcolor": LINE,
        "ticks": "outside",
        "zeroline": False,
        "separatethousands": True,
        "exponentformat": "none",
        "tickfont": {"size": size},
        "tickangle": 0,
        "title": {"standoff": 6, "font": {"size": size}},
    }
    figure.update_xaxes(showline=True, **axis)
    figure.update_yaxes(**axis)
    place = {"yshift": -FOOT + 2, "xanchor": "right", "yanchor": "bottom"}
    write(figure, MARK, 1, 0, font={"size": 10, "color": FAINT}, **place)


def key(figure: go.Figure, look: Look, text: str) -> None:
    """What is drawn, in words, above the picture on the left."""
    figure.update_layout(
        title={
            "text": text,
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 8},
            "font": {"size": 12 if look.narrow else 13, "color": FAINT},
        }
    )
