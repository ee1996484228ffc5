"""The page of an experiment: one HTML file that needs nothing but itself.

Every figure is there for a wide and for a narrow screen; the browser shows the one that fits and
exports the wide one, as SVG or PNG. The figures are written beside the page as well, one file each in
plotly's own form, which `plotly.io.read_json` opens.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import pandas as pd
from plotly.offline import get_plotlyjs

from pipelines.experiment import figures
from pipelines.experiment.codebook import FIGURES
from pipelines.experiment.report import (
    DASH,
    HEADINGS,
    headline,
    interval,
    naming,
    rows,
)
from pipelines.experiment.summary import Summary
from pipelines.replay.compare.metrics import RESIDUE_DAY
from pipelines.replay.tell.page import HERE as REPLAY
from schemas.notice import NOTICE

if TYPE_CHECKING:
    import plotly.graph_objects as go

HERE = Path(__file__).parent
WIDTHS = {"wide": False, "narrow": True}
SECTIONS = {
    "cost": "What a fault costs",
    "reach": "How many faults reach anything",
    "distribution": "How far those go that reach a list",
    "residue": "What stays wrong after the correction",
    "effects": "What one change does",
    "gain_and_harm": "Gain and harm of joining",
}


def drawn(summary: Summary, out: Path, narrow: bool = False) -> dict[str, go.Figure]:
    """Name -> figure, in the order of the page; those there is nothing to draw in left out.

    Args:
        summary: of a finished experiment.
        out: its folder.
        narrow: whether for a narrow screen.
    """
    replays = pd.read_parquet(out / "replays.parquet")
    found = {
        "cost": figures.cost(summary, narrow),
        "reach": figures.reach(summary, narrow),
        "distribution": figures.distribution(replays, summary, narrow),
        "residue": figures.residue(summary, narrow),
        "effects": figures.effects(summary, narrow),
        "gain_and_harm": figures.gain_and_harm(summary, narrow),
    }
    return {name: figure for name, figure in found.items() if figure.data}


def write_page(summary: Summary, out: Path, path: Path) -> None:
    """Write the page, and each figure as a file of its own in the folder `figures` beside it.

    Args:
        summary: of a finished experiment.
        out: its folder.
        path: the file to write.

    Raises:
        OSError: if it cannot be written.
    """
    pictures: dict[str, dict[str, Any]] = {}
    for width, narrow in WIDTHS.items():
        for name, figure in drawn(summary, out, narrow).items():
            pictures.setdefault(name, {})[width] = json.loads(figure.to_json())
    folder = path.parent / "figures"
    folder.mkdir(exist_ok=True)
    for name, both in pictures.items():
        text = json.dumps(both["wide"], ensure_ascii=False, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    path.write_text(_page(summary, pictures), encoding="utf-8", newline="\n")


def _page(summary: Summary, pictures: Mapping[str, Mapping[str, Any]]) -> str:
    design = summary.design
    captions = _captions(summary)
    sections = "\n".join(
        _section(n, name, captions[name], _table_of(summary, name))
        for n, name in enumerate(pictures, 1)
    )
    count = len(summary.arms)
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        notice=NOTICE,
        title=f"{design['n']:,} faults in {count} arm{'' if count == 1 else 's'}",
        lead=escape(headline(summary)),
        arms=_arms(summary),
        sections=sections,
        settled=_settled(summary),
        definitions="".join(
            f"<dt>{escape(word)}</dt><dd>{_marked(said)}</dd>" for word, said in FIGURES.items()
        ),
        design="".join(
            f"<dt>{escape(str(name).replace('_', ' '))}</dt><dd>{escape(_value(value))}</dd>"
            for name, value in design.items()
            if value not in (None, [], {}) and name != "block"
        ),
        style="\n".join(
            (folder / "page.css").read_text(encoding="utf-8") for folder in (REPLAY, HERE)
        ),
        script=(HERE / "page.js").read_text(encoding="utf-8"),
        data=json.dumps(pictures, ensure_ascii=False).replace("</", "<\\/"),
        plotly=get_plotlyjs(),
    )


def _captions(summary: Summary) -> dict[str, str]:
    """What each figure shows, with the numbers it is drawn from."""
    arms = summary.arms
    followed = _range(arms["followed"])
    return {
        "cost": f"Mean over the {followed} faults followed, those without effect included, with 95 % "
        "intervals.",
        "reach": f"Of {followed} faults followed, with 95 % intervals. Anything is a list, a measure or "
        "a score.",
        "distribution": "Faults that reach no list are left out; how many do stands at the right.",
        "residue": f"Bands are 95 % intervals. Counted over {_range(arms['cells_on_the_eve'])} cells of "
        f"{_range(arms['faults_on_the_eve'])} faults that were wrong on the eve of their correction; "
        f"{_range(arms['irrevocable'])} cells that cannot be taken back are not among them. Dotted: "
        "one half.",
        "effects": "Each row compares two arms of one level of joining that differ in one thing, over "
        "the same faults; with 95 % intervals.",
        "gain_and_harm": "Harm is the mean over all faults followed, with its 95 % interval; gain is "
        "the mean over the worlds. Arms with like gain stand side by side.",
    }


def _range(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _section(number: int, name: str, caption: str, table: str) -> str:
    title = SECTIONS[name]
    return f"""<section aria-labelledby="h-{name}">
