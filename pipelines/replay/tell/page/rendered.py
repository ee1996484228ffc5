"""Pages as HTML, each one file that needs nothing but itself: template, style, script, data, plotly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from pipelines.json_text import json_text
from pipelines.replay.tell.figures.marks import spoken
from pipelines.replay.tell.report import gloss
from pipelines.terminal import counted
from schemas.notice import NOTICE

if TYPE_CHECKING:
    import plotly.graph_objects as go

HERE = Path(__file__).parent
FILTERS: dict[str, Callable[..., Any]] = {
    "counted": counted,
    "gloss": gloss,
    "spoken": spoken,
    "whole": "{:,}".format,
}


def rendered(folder: Path, data: Any, drawings: bool = True, **values: Any) -> str:
    """The page that a folder's `page.html`, `page.css` and `page.js` make; see `base.html` here.

    Args:
        folder: it may use the templates and styles of the replay's page.
        data: what the script reads, as plain values.
        drawings: whether it draws pictures, and so needs the library for them (4 MB).
        values: what the template says: among them `title` and `lead`.
    """
    folders = list(dict.fromkeys((HERE, folder)))
    environment = Environment(
        loader=FileSystemLoader([*reversed(folders)]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= FILTERS
    return environment.get_template("page.html").render(
        notice=NOTICE,
        style="\n".join((one / "page.css").read_text(encoding="utf-8") for one in folders),
        script=(folder / "page.js").read_text(encoding="utf-8"),
        plotly=get_plotlyjs() if drawings else "",
        data=embedded(data),
        **values,
    )


def both_widths(drawn: Callable[[bool], Any]) -> dict[str, Any]:
    """What a function gives for a wide and for a narrow screen."""
    return {"wide": drawn(False), "narrow": drawn(True)}


def plain(figure: go.Figure) -> dict[str, Any]:
    """A figure as plain values."""
    return json.loads(figure.to_json())


def embedded(data: Any) -> str:
    """Data as JSON that may stand inside a script element."""
    text = json_text(data, indent=None, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
