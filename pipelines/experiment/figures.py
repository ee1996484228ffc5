"""Pictures of an experiment, as functions that return plotly figures; `layout` says how they look."""

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pipelines.experiment.layout import (
    FOOT,
    TITLE,
    TOP,
    Look,
    apart,
    band,
    beside,
    in_panels,
    in_rows,
    key,
    label,
    line,
    plain,
    point,
    with_interval,
)
from pipelines.experiment.rows import UNCORRECTED
from pipelines.experiment.summary import Summary
from pipelines.replay.tell.figures.marks import FAINT, blank, write

# Marks of the axis of days after the correction; fewer on a narrow screen.
DAYS_AFTER = (0, 1, 3, 7, 14, 30, 90, 180, 365, 730)
FEWER_DAYS = (0, 1, 7, 30, 90, 365)
JITTER = 5  # heights among which the dots of a row are spread


def cost(summary: Summary, narrow: bool = False) -> go.Figure:
    """What a fault costs, an arm a row: corrected, and had it never been."""
    return _both_states(summary, narrow, "entry_days", "entry-days a fault", ":,.1f")


def seen(summary: Summary, narrow: bool = False) -> go.Figure:
    """How many enquiries meet what is wrong, an arm a row: corrected, and had it never been."""
    return _both_states(summary, narrow, "enquiries", "enquiries a fault", ":,.2f")


def _both_states(summary: Summary, narrow: bool, column: str, title: str, form: str) -> go.Figure:
    """A mean with its interval, an arm a row: corrected, and had it never been."""
    look = Look(summary, narrow)
    figure = in_rows(look, [arm["name"] for arm in look.arms])
    corrected = any(map(_remedied, look.arms))
    for arm in look.arms:
        marks, shift = look.of(arm), 0.16 if corrected else 0
        point(figure, arm, column, arm["name"], marks, shift, form=form)
        if _remedied(arm):
            without = f"{column}{UNCORRECTED}"
            point(figure, arm, without, arm["name"], marks, -0.16, hollow=True, form=form)
    figure.update_xaxes(title_text=title, rangemode="tozero")
    if corrected:
        key(figure, look, "filled: corrected; hollow: had it never been")
    return figure


def _remedied(arm: Mapping[str, Any]) -> bool:
    """Whether anything is done in an arm about what is wrong."""
    return pd.notna(arm["correct_after"]) or arm["remedy"] is not None


def reach(summary: Summary, narrow: bool = False) -> go.Figure:
    """How many faults reach anything, and how many a list, an arm a row."""
    look = Look(summary, narrow)
    figure = in_rows(look, [arm["name"] for arm in look.arms])
    for arm in look.arms:
        marks = look.of(arm)
        point(figure, arm, "p_reach", arm["name"], marks, 0.16, hollow=True, form=":.1%")
        point(figure, arm, "p_list", arm["name"], marks, -0.16, form=":.1%")
    figure.update_xaxes(title_text="share of faults", rangemode="tozero", tickformat=".0%")
    key(figure, look, "hollow: reach anything; filled: reach a list")
    return figure


def effects(summary: Summary, narrow: bool = False) -> go.Figure:
    """What one difference between two arms changes, over the same faults, a pair a row."""
    look = Look(summary, narrow)
    rows = summary.effects.dropna(subset=["entry_days"]).to_dict("records")
    figure = in_rows(look, [row["change"] for row in rows])
    by_number = {arm["arm"]: arm for arm in look.arms}
    for row in rows:
        point(figure, row, "entry_days", row["change"], look.of(by_number[row["arm"]]))
    figure.add_vline(x=0, line={"color": FAINT, "width": 1.5})
    figure.update_xaxes(title_text="entry-days a fault")
    key(figure, look, "second arm less the first; left of the line it is better")
    return figure


