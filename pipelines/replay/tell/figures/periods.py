"""When each list was wrong at each holder: one row a (holder, list), a bar a period."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from pipelines.replay.compare import metrics
from pipelines.replay.tell.figures.marks import (
    BELOW,
    FAINT,
    GRID,
    INK,
    KINDS,
    as_followed,
    blank,
    draw_all,
    empty,
    hatched,
    iso,
    mark_days,
    note,
    spoken,
    time_axis,
    united,
    write_all,
)
from pipelines.replay.tell.result import Replay
from pipelines.terminal import counted

DAY = 86_400_000  # milliseconds
LANE, GAP, HEADING = 15, 10, 18  # pixels


def periods(replay: Replay) -> pd.DataFrame:
    """The periods in which anybody was wrongly listed, missing or altered.

    Returns:
        One row a holder, list, kind and period: holder, list, kind, from_day, to_day (half-open, ISO
        text), subjects (how many at any time in it), uncorrected (True for days on which somebody
        would have been, had nobody corrected it, and nobody was). Rows are in the order of the first
        wrong day of holder and list.
    """
    shown = _united(as_followed(replay, "lists")).assign(uncorrected=False)
    parts = [shown]
    if replay.remaining is not None:
        parts.append(_spared(_united(replay.faulty.lists), shown).assign(uncorrected=True))
    frame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    first = frame.groupby(["holder", "list"])["a"].transform("min")
    frame = frame.assign(first=first).sort_values(
        ["first", "holder", "list", "uncorrected", "kind", "a"], ignore_index=True
    )
    days = {"from_day": frame["a"].map(iso), "to_day": frame["b"].map(iso)}
    names = ["holder", "list", "kind", "from_day", "to_day", "subjects", "uncorrected"]
    return frame.assign(**days)[names]


def _spared(faulty: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """The periods of one frame less those of another, both of holder, list and kind."""
    by = ["holder", "list", "kind"]
    taken = {key: rows for key, rows in shown.groupby(by)} if len(shown) else {}
    spared = []
    for run in faulty.itertuples():
        key, at = (run.holder, run.list, run.kind), run.a
        for other in taken[key].itertuples() if key in taken else ():
            if other.a > at and at < run.b:
                spared.append((*key, at, min(other.a, run.b), run.subjects))
            at = max(at, other.b)
        if at < run.b:
            spared.append((*key, at, run.b, run.subjects))
    return pd.DataFrame(spared, columns=[*by, "a", "b", "subjects"])


def _united(lists: pd.DataFrame) -> pd.DataFrame:
    """Days on which any subject was wrong, with how many subjects were in each period."""
    runs = metrics.numbered(lists)
    whole = united(runs, ("holder", "list", "kind"))
    if not len(whole):
        return whole.assign(subjects=pd.Series(dtype="int64"))
    here = whole.merge(runs, on=["holder", "list", "kind"], suffixes=("", "_run"))
    here = here[(here["a_run"] >= here["a"]) & (here["b_run"] <= here["b"])]
    by = ["holder", "list", "kind", "a", "b"]
    return here.groupby(by)["subject_id"].nunique().rename("subjects").reset_index()


def intervals(replay: Replay, narrow: bool = False, found: pd.DataFrame | None = None) -> go.Figure:
    """When each list was wrong at each holder, with the days of fault and correction.

    Bars tell what came about, with the correction if there was one: what stands beyond its line is
    residue. A dotted line goes on for as long as it would have been wrong without it. A triangle at
    the end of a bar says that it is cut at the horizon.

    Args:
        narrow: whether it is meant for a narrow screen, with the names above the bars.
        found: its `periods`, if they are known.

    >>> from pipelines.replay.tell.figures import intervals
    >>> intervals(replay("build", fault)).show()  # doctest: +SKIP
    """
    frame = periods(replay) if found is None else found
    if not len(frame):
        return empty("No list is wrong on any day.", narrow)
    rows = list(dict.fromkeys(zip(frame["holder"], frame["list"], strict=True)))
    lanes = [kind for kind in KINDS if (frame["kind"] == kind).any()]
    heading = HEADING if narrow else 0
    row = heading + max(LANE * len(lanes), 0 if narrow else 34) + GAP
    inner = heading + (row - GAP - heading - LANE * len(lanes)) / 2
    top = {pair: n * row for n, pair in enumerate(rows)}
    places = zip(frame["holder"], frame["list"], frame["kind"].map(lanes.index), strict=True)
    middle = [top[holder, name] + inner + LANE * (lane + 0.5) for holder, name, lane in places]
    frame = frame.assign(y=middle)
    bottom = 44 + 20 * (len(lanes) + 2) if narrow else 84
    left = 12 if narrow else 14 + 7.4 * max(len(spoken(name)) for pair in rows for name in pair)
    figure = blank(
        row * len(rows) + 60 + bottom,
        narrow,
        barmode="overlay",
        margin={"l": left, "r": 12, "t": 60, "b": bottom},
        xaxis=time_axis(replay, narrow),
        yaxis={"range": [row * len(rows), -4], "visible": False, "fixedrange": True},
        legend=BELOW,
    )
    write_all(figure, [_named(*pair, n * row, row, narrow) for n, pair in enumerate(rows)])
    draw_all(figure, [_line_above(n * row) for n in range(1, len(rows))])
    shown = frame[~frame["uncorrected"]]
    for kind in lanes:
        _bars(figure, kind, shown[shown["kind"] == kind])
    _beyond(figure, frame[frame["uncorrected"]])
    _cut(figure, shown[shown["to_day"] >= replay.faulty.horizon.isoformat()])
    mark_days(figure, replay)
    return figure


def _line_above(top: float) -> dict[str, Any]:
    """The line above a row."""
    y, line = top - GAP / 2, {"color": GRID, "width": 1}
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y}
    return {"type": "line", **ends, "line": line, "layer": "below"}


def _named(holder: str, name: str, top: float, row: float, narrow: bool) -> dict[str, Any]:
    """The words of a row: its holder and list."""
    if narrow:
        place = {"xanchor": "left", "xshift": 10, "yanchor": "top"}
        place["bgcolor"] = "rgba(255,255,255,0.75)"
        text, y = f"<b>{spoken(holder)}</b> · {spoken(name)}", top - 2
    else:
        place = {"xanchor": "right", "xshift": -10, "yanchor": "middle", "align": "right"}
        text = f"<b>{spoken(holder)}</b><br><span style='color:{FAINT}'>{spoken(name)}</span>"
        y = top + (row - GAP) / 2
    return note(text, 0, y, yref="y", font={"size": 12, "color": INK}, **place)


def _bars(figure: go.Figure, kind: str, rows: pd.DataFrame) -> None:
    look = KINDS[kind]
    days = (pd.to_datetime(rows["to_day"]) - pd.to_datetime(rows["from_day"])).dt.days
    figure.add_trace(
        go.Bar(
            name=look.title,
            orientation="h",
            base=rows["from_day"].tolist(),
            x=[int(n) * DAY for n in days],
            y=rows["y"].tolist(),
            width=LANE - 3,
            marker={
                "color": look.colour,
                "line": {"color": look.colour, "width": 1.5},
                "pattern": hatched(look, 6, 0.45),
            },
            hovertext=[
                f"<b>{spoken(r.holder)}</b>, {spoken(r.list)}<br>{look.title}: "
                f"{counted(int(r.subjects), 'subject')}<br>{r.from_day} to {r.to_day}, "
                f"{counted(int(n), 'day')}"
                for r, n in zip(rows.itertuples(), days, strict=True)
            ],
            hoverinfo="text",
        )
    )


def _beyond(figure: go.Figure, spared: pd.DataFrame) -> None:
    """Dotted lines for as long as it would have been wrong without the correction."""
    if len(spared):
        ends = zip(spared["from_day"], spared["to_day"], strict=True)
        figure.add_trace(
            go.Scatter(
                name="had nobody corrected it",
                x=[x for first, end in ends for x in (first, end, None)],
                y=[y for at in spared["y"] for y in (at, at, None)],
                mode="lines",
                line={"color": FAINT, "width": 1.5, "dash": "dot"},
                hoverinfo="skip",
            )
        )


def _cut(figure: go.Figure, cut: pd.DataFrame) -> None:
    """A triangle at the end of every bar that is cut at the horizon."""
    if len(cut):
        figure.add_trace(
            go.Scatter(
                name="still wrong at the horizon",
                x=cut["to_day"].tolist(),
                y=cut["y"].tolist(),
                mode="markers",
                marker={"symbol": "triangle-right", "size": 12, "color": INK},
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
