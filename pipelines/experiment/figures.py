"""Pictures of an experiment, as functions that return plotly figures.

Arms are told apart by colour, symbol and kind of line together, so that no one of them is needed.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pipelines.experiment.rows import FOLLOWED
from pipelines.experiment.summary import Summary
from pipelines.replay.figures.marks import (
    BLACK,
    BLUE,
    FONT,
    GREEN,
    INK,
    LINE,
    NOTICE,
    ORANGE,
    PAPER,
    PURPLE,
    SKY,
    VERMILLION,
)

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")


def reach(summary: Summary) -> go.Figure:
    """How likely any reach is, an arm a row, with its interval."""
    arms = summary.arms.dropna(subset=["p_reach"])
    figure = go.Figure()
    for n, row in enumerate(arms.itertuples()):
        figure.add_trace(
            go.Scatter(
                x=[row.p_reach],
                y=[row.name],
                error_x={
                    "type": "data",
                    "array": [row.p_reach_high - row.p_reach],
                    "arrayminus": [row.p_reach - row.p_reach_low],
                    "color": _colour(n),
                },
                marker={"color": _colour(n), "symbol": _symbol(n), "size": 11},
                mode="markers",
                name=row.name,
                hovertemplate=f"%{{x:.1%}} of {row.followed} faults<extra></extra>",
            )
        )
    figure.update_xaxes(title="share of faults that reach any list, measure or score", range=[0, 1],
                        tickformat=".0%")  # fmt: skip
    return _plain(figure, legend=False, rows=len(arms))


def distribution(replays: pd.DataFrame, summary: Summary) -> go.Figure:
    """Of the faults with reach: the share with at least so many entry-days, by arm."""
    figure = go.Figure()
    for n, row in enumerate(summary.arms.itertuples()):
        mine = replays[
            (replays["arm"] == row.arm)
            & (replays["outcome"] == FOLLOWED)
            & (replays["entry_days"] > 0)
        ]
        days = mine["entry_days"].astype(float).sort_values()
        if not len(days):
            continue
        figure.add_trace(
            go.Scatter(
                x=days,
                y=[(len(days) - k) / len(days) for k in range(len(days))],
                mode="lines",
                line={"shape": "hv", "color": _colour(n), "dash": _dash(n), "width": 2.5},
                name=row.name,
            )
        )
    figure.update_xaxes(title="entry-days, of the faults that reach a list", type="log")
    figure.update_yaxes(title="share with at least as many", range=[0, 1.02], tickformat=".0%")
    return _plain(figure)


def residue(summary: Summary) -> go.Figure:
    """Kaplan-Meier curves of what is still wrong after the correction, by arm."""
    figure = go.Figure()
    for n, row in enumerate(summary.arms.itertuples()):
        curve = summary.survival[summary.survival["arm"] == row.arm]
        if not len(curve) or not curve["at_risk"].iloc[0]:
            continue
        half = "half-life beyond the horizon" if pd.isna(row.half_life) else (
            f"half-life {int(row.half_life)} d")  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=curve["days_after"],
                y=curve["share"],
                mode="lines",
                line={"shape": "hv", "color": _colour(n), "dash": _dash(n), "width": 2.5},
                name=f"{row.name}: {half}, plateau {row.plateau:.0%}",
            )
        )
    figure.update_xaxes(title="days after the correction")
    figure.update_yaxes(title="share of entries still wrong", range=[0, 1.02], tickformat=".0%")
    return _plain(figure)


def effects(summary: Summary) -> go.Figure:
    """What each arm changes against the first of its correction, over the same faults."""
    figure = go.Figure()
    for n, row in enumerate(summary.effects.itertuples()):
        if row.entry_days is None or pd.isna(row.entry_days):
            continue
        figure.add_trace(
            go.Scatter(
                x=[row.entry_days],
                y=[f"{row.name}<br>against {row.against}"],
                error_x={
                    "type": "data",
                    "array": [row.entry_days_high - row.entry_days],
                    "arrayminus": [row.entry_days - row.entry_days_low],
                    "color": _colour(n),
                },
                mode="markers",
                marker={"color": _colour(n), "symbol": _symbol(n), "size": 11},
                name=row.name,
            )
        )
    figure.add_vline(x=0, line={"color": INK, "width": 1})
    figure.update_xaxes(title="entry-days more (or fewer) a fault, paired, with interval")
    return _plain(figure, legend=False, rows=len(summary.effects))


def gain_and_harm(summary: Summary) -> go.Figure:
    """What joining lets holders know beside what it makes them believe, and what one fault then does."""
    arms = summary.arms.merge(summary.gains, on=["arm", "join"])
    figure = go.Figure()
    bars = (
        ("true_high", "true listings known", BLUE, ""),
        ("false_high", "false ones", VERMILLION, "/"),
    )
    for column, title, colour, hatch in bars:
        figure.add_trace(
            go.Bar(
                x=arms["name"],
                y=arms[column],
                name=title,
                marker={"color": colour, "pattern": {"shape": hatch}},
            )
        )
    figure.add_trace(
        go.Scatter(
            x=arms["name"],
            y=arms["p_reach"] * arms["mean_entry_days"],
            name="entry-days wrong a fault (right axis)",
            yaxis="y2",
            mode="lines+markers",
            line={"color": BLACK, "dash": "dot"},
            marker={"symbol": "diamond", "size": 11},
        )
    )
    figure.update_layout(
        barmode="group",
        yaxis={"title": "listings, over all holders and worlds"},
        yaxis2={
            "title": "entry-days a fault",
            "overlaying": "y",
            "side": "right",
            "rangemode": "tozero",
        },
    )
    return _plain(figure)


def _colour(n: int) -> str:
    return COLOURS[n % len(COLOURS)]


def _symbol(n: int) -> str:
    return SYMBOLS[n % len(SYMBOLS)]


def _dash(n: int) -> str:
    return DASHES[n % len(DASHES)]


def _plain(figure: go.Figure, legend: bool = True, rows: int = 0) -> go.Figure:
    figure.update_layout(
        template="none",
        font={"family": FONT, "size": 14, "color": INK},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        height=max(400, 160 + 70 * rows),
        margin={"l": 70, "r": 50, "t": 30, "b": 60},
        showlegend=legend,
        legend={"orientation": "h", "y": -0.22},
        annotations=[
            {
                "text": NOTICE,
                "xref": "paper",
                "yref": "paper",
                "x": 1,
                "y": 1.06,
                "showarrow": False,
                "font": {"size": 11},
            }
        ],
    )
    figure.update_xaxes(gridcolor=LINE, automargin=True)
    figure.update_yaxes(gridcolor=LINE, automargin=True)
    return figure