<h2 id="h-{name}">{title}</h2>
<figure>
<div id="{name}" class="picture" role="img" aria-label="{escape(title)}. {escape(caption)}"></div>
<figcaption><b>Figure {number}.</b> {escape(caption)} Synthetic data.</figcaption>
</figure>
<div class="controls" role="group" aria-label="Export figure {number}">
<button type="button" data-export="svg" data-figure="{name}">SVG</button>
<button type="button" data-export="png" data-figure="{name}">PNG</button>
</div>
{table}</section>"""


def _arms(summary: Summary) -> str:
    return table(
        f"{naming(summary)} In brackets: 95 % intervals. A fault reaches a list if any holder's list is "
        f"wrong on any day. Wrong {RESIDUE_DAY} days after the correction: of the cells wrong on its eve.",
        HEADINGS,
        rows(summary),
    )


def _table_of(summary: Summary, name: str) -> str:
    """The table that goes with a figure, if one does."""
    if name == "effects":
        return _effects(summary)
    if name != "gain_and_harm":
        return ""
    rows = summary.gains.to_dict("records")
    costs = summary.arms.set_index("arm").to_dict("index")
    headings = {
        "name": "arm",
        "true": "true listings",
        "false": "false listings",
        "gained": "gained over the level below",
        "harm": "entry-days a fault",
        "more": "more than at the lowest level",
    }
    return table(
        f"Listings are summed over {summary.design['worlds']} worlds, without any fault but the worlds' "
        "own dirt.",
        headings,
        [
            {
                "name": row["name"],
                "true": _number(row["true_high"]),
                "false": _number(row["false_high"]),
                "gained": _number(row["gained"]),
                "harm": interval(costs[row["arm"]], "entry_days"),
                "more": interval(row, "more_entry_days", "{:+,.0f}", " to "),
            }
            for row in rows
        ],
    )


def _effects(summary: Summary) -> str:
    headings = {
        "change": "change",
        "faults": "the same faults",
        "days": "entry-days a fault",
        "reach": "share that reach anything",
    }
    lines = [
        {
            "change": row["change"],
            "faults": str(row["faults"]),
            "days": interval(row, "entry_days", "{:+,.0f}", " to "),
            "reach": interval(row, "p_reach", "{:+.1%}", " to "),
        }
        for row in summary.effects.to_dict("records")
    ]
    return table("What each change adds or takes away, with 95 % intervals.", headings, lines)


def _settled(summary: Summary) -> str:
    names = summary.arms.set_index("arm")["name"].to_dict()
    rows = summary.convergence.to_dict("records")
    counts = list(dict.fromkeys(str(row["share"]) for row in rows))
    headings = {"name": "arm"} | {
        share: f"first {float(share):.0%} of the faults" for share in counts
    }
    lines: dict[int, dict[str, str]] = {}
    for row in rows:
        line = lines.setdefault(row["arm"], {"name": names[row["arm"]]})
        error = row["entry_days_error"]
        line[str(row["share"])] = (
            DASH if pd.isna(error) else f"{row['entry_days']:,.0f} ± {error:,.0f} ({row['faults']})"
        )
    return table(
        "Entry-days a fault ± standard error, as faults are added (number of faults).",
        headings,
        list(lines.values()),
    )


def table(caption: str, headings: Mapping[str, str], lines: Sequence[Mapping[str, str]]) -> str:
    """A table whose first column names the row; on a narrow screen each row becomes a card."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings.values())
    body = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row">{escape(line[name])}</th>'
            if name == next(iter(headings))
            else f'<td data-label="{escape(text)}">{escape(line.get(name, DASH))}</td>'
            for name, text in headings.items()
        )
        + "</tr>"
        for line in lines
    )
    return (
        f'<table class="figures"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>\n"
    )


def _number(value: Any) -> str:
    return DASH if pd.isna(value) else f"{int(value):,}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{k} = {_value(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _marked(text: str) -> str:
    """Text of the codebook as HTML: `code` and *words*."""
    parts = escape(text).split("`")
    marked = "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(parts))
    parts = marked.split("*")
    return "".join(f"<em>{p}</em>" if n % 2 else p for n, p in enumerate(parts))
