"""How many subjects are wrong on each day, by how they are tied to the fault."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import Difference
from pipelines.replay.tell.figures.marks import (
    BELOW,
    GRID,
    INK,
    TIES,
    Count,
    blank,
    empty,
    fault_days,
    hatched,
    iso,
    mark_days,
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
    shown, without = _counts(followed), _counts(replay.faulty)
    first = metrics.day_number(fault_days(replay)[0])
    end = metrics.day_number(replay.faulty.horizon)
    inside = {day for count in (*shown, *without) for day in count.days if day < end}
    days = np.array(sorted({first, *inside}), dtype=np.int64)
    named, linked, derived = (count.on(days) for count in shown)
    frame = pd.DataFrame(
        {
            "from_day": [iso(day) for day in days],
            "to_day": [iso(day) for day in [*days[1:], end]],
            "named": named,
            "linked": linked - named,
            "derived": derived - linked,
            "wrong": derived,
            "uncorrected": without[-1].on(days),
        }
    )
    counts = frame.drop(columns=["from_day", "to_day"])
    opens = (counts != counts.shift()).any(axis=1)
    merged = frame[opens].reset_index(drop=True)
    merged["to_day"] = [*merged["from_day"][1:], iso(end)]
    return merged


def _counts(difference: Difference) -> list[Count]:
    """How many subjects are wrong: by the closest tie, by the two, by all three."""
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
        count = Count()
        for run in united(runs, ("subject_id",)).itertuples():
            count.add(run.a, run.b)
        found.append(count)
    return found


def wrong_per_day(
    replay: Replay, narrow: bool = False, found: pd.DataFrame | None = None
) -> go.Figure:
    """How many subjects are wrong on each day, by how they are tied to the fault.

    Areas tell what came about, with the correction if there was one; a dotted line tells how many
    would have been wrong without it. See `per_day` for what counts.

    Args:
        found: what `per_day` gives, if it is known.

    >>> from pipelines.replay.tell.figures import wrong_per_day
    >>> wrong_per_day(replay("build", fault)).show()  # doctest: +SKIP
    """
    frame = per_day(replay) if found is None else found
    if not frame["wrong"].any() and not frame["uncorrected"].any():
        return empty("Nobody is wrong on any day.", narrow)
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
            "gridcolor": GRID,
            "tickformat": ",d",
            "nticks": 6,
            "fixedrange": True,
        },
        hovermode="x unified",
        legend=BELOW | {"traceorder": "normal"},
    )
    days = [*frame["from_day"], frame["to_day"].iloc[-1]]

    def steps(name: str, column: str, said: str, line: dict[str, Any], **more: Any) -> None:
        counts = frame[column].tolist()
        figure.add_trace(
            go.Scatter(
                name=name,
                x=days,
                y=[*counts, counts[-1]],
                mode="lines",
                line={"shape": "hv"} | line,
                hovertemplate=f"{said}: %{{y}}<extra></extra>",
                **more,
            )
        )

    for tie in ties:
        look = TIES[tie]
        fill = {"fillcolor": look.colour, "fillpattern": hatched(look, 8, 0.4)}
        line = {"width": 0, "color": look.colour}
        steps(look.title, tie, look.title.partition(":")[0], line, stackgroup="ties", **fill)
    whole = "all together"
    steps(whole, "wrong", whole, {"width": 1.5, "color": INK}, showlegend=False)
    if replay.remaining is not None:
        without = "had nobody corrected it"
        line = {"width": 2, "color": INK, "dash": "dot"}
        steps(f"{whole}, {without}", "uncorrected", without, line)
    mark_days(figure, replay)
    return figure
