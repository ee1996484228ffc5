"""The page of an experiment: one HTML file that works offline."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd
from plotly.offline import get_plotlyjs

from pipelines.experiment import figures
from pipelines.experiment.report import findings
from pipelines.experiment.summary import Summary
from pipelines.manifest import NOTICE
from pipelines.replay.page import HERE

SECTIONS = (
    ("How many faults reach anything", "reach", "Faults without any effect are counted too."),
    ("How far those go that do", "distribution", "On a logarithmic scale; faults with reach only."),
    (
        "What stays wrong after the correction",
        "residue",
        "Kaplan-Meier over entries wrong on its eve.",
    ),
    ("What the arms change", "effects", "The same faults in both arms."),
    (
        "Gain and harm of joining",
        "gain_and_harm",
        "True and false listings holders know, and the harm.",
    ),
)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<link rel="icon" href="data:,">
<title>An experiment (synthetic data)</title>
<style>
{style}
</style>
<script>{plotly}</script>
</head>
<body>
<p class="notice" role="note">{notice}</p>
<header><h1>{title}</h1></header>
<main>
<section aria-label="Summary">{summary}</section>
{sections}
</main>
</body>
</html>
"""  # noqa: E501 - the policy is one attribute


def write_page(summary: Summary, out: Path, path: Path) -> None:
    """Write the page.

    Args:
        summary: of a finished experiment.
        out: its folder.
        path: the file to write.
    """
    replays = pd.read_parquet(out / "replays.parquet")
    given = {
        "reach": figures.reach(summary),
        "distribution": figures.distribution(replays, summary),
        "residue": figures.residue(summary),
        "effects": figures.effects(summary),
        "gain_and_harm": figures.gain_and_harm(summary),
    }
    sections = "\n".join(
        f"<section><h2>{title}</h2><figure>"
        + given[name].to_html(
            full_html=False,
            include_plotlyjs=False,
            div_id=name,
            config={"displaylogo": False, "responsive": True},
        )
        + f"<figcaption>{caption} Synthetic data.</figcaption></figure></section>"
        for title, name, caption in SECTIONS
        if given[name].data
    )
    told = "".join(f"<p>{escape(line)}</p>" for line in findings(summary))
    path.write_text(
        PAGE.format(
            style=(HERE / "page.css").read_text(encoding="utf-8"),
            plotly=get_plotlyjs(),
            notice=NOTICE,
            title="Faults by the thousand",
            summary=told,
            sections=sections,
        ),
        encoding="utf-8",
        newline="\n",
    )
