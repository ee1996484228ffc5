"""Pictures of an experiment, as functions that return plotly figures.

Arms of one level of joining are told apart by colour, symbol and kind of line together, so that no one
of them is needed; the same policy and correction look the same at every level. Names stand beside the
lines they belong to, not in a legend.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pipelines.experiment.summary import Summary
from pipelines.replay.figures.marks import (
    BLACK,
    BLUE,
    FAINT,
    GREEN,
    LINE,
    NOTICE,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    VERMILLION,
    blank,
)

COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
GRID = "#e7ebef"
# Marks of the axis of days after the correction; fewer on a narrow screen.
DAYS_AFTER = (0, 1, 3, 7, 14, 30, 90, 180, 365, 730)
FEWER_DAYS = (0, 1, 7, 30, 90, 365)
TOGETHER = 3  # arms of one level of joining that still share a panel
JITTER = 5  # heights among which the dots of a row are spread
LABEL = 16  # pixels a line of text takes


class Look:
    """How the arms of an experiment look.

    Args:
        summary: of the experiment.
        narrow: whether it is meant for a narrow screen.
    """

    def __init__(self, summary: Summary, narrow: bool) -> None:
        self.narrow = narrow
        self.arms = summary.arms.to_dict("records")
        levels = list(dict.fromkeys(arm["join"] for arm in self.arms))
        self._levels = len(levels) > 1
        self._order = list(dict.fromkeys(self._rest(arm) for arm in self.arms))
        self.panels: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        for level in levels:
            mine = [arm for arm in self.arms if arm["join"] == level]
            afters = {arm["correct_after"] for arm in mine}
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


def cost(summary: Summary, narrow: bool = False) -> go.Figure:
    """What a fault costs, an arm a row: corrected, and had it never been."""
    look = Look(summary, narrow)
    figure = _rows(look, [arm["name"] for arm in look.arms])
    corrected = any(pd.notna(arm["correct_after"]) for arm in look.arms)
    for arm in look.arms:
        marks = look.of(arm)
        _point(figure, arm, "entry_days", arm["name"], marks, shift=0.16 if corrected else 0)
        if pd.notna(arm["correct_after"]):
            _point(figure, arm, "entry_days_uncorrected", arm["name"], marks, -0.16, hollow=True)
    figure.update_xaxes(title_text="entry-days a fault", rangemode="tozero")
    if corrected:
        _key(figure, look, "filled: corrected; hollow: had it never been")
    return figure


def reach(summary: Summary, narrow: bool = False) -> go.Figure:
    """How many faults reach anything, and how many a list, an arm a row."""
    look = Look(summary, narrow)
    figure = _rows(look, [arm["name"] for arm in look.arms])
    for arm in look.arms:
        marks = look.of(arm)
        _point(figure, arm, "p_reach", arm["name"], marks, 0.16, hollow=True, form=":.1%")
        _point(figure, arm, "p_list", arm["name"], marks, -0.16, form=":.1%")
    figure.update_xaxes(title_text="share of faults", rangemode="tozero", tickformat=".0%")
    _key(figure, look, "hollow: reach anything; filled: reach a list")
    return figure


def effects(summary: Summary, narrow: bool = False) -> go.Figure:
    """What one difference between two arms changes, over the same faults, a pair a row."""
    look = Look(summary, narrow)
    told = summary.effects.dropna(subset=["entry_days"]).to_dict("records")
    figure = _rows(look, [row["change"] for row in told])
    by_number = {arm["arm"]: arm for arm in look.arms}
    for row in told:
        _point(figure, row, "entry_days", row["change"], look.of(by_number[row["arm"]]))
    figure.add_vline(x=0, line={"color": FAINT, "width": 1.5})
    figure.update_xaxes(title_text="entry-days a fault")
    _key(figure, look, "second arm less the first; left of the line it is better")
    return figure


def distribution(replays: pd.DataFrame, summary: Summary, narrow: bool = False) -> go.Figure:
    """The entry-days of every fault that reaches a list, an arm a row, with their median."""
    look = Look(summary, narrow)
    names = [arm["name"] for arm in look.arms]
    figure = _rows(look, names)
    figure.update_layout(margin={"r": 82})
    most = 10.0
    for n, arm in enumerate(look.arms):
        mine = replays[(replays["arm"] == arm["arm"]) & (replays["cells"] > 0)]
        days = mine["entry_days"].astype(float).sort_values().tolist()
        marks = look.of(arm)
        _beside(figure, n, f"{len(days)} of {arm['followed']}")
        if not days:
            continue
        most = max(most, days[-1])
        figure.add_trace(
            go.Scatter(
                x=days,
                # Dots of like size lie beside each other, in an order that does not depend on chance.
                y=[n + (k % JITTER - JITTER // 2) * 0.07 for k in range(len(days))],
                mode="markers",
                marker={
                    "symbol": marks["symbol"],
                    "size": 8,
                    "color": marks["colour"],
                    "opacity": 0.45,
                },
                hovertemplate="%{x:,.0f} entry-days<extra></extra>",
                showlegend=False,
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[arm["median_if_listed"]] * 2,
                y=[n - 0.36, n + 0.36],
                mode="lines",
                line={"color": marks["colour"], "width": 3},
                hovertemplate="median %{x:,.0f} entry-days<extra></extra>",
                showlegend=False,
            )
        )
    figure.update_xaxes(
        title_text="entry-days of one fault (log)",
        type="log",
        dtick=2 if narrow and most > 1000 else 1,
        range=[-0.08, math.log10(most) + 0.12],
    )
    _key(figure, look, "a mark a fault; bar: their median; right: how many")
    return figure


def residue(summary: Summary, narrow: bool = False) -> go.Figure:
    """The share of cells wrong on each day after the correction, with its band."""
    look = Look(summary, narrow)
    figure, panels = _panels(look)
    _key(figure, look, "share wrong on that day, of the cells wrong on the eve")
    marks = FEWER_DAYS if narrow else DAYS_AFTER
    watched = summary.arms["watched"].max()
    last = 1 + (365 if pd.isna(watched) else int(watched))
    for title, panel in panels.items():
        ends = []
        for name, arm in look.panels[title]:
            curve = summary.residue[summary.residue["arm"] == arm["arm"]]
            if not len(curve):
                continue
            to = int(arm["watched"])
            # A logarithmic axis has no 0: day u stands where u + 1 would.
            x = [u + 1 for u in curve["days_after"].astype(int)] + [to]
            share, low, high = (
                [*curve[column].astype(float), float(curve[column].iloc[-1])]
                for column in ("share", "share_low", "share_high")
            )
            _band(figure, panel, x, low, high, look.of(arm))
            _line(figure, panel, x, share, look.of(arm))
            ends.append((name, share[-1], look.of(arm)))
        _label(figure, panel, ends, look)
        figure.add_hline(
            y=0.5, line={"color": FAINT, "width": 1, "dash": "dot"}, row=panel.row, col=1
        )
        figure.update_yaxes(range=[0, TOP], dtick=0.25, tickformat=".0%", row=panel.row, col=1)
        figure.update_xaxes(
            type="log",
            range=[0, math.log10(last)],
            tickvals=[u + 1 for u in marks if u < last],
            ticktext=[str(u) for u in marks if u < last],
            row=panel.row,
            col=1,
        )
    figure.update_xaxes(title_text="days after the correction (log)", row=len(panels), col=1)
    return figure


def gain_and_harm(summary: Summary, narrow: bool = False) -> go.Figure:
    """What joining lets holders know, and what one more fault then costs: a point an arm."""
    look = Look(summary, narrow)
    worlds = summary.design["worlds"]
    gains = summary.gains.set_index("arm")["true_high"].to_dict()
    told = [
        (float(gains[arm["arm"]]) / worlds, arm)
        for arm in look.arms
        if pd.notna(gains[arm["arm"]]) and pd.notna(arm["entry_days"])
    ]
    figure = blank(440 if narrow else 480, narrow)
    _plain(figure, look)
    if not told:
        return figure
    most = max(x for x, _ in told) or 1.0
    top = max(arm["entry_days_high"] for _, arm in told) * 1.08 or 1.0
    high, step = figure.layout.height - TITLE - FOOT, most * (0.04 if narrow else 0.02)
    for group in near(told, step):
        # Arms that know as much stand side by side, their names on the side with more room.
        left, width = group[0][0] > most / 2, step * (len(group) - 1)
        first = group[-1][0] - width if left else group[0][0]
        wanted = [arm["entry_days"] / top * high for _, arm in group]
        for n, ((_, arm), at, to) in enumerate(
            zip(group, wanted, apart(wanted, high), strict=True)
        ):
            marks = look.of(arm)
            figure.add_trace(_with_interval(arm, "entry_days", first + n * step, marks))
            figure.add_annotation(
                x=first if left else first + width,
                y=arm["entry_days"],
                text=arm["name"],
                showarrow=False,
                xanchor="right" if left else "left",
                xshift=-10 if left else 10,
                yshift=to - at,
                font={"color": marks["colour"], "size": 12 if narrow else 13},
            )
    figure.update_xaxes(
        title_text="gain: true listings that holders know, a world", range=[0, most * 1.06]
    )
    figure.update_yaxes(range=[0, top])
    _key(figure, look, "harm: entry-days a fault")
    return figure


def near(
    told: Sequence[tuple[float, Mapping[str, Any]]], step: float
) -> list[list[tuple[float, Mapping[str, Any]]]]:
    """Points put together whose marks would lie on each other: neighbours less than two steps apart."""
    groups: list[list[tuple[float, Mapping[str, Any]]]] = []
    for x, arm in sorted(told, key=lambda point: point[0]):
        if groups and x - groups[-1][-1][0] < 2 * step:
            groups[-1].append((x, arm))
        else:
            groups.append([(x, arm)])
    return groups


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


def _rows(look: Look, names: Sequence[str]) -> go.Figure:
    figure = blank(TITLE + FOOT + (44 if look.narrow else 46) * max(1, len(names)), look.narrow)
    _plain(figure, look)
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


def _beside(figure: go.Figure, row: int, text: str) -> None:
    """Write something at the right end of a row."""
    figure.add_annotation(
        text=text,
        xref="paper",
        yref="y",
        x=1,
        y=row,
        xanchor="left",
        xshift=8,
        showarrow=False,
        font={"size": 12},
    )


def _point(
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
    if pd.isna(row[name]):
        return
    place = figure.layout.meta["rows"].index(at) + (-shift)
    trace = _with_interval(row, name, place, marks, across=True, hollow=hollow, form=form)
    figure.add_trace(trace)


def _with_interval(
    row: Mapping[str, Any],
    name: str,
    at: float,
    marks: Mapping[str, Any],
    across: bool = False,
    hollow: bool = False,
    form: str = ":,.1f",
) -> go.Scatter:
    value, low, high = (float(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    bar = {
        "type": "data",
        "array": [high - value],
        "arrayminus": [value - low],
        "color": marks["colour"],
        "thickness": 1.5 if hollow else 2.5,
        "width": 0,
    }
    symbol = marks["symbol"]
    said = f"%{{{'x' if across else 'y'}{form}}} ({_as(form, low)} to {_as(form, high)})"
    return go.Scatter(
        x=[value] if across else [at],
        y=[at] if across else [value],
        **({"error_x": bar} if across else {"error_y": bar}),
        mode="markers",
        marker={
            "symbol": symbol,
            "size": 10,
            "color": PAPER if hollow else marks["colour"],
            "line": {"color": marks["colour"], "width": 2},
        },
        name=row.get("name", ""),
        cliponaxis=False,
        hovertemplate=said + "<extra></extra>",
        showlegend=False,
    )


def _as(form: str, value: float) -> str:
    return f"{value:{form[1:]}}"


# --- panels, one above the other -------------------------------------------------------------------

TOP = 1.04  # of an axis of shares
GAP, HEAD = 46, 20  # pixels between two panels, and of the name over each


@dataclass(frozen=True)
class _Panel:
    """One of the panels: its row, from 1 at the top, and its height in pixels."""

    row: int
    height: int


def _panels(look: Look) -> tuple[go.Figure, dict[str, _Panel]]:
    """A figure with the panels of the arms, one above the other."""
    from plotly.subplots import make_subplots

    each, count = 200 if look.narrow else 220, len(look.panels)
    inside = each * count + GAP * (count - 1)
    figure = make_subplots(rows=count, cols=1, vertical_spacing=GAP / inside if count > 1 else 0)
    figure.update_layout(blank(inside + TITLE + HEAD + FOOT, look.narrow).layout)
    _plain(figure, look)
    names = [name for arms in look.panels.values() for name, _ in arms]
    figure.update_layout(margin={"l": 52, "r": look.width_of(names), "t": TITLE + HEAD})
    for n, title in enumerate(look.panels):
        if title:
            figure.add_annotation(
                text=f"<b>{title}</b>",
                xref="paper",
                yref="paper",
                x=0,
                y=1 - n * (each + GAP) / inside,
                yshift=2,
                xanchor="left",
                yanchor="bottom",
                showarrow=False,
            )
    return figure, {title: _Panel(n + 1, each) for n, title in enumerate(look.panels)}


def _line(
    figure: go.Figure,
    panel: _Panel,
    x: Sequence[float],
    y: Sequence[float],
    marks: Mapping[str, Any],
) -> None:
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="lines",
            line={"shape": "hv", "color": marks["colour"], "dash": marks["dash"], "width": 2.5},
            hovertemplate="%{y:.1%}<extra></extra>",
            showlegend=False,
        ),
        row=panel.row,
        col=1,
    )


def _band(
    figure: go.Figure,
    panel: _Panel,
    x: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    marks: Mapping[str, Any],
) -> None:
    red, green, blue = (int(marks["colour"][n : n + 2], 16) for n in (1, 3, 5))
    for y, fill in ((low, None), (high, "tonexty")):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=y,
                mode="lines",
                line={"shape": "hv", "width": 0},
                fill=fill,
                fillcolor=f"rgba({red},{green},{blue},0.14)",
                hoverinfo="skip",
                showlegend=False,
            ),
            row=panel.row,
            col=1,
        )


def _label(
    figure: go.Figure,
    panel: _Panel,
    ends: Sequence[tuple[str, float, Mapping[str, Any]]],
    look: Look,
) -> None:
    """Write names beside the ends of their lines, moved apart where they would touch."""
    wanted = [share / TOP * panel.height for _, share, _ in ends]
    number = "" if panel.row == 1 else str(panel.row)
    for (name, share, marks), at, to in zip(ends, wanted, apart(wanted, panel.height), strict=True):
        figure.add_annotation(
            text=name,
            xref=f"x{number} domain",
            yref=f"y{number}",
            x=1,
            y=share,
            yshift=to - at,
            xshift=6,
            xanchor="left",
            showarrow=False,
            font={"color": marks["colour"], "size": 12 if look.narrow else 13},
        )


# --- all of them -----------------------------------------------------------------------------------

TITLE, FOOT = 42, 62  # pixels above and below a picture


def _plain(figure: go.Figure, look: Look) -> None:
    """Margins, axes and the mark of synthetic data as all figures have them."""
    figure.update_layout(margin={"l": 56, "r": 24, "t": TITLE, "b": FOOT}, showlegend=False)
    figure.layout.annotations = ()
    size = 12 if look.narrow else 13
    axis: dict[str, Any] = {"gridcolor": GRID, "linecolor": LINE, "tickcolor": LINE}
    axis |= {"ticks": "outside", "zeroline": False}
    axis |= {"separatethousands": True, "exponentformat": "none"}
    axis |= {
        "tickfont": {"size": size},
        "tickangle": 0,
        "title": {"standoff": 6, "font": {"size": size}},
    }
    figure.update_xaxes(showline=True, **axis)
    figure.update_yaxes(**axis)
    figure.add_annotation(
        text=NOTICE,
        xref="paper",
        yref="paper",
        x=1,
        y=0,
        yshift=-FOOT + 2,
        xanchor="right",
        yanchor="bottom",
        showarrow=False,
        font={"size": 10, "color": FAINT},
    )


def _key(figure: go.Figure, look: Look, text: str) -> None:
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
