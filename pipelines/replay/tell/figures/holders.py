"""The network of holders, with the error moving along it day by day."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pipelines.replay.tell.figures.marks import (
    BELOW,
    FAINT,
    GREEN,
    INK,
    LINE,
    PAPER,
    PURPLE,
    VERMILLION,
    blank,
    iso,
    note,
    spoken,
    write_all,
)
from pipelines.replay.tell.figures.places import layers, ordered, placed, staggered
from pipelines.replay.tell.figures.spread import FILE, Pair, Spread, spread
from pipelines.replay.tell.result import Replay
from pipelines.terminal import counted

CONTROLS = 76  # pixels for buttons and slider
NEAR = 15  # pixels an arrow keeps from the middle of a node
PIECES = 8  # straight pieces an edge is drawn in
MOST_DAYS = 300  # days drawn; of more, one in so many
WIDE, NARROW = 1000, 360  # nominal width in pixels
SPACE_ACROSS, SPACE_DOWN = 57, 92  # pixels between nodes of a column; between layers if narrow

# What a node can be: title, symbol, size, fill, outline.
STATES: dict[str, tuple[str, str, int, str, str]] = {
    "right": ("nothing wrong so far", "circle", 15, PAPER, FAINT),
    "wrong": ("wrong entries, and how many", "diamond", 33, VERMILLION, INK),
    "followed": ("only measures or scores wrong", "square", 25, PURPLE, INK),
    "righted": ("right again", "circle", 23, PAPER, GREEN),
    "file": ("fault in the file", "square-x", 26, VERMILLION, INK),
}
NO_TEXT = "\u00a0"  # plotly misplaces texts if some of a trace are empty


def network(replay: Replay, narrow: bool = False) -> go.Figure:
    """The network of holders with the error moving along it; a frame a day on which it moves.

    The frames are named by their days and can be played, or stepped through with the slider. What
    moves is what came about, with the correction if there was one. A replay that was asked for its
    `paths` shows the whole network with its clocks, any other only the ways the error took.

    Args:
        narrow: whether it is meant for a narrow screen; it then runs downwards.

    >>> from pipelines.replay.tell.figures import network
    >>> network(replay("build", fault, paths=True)).show()  # doctest: +SKIP
    """
    figure, frames = moving(replay, narrow)
    figure.frames = [go.Frame(frame) for frame in frames]
    title = {"x": 0, "xanchor": "left", "xref": "paper", "font": {"size": 15}}
    figure.update_layout(
        title=title | frames[0]["layout"]["title"],
        height=figure.layout.height + CONTROLS,
        margin={"b": figure.layout.margin.b + CONTROLS},
        **_controls(frames, narrow),
    )
    return figure


def moving(
    replay: Replay, narrow: bool = False, found: Spread | None = None
) -> tuple[go.Figure, list[dict[str, Any]]]:
    """The network on the eve of the fault, and its frames as plain values.

    A frame has a `name`, its day, and what plotly's frames have: `data` and `layout`, the latter a
    title that tells the day in words, and the `traces` it is about.

    Args:
        found: how the error spreads, if it is known.
    """
    spreading = found or spread(replay)
    starts = {node: 0 for node in spreading.nodes if node.startswith(FILE)}
    if not spreading.lit:  # nothing went anywhere: the network stands as it is, from the owners on
        starts |= {owner: 1 for owner in spreading.owners if owner in spreading.nodes}
    layer = layers(starts, spreading.lit, spreading.edges)
    rows = ordered(layer, spreading.edges)
    rows = staggered(rows) if narrow else rows
    at, height = _pixels(rows, narrow)
    curves = {edge: _curve(at[edge[0]], at[edge[1]]) for edge in spreading.edges}
    figure = blank(
        height + (186 if narrow else 92),
        narrow,
        margin={"l": 4, "r": 4, "t": 36, "b": 150 if narrow else 56},
        xaxis={"range": [0, NARROW if narrow else WIDE], "visible": False, "fixedrange": True},
        yaxis={"range": [0, height], "visible": False, "fixedrange": True},
        showlegend=True,
        legend=BELOW | {"itemclick": False, "itemdoubleclick": False, "font": {"size": 12}},
    )
    figure.update_annotations(yshift=2)  # the mark, clear of plotly's own buttons
    figure.add_trace(_lines(list(curves.values()), LINE, 1.3, 9))
    figure.add_trace(_clocks(spreading, curves))
    frames = _frames(spreading, at, curves)
    figure.add_traces([go.Scatter(part) for part in frames[0]["data"]])
    _key(figure)
    write_all(figure, [_named(node, at[node], narrow) for node in spreading.nodes])
    return figure, frames


def _pixels(rows: list[list[str]], narrow: bool) -> tuple[dict[str, tuple[float, float]], int]:
    """Where each node is, in nominal pixels, and how high the picture is."""
    if narrow:
        height = SPACE_DOWN * len(rows)
        width = NARROW
    else:
        height = max(240, SPACE_ACROSS * max(len(row) for row in rows))
        width = WIDE
    where = placed(rows, narrow)
    return {node: (round(x * width), round(y * height)) for node, (x, y) in where.items()}, height


def _curve(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
    """The points of an edge, bent a little to the left, so that there and back lie apart."""
    (x1, y1), (x2, y2) = a, b
    bend = 0.16 if x1 == x2 else 0.05
    middle = ((x1 + x2) / 2 - (y2 - y1) * bend, (y1 + y2) / 2 + (x2 - x1) * bend)
    return [_between(a, middle, b, n / PIECES) for n in range(PIECES + 1)]


def _between(
    a: tuple[float, float], middle: tuple[float, float], b: tuple[float, float], share: float
) -> tuple[float, float]:
    """The point after a share of the way on the parabola through three points."""
    weights = ((1 - share) * (1 - 2 * share), 4 * share * (1 - share), share * (2 * share - 1))
    x, y = (
        sum(w * p[axis] for w, p in zip(weights, (a, middle, b), strict=True)) for axis in (0, 1)
    )
    return round(x), round(y)


def _point(curve: list[tuple[float, float]], share: float) -> tuple[float, float]:
    """The point of an edge after a share of its way."""
    return _between(curve[0], curve[PIECES // 2], curve[-1], share)


def _lines(
    curves: list[list[tuple[float, float]]], colour: str, width: float, arrow: int
) -> dict[str, Any]:
    """Edges as one trace, each with an arrow at its end."""
    points: list[tuple[float | None, float | None]] = []
    for curve in curves:
        points += [*curve, (None, None)]
    ends = [0] * PIECES + [1, 0]
    marker = {
        "symbol": "arrow",
        "angleref": "previous",
        "size": [arrow * end for end in ends] * len(curves),
        "standoff": [NEAR * end for end in ends] * len(curves),
        "color": colour,
        "line": {"width": 0},
        "opacity": 1,
    }
    line = {"color": colour, "width": width}
    return _scatter(points, "lines+markers", marker, line=line)


def _scatter(
    points: Sequence[tuple[float | None, float | None]],
    mode: str,
    marker: dict[str, Any],
    **more: Any,
) -> dict[str, Any]:
    """A trace of points, one that says nothing unless it is given a hovertext."""
    return {
        "type": "scatter",
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "mode": mode,
        "marker": marker,
        "hoverinfo": "text" if "hovertext" in more else "skip",
        "showlegend": False,
        **more,
    }


def _clocks(found: Spread, curves: dict[Pair, list[tuple[float, float]]]) -> dict[str, Any]:
    """What each edge hands over and when, to be read at its middle."""
    clocks = [(edge, lines) for edge, lines in found.edges.items() if lines]
    return _scatter(
        [curves[edge][PIECES // 2] for edge, _ in clocks],
        "markers",
        {"size": 14, "color": "rgba(0,0,0,0)"},
        hovertext=[
            f"<b>{_called(edge[0])} → {_called(edge[1])}</b><br>" + "<br>".join(lines)
            for edge, lines in clocks
        ],
    )


def _frames(
    found: Spread,
    at: dict[str, tuple[float, float]],
    curves: dict[Pair, list[tuple[float, float]]],
) -> list[dict[str, Any]]:
    """The state of the network on every day on which it changes."""
    days = found.days
    stride = -(-len(days) // MOST_DAYS)
    days = days[::stride]
    when = np.array(days, dtype=np.int64)
    nodes = found.nodes
    zero = np.zeros(len(days), dtype=np.int64)
    entries = {n: found.entries[n].on(when) if n in found.entries else zero for n in nodes}
    followed = {n: found.followed[n].on(when) if n in found.followed else zero for n in nodes}
    lit = {edge: count.on(when) for edge, count in found.lit.items()}
    before: dict[str, bool] = dict.fromkeys(nodes, False)
    frames = []
    for n, day in enumerate(days):
        states = []
        for node in nodes:
            wrong, more = int(entries[node][n]), int(followed[node][n])
            states.append((node, wrong, more, before[node]))
            before[node] = before[node] or bool(wrong or more)
        moving = [
            (_point(curves[trip.edge], share), trip)
            for trip in found.trips
            if (share := trip.along(day)) is not None and trip.edge in curves
        ]
        frames.append(
            {
                "name": iso(day),
                "data": [
                    _lines(
                        [curves[e] for e in found.edges if e in lit and lit[e][n]],
                        VERMILLION,
                        3,
                        12,
                    ),
                    _dots(states, at),
                    _moving(moving),
                ],
                "traces": [2, 3, 4],
                "layout": {"title": {"text": _told(states, moving)}},
            }
        )
    return frames


def _dots(
    states: list[tuple[str, int, int, bool]], at: dict[str, tuple[float, float]]
) -> dict[str, Any]:
    """The holders as they are on one day."""
    looks, texts, hovers = [], [], []
    for node, wrong, more, before in states:
        if node.startswith(FILE) and wrong:
            looks.append(STATES["file"])
            texts.append(NO_TEXT)
        elif wrong:
            looks.append(STATES["wrong"])
            texts.append(str(wrong))
        elif more:
            looks.append(STATES["followed"])
            texts.append(str(more))
        else:
            looks.append(STATES["righted" if before else "right"])
            texts.append("✓" if before else NO_TEXT)
        hovers.append(_hover(node, wrong, more, before))
    symbols, sizes, fills, outlines = zip(*(look[1:] for look in looks), strict=True)
    return _scatter(
        [at[state[0]] for state in states],
        "markers+text",
        {
            "symbol": symbols,
            "size": sizes,
            "color": fills,
            "line": {"color": outlines, "width": 1.6},
            "opacity": 1,
        },
        text=texts,
        textfont={
            "size": 14,
            "weight": 700,
            "color": [GREEN if t == "✓" else "#000000" for t in texts],
        },
        hovertext=hovers,
    )


def _hover(node: str, wrong: int, more: int, before: bool) -> str:
    if node.startswith(FILE):
        return f"<b>{_called(node)}</b><br>{'the fault is in it' if wrong else 'right'}"
    parts = []
    if wrong:
        parts.append(f"{counted(wrong, 'entry', 'entries')} wrong")
    if more:
        parts.append(f"{counted(more, 'measure or score', 'measures and scores')} wrong")
    if not parts:
        parts.append("right again" if before else "nothing wrong so far")
    return f"<b>{_called(node)}</b><br>" + "<br>".join(parts)


def _moving(moving: list[tuple[tuple[float, float], Any]]) -> dict[str, Any]:
    """What is on its way on one day."""
    return _scatter(
        [point for point, _ in moving],
        "markers",
        {
            "symbol": ["circle" if trip.righting else "diamond" for _, trip in moving],
            "size": 15,
            "color": [GREEN if trip.righting else VERMILLION for _, trip in moving],
            "line": {"color": "#ffffff", "width": 2},
            "opacity": 1,
        },
    )


def _told(states: list[tuple[str, int, int, bool]], moving: list[Any]) -> str:
    """One day in a few words."""
    holders = [state for state in states if not state[0].startswith(FILE)]
    wrong = sum(state[1] for state in holders)
    at = sum(state[1] > 0 for state in holders)
    more = sum(state[2] for state in holders)
    way = len(moving)
    if not wrong and not more and not way:
        return "nothing is wrong at any holder"
    parts = [
        f"<b>{counted(wrong, 'entry', 'entries')}</b> wrong at {counted(at, 'holder')}"
        if wrong
        else "no entry wrong"
    ]
    if more:
        parts.append(counted(more, "measure or score", "measures and scores"))
    if way:
        parts.append(f"{way} on the way")
    return ", ".join(parts)


def _key(figure: go.Figure) -> None:
    """What symbols and lines mean, in the legend."""
    key = [
        *((title, {"symbol": s, "size": 12, "color": f, "line": {"color": o, "width": 1.5}})
          for title, s, _, f, o in (*STATES.values(),)),
        ("error on its way", {"symbol": "diamond", "size": 9, "color": VERMILLION}),
        ("correction on its way", {"symbol": "circle", "size": 9, "color": GREEN}),
    ]  # fmt: skip
    for title, marker in key:
        figure.add_trace(go.Scatter(name=title, x=[None], y=[None], mode="markers", marker=marker))


def _called(node: str) -> str:
    if node.startswith(FILE):
        return f"file of {spoken(node.removeprefix(FILE))}"
    return spoken(node)


def _named(node: str, at: tuple[float, float], narrow: bool) -> dict[str, Any]:
    """A node's name, below it."""
    text = _called(node)
    if narrow and len(text) > 10:
        # Names of two words and more in two lines, where there is little room.
        words = text.split()
        half = (len(words) + 1) // 2
        text = " ".join(words[:half]) + "<br>" + " ".join(words[half:])
    place = {"xref": "x", "yref": "y", "yshift": -20, "yanchor": "top"}
    ground = {"bgcolor": "rgba(255,255,255,0.72)", "borderpad": 0}
    return note(text, *at, font={"size": 11 if narrow else 13, "color": INK}, **place, **ground)


def _controls(frames: list[dict[str, Any]], narrow: bool) -> dict[str, Any]:
    """Buttons and slider for a figure on its own, as in a notebook."""
    still = {"frame": {"duration": 0, "redraw": True}, "mode": "immediate"}
    moving = {
        "frame": {"duration": 450, "redraw": True},
        "transition": {"duration": 0},
        "fromcurrent": True,
        "mode": "immediate",
    }
    return {
        "updatemenus": [
            {
                "type": "buttons",
                "direction": "left",
                "showactive": False,
                "x": 0,
                "xanchor": "left",
                "y": 0,
                "yanchor": "top",
                "pad": {"t": 24},
                "buttons": [
                    {"label": "Play", "method": "animate", "args": [None, moving]},
                    {"label": "Pause", "method": "animate", "args": [[None], still]},
                ],
            }
        ],
        "sliders": [
            {
                "currentvalue": {"prefix": "Day: "},
                "x": 0.5 if narrow else 0.18,
                "len": 0.5 if narrow else 0.82,
                "y": 0,
                "yanchor": "top",
                "pad": {"t": 4},
                "steps": [
                    {"label": f["name"], "method": "animate", "args": [[f["name"]], still]}
                    for f in frames
                ],
            }
        ],
    }
