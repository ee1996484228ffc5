"""The page of a replay: one HTML file that needs nothing but itself.

    >>> from pipelines.replay import FaultSpec, replay
    >>> from pipelines.replay.tell.page import write_page
    >>> found = replay("build", FaultSpec("wrong_unit", correct_after=30), paths=True)
    ... # doctest: +SKIP
    >>> write_page(found, Path("found.html"))  # doctest: +SKIP

Pictures, styles, scripts and data are all inside; the browser is told to fetch nothing. The page
says nothing about when or how fast it was made, so that the same replay gives the same bytes.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import pandas as pd
from plotly.offline import get_plotlyjs

from pipelines.replay.tell.figures import intervals, per_day, periods, wrong_per_day
from pipelines.replay.tell.figures.holders import moving
from pipelines.replay.tell.figures.marks import correction_day, fault_days
from pipelines.replay.tell.page import sections
from pipelines.replay.tell.page.rows import HEADINGS, rows
from pipelines.replay.tell.report import sentence
from schemas.notice import NOTICE

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from pipelines.replay.tell.result import Replay

__all__ = ["page", "rows", "write_page"]

HERE = Path(__file__).parent
WIDTHS = {"wide": False, "narrow": True}


def write_page(replay: Replay, path: Path) -> None:
    """Write the page of a replay.

    Args:
        replay: ask `replay` for its `paths`, or the table names no file and line.
        path: the file to write.

    Raises:
        OSError: if it cannot be written.
    """
    path.write_text(page(replay), encoding="utf-8", newline="\n")


def page(replay: Replay) -> str:
    """The page of a replay, as HTML."""
    fixed = correction_day(replay)
    table = rows(replay)
    data = {
        "notice": NOTICE,
        "pictures": {
            "network": {name: _moving(replay, narrow) for name, narrow in WIDTHS.items()},
            "intervals": {name: _plain(intervals(replay, n)) for name, n in WIDTHS.items()},
            "days": {name: _plain(wrong_per_day(replay, n)) for name, n in WIDTHS.items()},
        },
        "fault": fault_days(replay)[0].isoformat(),
        "correction": None if fixed is None else fixed.isoformat(),
        "horizon": replay.faulty.horizon.isoformat(),
        "tables": {
            "wrong": _packed(table),
            "periods": _packed(periods(replay)),
            "days": _packed(per_day(replay)),
        },
        "headings": {name: text for name, text in HEADINGS.items() if name in table and text},
    }
    remaining = sections.remains(replay.remaining) if replay.remaining is not None else ""
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        notice=NOTICE,
        title=escape(sections.title(replay)),
        description=escape(sentence(replay), quote=True),
        summary=sections.summary(replay),
        records=sections.records(replay),
        remains=_section("What remained, and why", remaining) if remaining else "",
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        plotly=get_plotlyjs(),
        data=_embedded(data),
        script=(HERE / "page.js").read_text(encoding="utf-8"),
    )


def _section(heading: str, body: str) -> str:
    return f"<section><h2>{heading}</h2>{body}</section>"


def _plain(figure: go.Figure) -> dict[str, Any]:
    """A figure as plain values."""
    return json.loads(figure.to_json())


def _moving(replay: Replay, narrow: bool) -> dict[str, Any]:
    """The network as plain values; the page has buttons of its own for it."""
    figure, frames = moving(replay, narrow)
    return _plain(figure) | {"frames": frames}


def _packed(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame column by column, each value written once and named by its number in the rows.

    The values are sorted, so that rows can be ordered by number.
    """
    packed = []
    for name in frame.columns:
        codes, values = pd.factorize(frame[name], sort=True)
        packed.append({"name": name, "values": values.tolist(), "codes": codes.tolist()})
    return packed


def _embedded(data: Any) -> str:
    """Data as JSON that may stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
