"""How many subjects are wrong on each day, by how they are tied to the fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import Difference
from pipelines.replay.tell.figures.marks import (
    INK,
    TIES,
    blank,
    fault_days,
    iso,
    mark_days,
    say,
    time_axis,
    united,
)
from pipelines.replay.tell.result import Replay


def per_day(replay: Replay) -> pd.DataFrame:
    """How many subjects are wrong on each day.

    A subject counts once a day, under the closest tie that holds on that day: `named` if it is
    wrong on a list or in a measure against itself, else `linked` if a measure came to it through a
    link, else `derived` if only a score is wrong.

    Returns:
        One row a run of days alike: from_day, to_day (half-open, ISO text), named, linked, derived,
        wrong (their sum), uncorrected (what the sum would be without the correction).
    """
    followed = replay.faulty if replay.remaining is None else replay.remaining.difference
    shown, without = _turns(followed), _turns(replay.faulty)
    first = metrics.day_number(fault_days(replay)[0])
    end = metrics.day_number(replay.faulty.horizon)
    inside = {day for counts in (*shown, *without) for day in counts if day < end}
    days = np.array(sorted({first, *inside}), dtype=np.int64)
    named, linked, derived = (_on(counts, days) for counts in shown)
    frame = pd.DataFrame(
        {
            "from_day": [iso(day) for day in days],
            "to_day": [iso(day) for day in [*days[1:], end]],
            "named": named,
            "linked": linked - named,
            "derived": derived - linked,
            "wrong": derived,
            "uncorrected": _on(without[-1], days),
        }
    )
    counts = frame.drop(columns=["from_day", "to_day"])
    opens = (counts != counts.shift()).any(axis=1)
    merged = frame[opens].reset_index(drop=True)
    merged["to_day"] = [*merged["from_day"][1:], iso(end)]
    return merged


def _turns(difference: Difference) -> list[dict[int, int]]:
    """Day -> change in how many subjects are wrong: by the closest tie, by the two, by all three."""
    direct = difference.tied[difference.tied["link_path"] == ""]
    key = ["agency", "measure", "subject_id"]
    own = pd.MultiIndex.from_frame(difference.measures[key]).isin(
        pd.MultiIndex.from_frame(direct[key])
    )
    ties = [
        (difference.lists, difference.measures[own]),
        (difference.measures[~own],),
        (difference.scores,),
    ]
    found, so_far = [], []
    for frames in ties:
        so_far += [metrics.numbered(frame)[["subject_id", "a", "b"]] for frame in frames]
        runs = pd.concat([f for f in so_far if len(f)] or so_far[:1], ignore_index=True)
        changes: dict[int, int] = {}
        for run in united(runs, ("subject_id",)).itertuples():
            changes[int(run.a)] = changes.get(int(run.a), 0) + 1
            changes[int(run.b)] = changes.get(int(run.b), 0) - 1
        found.append(changes)
    return found


def _on(changes: dict[int, int], days: np.ndarray) -> np.ndarray:
    """The number after all changes up to each day."""
    when = np.array(sorted(changes), dtype=np.int64)
    sums = np.cumsum([0, *(changes[int(day)] for day in when)])
    return sums[np.searchsorted(when, days, side="right")]


def wrong_per_day(replay: Replay, narrow: bool = False) -> go.Figure:
    """How many subjects are wrong on each day, by how they are tied to the fault.

    Areas tell what came about, with the correction if there was one; a dotted line tells how many
    would have been wrong without it. See `per_day` for what counts.

    Args:
        replay: see `pipelines.replay.replay`.
        narrow: whether it is meant for a narrow screen.

    >>> from pipelines.replay.tell.figures import wrong_per_day
    >>> wrong_per_day(replay("build", fault)).show()  # doctest: +SKIP
    """
    frame = per_day(replay)
    if not frame["wrong"].any() and not frame["uncorrected"].any():
        figure = blank(160, narrow, xaxis={"visible": False}, yaxis={"visible": False})
        say(figure, "Nobody is wrong on any day.")
        return figure
    ties = [tie for tie in TIES if frame[tie].any()]
    bottom = 44 + 20 * (len(ties) + 1) if narrow else 100
    figure = blank(
        (300 if narrow else 320) + bottom,
        narrow,
        margin={"l": 44, "r": 12, "t": 60, "b": bottom},
        xaxis=time_axis(replay, narrow),
        yaxis={
            "title": {"text": "subjects wrong", "standoff": 6},
            "rangemode": "tozero",
            "gridcolor": "#e7ebef",
            "tickformat": ",d",
            "nticks": 6,
            "fixedrange": True,
        },
        hovermode="x unified",
        legend={
            "traceorder": "normal",
            "orientation": "h",
            "x": 0,
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
        },
    )
    days = [*frame["from_day"], frame["to_day"].iloc[-1]]
    for tie in ties:
        look, counts = TIES[tie], frame[tie].tolist()
        figure.add_trace(
            go.Scatter(
                name=look.title,
                x=days,
                y=[*counts, counts[-1]],
                stackgroup="ties",
                mode="lines",
                line={"shape": "hv", "width": 0, "color": look.colour},
                fillcolor=look.colour,
                fillpattern={
                    "shape": look.hatch,
                    "fgcolor": look.colour,
                    "bgcolor": "#ffffff",
                    "fillmode": "replace",
                    "size": 8,
                    "solidity": 0.4,
                },
                hovertemplate=f"{look.title.partition(':')[0]}: %{{y}}<extra></extra>",
            )
        )
    counts = frame["wrong"].tolist()
    figure.add_trace(
        go.Scatter(
            name="all together",
            x=days,
            y=[*counts, counts[-1]],
            mode="lines",
            line={"shape": "hv", "width": 1.5, "color": INK},
            showlegend=False,
            hovertemplate="all together: %{y}<extra></extra>",
        )
    )
    if replay.remaining is not None:
        counts = frame["uncorrected"].tolist()
        figure.add_trace(
            go.Scatter(
                name="all together, had nobody corrected it",
                x=days,
                y=[*counts, counts[-1]],
                mode="lines",
                line={"shape": "hv", "width": 2, "color": INK, "dash": "dot"},
                hovertemplate="had nobody corrected it: %{y}<extra></extra>",
            )
        )
    mark_days(figure, replay)
    return figure
