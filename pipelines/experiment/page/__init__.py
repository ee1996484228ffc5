"""The page of an experiment: one HTML file that needs nothing but itself.

Every figure is there for a wide and for a narrow screen; the browser shows the one that fits and
exports the wide one, as SVG or PNG. The figures are written beside the page as well, one file each in
plotly's own form, which `plotly.io.read_json` opens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.experiment import figures
from pipelines.experiment.codebook import FIGURES
from pipelines.experiment.report import DASH, HEADINGS, headline, interval, naming, rows
from pipelines.experiment.summary import Summary
from pipelines.home import write_text
from pipelines.replay.compare.metrics import RESIDUE_DAY
from pipelines.replay.tell.page.rendered import both_widths, plain, rendered
from pipelines.terminal import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go

HERE = Path(__file__).parent
SECTIONS = {
    "cost": "What a fault costs",
    "reach": "How many faults reach anything",
    "distribution": "How far those go that reach a list",
    "seen": "What could be seen of it, and what was",
    "residue": "What stays wrong after the correction",
    "effects": "What one change does",
    "gain_and_harm": "Gain and harm of joining",
}


def drawn(summary: Summary, out: Path, narrow: bool = False) -> dict[str, go.Figure]:
    """Name -> figure, in the order of the page; those there is nothing to draw in left out."""
    replays = pd.read_parquet(out / "replays.parquet")
    found = {
        "cost": figures.cost(summary, narrow),
        "reach": figures.reach(summary, narrow),
        "distribution": figures.distribution(replays, summary, narrow),
        "seen": figures.seen(summary, narrow),
        "residue": figures.residue(summary, narrow),
        "effects": figures.effects(summary, narrow),
        "gain_and_harm": figures.gain_and_harm(summary, narrow),
    }
    return {name: figure for name, figure in found.items() if figure.data}


def write_page(summary: Summary, out: Path, path: Path) -> None:
    """Write the page, and each figure as a file of its own in the folder `figures` beside it.

    Raises:
        OSError: if it cannot be written.
    """
    drawings = both_widths(lambda narrow: drawn(summary, out, narrow))
    pictures = {
        name: {width: plain(named[name]) for width, named in drawings.items()}
        for name in drawings["wide"]
    }
    folder = path.parent / "figures"
    folder.mkdir(exist_ok=True)
    for name, both in pictures.items():
        text = json.dumps(both["wide"], ensure_ascii=False, indent=1)
        write_text(folder / f"{name}.json", text + "\n")
    write_text(path, _page(summary, pictures))


def _page(summary: Summary, pictures: Mapping[str, Mapping[str, Any]]) -> str:
    arms = summary.arms
    tables = {"seen": _seen, "effects": _effects, "gain_and_harm": _gains}
    return rendered(
        HERE,
        pictures,
        title=f"{summary.design['n']:,} faults in {counted(len(arms), 'arm')}",
        lead=headline(summary),
        arms=_arms(summary),
        figures=[
            {
                "name": name,
                "title": SECTIONS[name],
                "table": tables[name](summary) if name in tables else None,
            }
            for name in pictures
        ],
        followed=_range(arms["followed"]),
        cells=_range(arms["cells_on_the_eve"]),
        faults=_range(arms["faults_on_the_eve"]),
        irrevocable=_range(arms["irrevocable"]),
        settled=_settled(summary),
        definitions={word: _marked(said) for word, said in FIGURES.items()},
        design={
            str(name).replace("_", " "): _value(value)
            for name, value in summary.design.items()
            if value not in (None, [], {}) and name != "block"
        },
    )


def _range(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _arms(summary: Summary) -> dict[str, Any]:
    return {
        "caption": f"{naming(summary)} In brackets: 95 % intervals. A fault reaches a list if any "
        "holder's list is wrong on any day. In public: entry-days a fault where the "
        f"public reads. Wrong {RESIDUE_DAY} days after the correction: of the "
        "cells wrong on its eve.",
        "headings": HEADINGS,
        "rows": rows(summary),
    }


def _seen(summary: Summary) -> dict[str, Any]:
    columns = {
        "public_entry_days": ("entry-days in public, a fault", "{:,.0f}"),
        "public_entry_days_uncorrected": ("uncorrected", "{:,.0f}"),
        "enquiries": ("enquiries a fault", "{:,.2f}"),
        "enquiries_uncorrected": ("uncorrected", "{:,.2f}"),
        "p_enquiry": ("share of faults that an enquiry meets", "{:.1%}"),
    }
    return {
        "caption": "In public: at holders whose page, register or portal everybody reads. An enquiry is "
        "about one subject at one holder on one day; how often each holder is asked is the "
        "laboratory's own figure.",
        "headings": {"name": "arm"} | {column: text for column, (text, _) in columns.items()},
        "rows": [
            {"name": arm["name"]}
            | {column: interval(arm, column, form) for column, (_, form) in columns.items()}
            for arm in summary.arms.to_dict("records")
        ],
    }


def _gains(summary: Summary) -> dict[str, Any]:
    costs = summary.arms.set_index("arm").to_dict("index")
    return {
        "caption": f"Listings are summed over {summary.design['worlds']} worlds, without any fault but "
        "the worlds' own dirt.",
        "headings": {
            "name": "arm",
            "true": "true listings",
            "false": "false listings",
            "gained": "gained over the level below",
            "harm": "entry-days a fault",
            "more": "more than at the lowest level",
        },
        "rows": [
            {
                "name": row["name"],
                "true": _number(row["true_high"]),
                "false": _number(row["false_high"]),
                "gained": _number(row["gained"]),
                "harm": interval(costs[row["arm"]], "entry_days"),
                "more": interval(row, "more_entry_days", "{:+,.0f}", " to "),
            }
            for row in summary.gains.to_dict("records")
        ],
    }


def _effects(summary: Summary) -> dict[str, Any]:
    return {
        "caption": "What each change adds or takes away, with 95 % intervals.",
        "headings": {
            "change": "change",
            "faults": "the same faults",
            "days": "entry-days a fault",
            "reach": "share that reach anything",
            "enquiries": "enquiries a fault",
        },
        "rows": [
            row
            | {
                "days": interval(row, "entry_days", "{:+,.0f}", " to "),
                "reach": interval(row, "p_reach", "{:+.1%}", " to "),
                "enquiries": interval(row, "enquiries", "{:+,.2f}", " to "),
            }
            for row in summary.effects.to_dict("records")
        ],
    }


def _settled(summary: Summary) -> dict[str, Any]:
    names = summary.arms.set_index("arm")["name"].to_dict()
    rows: dict[int, dict[str, str]] = {}
    for row in summary.convergence.to_dict("records"):
        error = row["entry_days_error"]
        rows.setdefault(row["arm"], {"name": names[row["arm"]]})[str(row["share"])] = (
            DASH if pd.isna(error) else f"{row['entry_days']:,.0f} ± {error:,.0f} ({row['faults']})"
        )
    shares = dict.fromkeys(summary.convergence["share"])
    return {
        "caption": "Entry-days a fault ± standard error, as faults are added (number of faults).",
        "headings": {"name": "arm"} | {str(s): f"first {s:.0%} of the faults" for s in shares},
        "rows": list(rows.values()),
    }


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
    marked = re.sub("`(.*?)`", r"<code>\1</code>", escape(text))
    return re.sub(r"\*(.*?)\*", r"<em>\1</em>", marked)