def distribution(replays: pd.DataFrame, summary: Summary, narrow: bool = False) -> go.Figure:
    """The entry-days of every fault that reaches a list, an arm a row, with their median."""
    look = Look(summary, narrow)
    names = [arm["name"] for arm in look.arms]
    figure = in_rows(look, names)
    figure.update_layout(margin={"r": 82})
    most = 10.0
    for n, arm in enumerate(look.arms):
        mine = replays[(replays["arm"] == arm["arm"]) & (replays["cells"] > 0)]
        days = mine["entry_days"].astype(float).sort_values().tolist()
        marks = look.of(arm)
        beside(figure, n, f"{len(days)} of {arm['followed']}")
        if not days:
            continue
        most = max(most, days[-1])
        colour = marks["colour"]
        dots = {"symbol": marks["symbol"], "size": 8, "color": colour, "opacity": 0.45}
        median = [arm["median_if_listed"]] * 2
        # Dots of like size lie beside each other, in an order that does not depend on chance.
        heights = [n + (k % JITTER - JITTER // 2) * 0.07 for k in range(len(days))]
        each, bar = {"mode": "markers", "marker": dots}, {"color": colour, "width": 3}
        for what, x, y, drawn in (
            ("", days, heights, each),
            ("median ", median, [n - 0.36, n + 0.36], {"mode": "lines", "line": bar}),
        ):
            said = f"{what}%{{x:,.0f}} entry-days<extra></extra>"
            figure.add_scatter(x=x, y=y, hovertemplate=said, showlegend=False, **drawn)
    figure.update_xaxes(
        title_text="entry-days of one fault (log)",
        type="log",
        dtick=2 if narrow and most > 1000 else 1,
        range=[-0.08, math.log10(most) + 0.12],
    )
    key(figure, look, "a mark a fault; bar: their median; right: how many")
    return figure


def residue(summary: Summary, narrow: bool = False) -> go.Figure:
    """The share of cells wrong on each day after the correction, with its band."""
    look = Look(summary, narrow)
    figure, panels = in_panels(look)
    key(figure, look, "share wrong on that day, of the cells wrong on the eve")
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
            band(figure, panel, x, low, high, look.of(arm))
            line(figure, panel, x, share, look.of(arm))
            ends.append((name, share[-1], look.of(arm)))
        label(figure, panel, ends, look)
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
    rows = [
        (float(gains[arm["arm"]]) / worlds, arm)
        for arm in look.arms
        if pd.notna(gains[arm["arm"]]) and pd.notna(arm["entry_days"])
    ]
    figure = blank(440 if narrow else 480, narrow)
    plain(figure, look)
    if not rows:
        return figure
    most = max(x for x, _ in rows) or 1.0
    top = max(arm["entry_days_high"] for _, arm in rows) * 1.08 or 1.0
    high, step = figure.layout.height - TITLE - FOOT, most * (0.04 if narrow else 0.02)
    groups = near(rows, step)
    wanted = [[arm["entry_days"] / top * high for _, arm in group] for group in groups]
    # Where the picture is narrow, names from its two sides meet in the middle.
    given = iter(
        apart(list(chain(*wanted)), high) if narrow else chain(*(apart(w, high) for w in wanted))
    )
    for group, places in zip(groups, wanted, strict=True):
        # Arms that know as much stand side by side, their names on the side with more room.
        left, width = group[0][0] > most / 2, step * (len(group) - 1)
        first = group[-1][0] - width if left else group[0][0]
        for n, ((_, arm), at) in enumerate(zip(group, places, strict=True)):
            marks = look.of(arm)
            figure.add_trace(with_interval(arm, "entry_days", first + n * step, marks))
            place = (
                {"xanchor": "right", "xshift": -10} if left else {"xanchor": "left", "xshift": 10}
            )
            place |= {"xref": "x", "yref": "y", "yshift": next(given) - at}
            font = {"color": marks["colour"], "size": 12 if narrow else 13}
            end = first if left else first + width
            write(figure, arm["name"], end, arm["entry_days"], font=font, **place)
    figure.update_xaxes(
        title_text="gain: true listings that holders know, a world", range=[0, most * 1.06]
    )
    figure.update_yaxes(range=[0, top])
    key(figure, look, "harm: entry-days a fault")
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
