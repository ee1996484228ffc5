"""What an experiment found, in a few sentences and in the terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.experiment.places import Found
from pipelines.experiment.summary import Summary
from pipelines.replay.compare.metrics import RESIDUE_DAY
from pipelines.terminal import counted, plain_table
from schemas.notice import NOTICE

if TYPE_CHECKING:
    from rich.console import Console

HEADINGS = {
    "name": "arm",
    "reached": "reach anything",
    "reached_list": "reach a list",
    "entry_days": "entry-days a fault",
    "entry_days_uncorrected": "uncorrected",
    "public_entry_days": "in public",
    "enquiries": "enquiries a fault",
    "still_wrong": f"wrong {RESIDUE_DAY} d after",
    "half_life": "half-life",
}
DASH = "–"


def print_places(found: Sequence[Found], out: Console) -> None:
    """The table of places, and in one sentence what it comes to."""
    table = plain_table()
    for heading in ("Where", "Place"):
        table.add_column(heading, no_wrap=True)
    for heading in ("faults", "others show it", "share", "beyond the receiver", "most pairs"):
        table.add_column(heading, justify="right")
    for one in found:
        shares = [DASH if s is None else f"{s:.0%}" for s in (one.share(), one.share(beyond=True))]
        table.add_row(
            one.where, one.place, f"{one.faults}", f"{one.reached}", *shares, f"{one.most_pairs}"
        )
    out.print(NOTICE, style="dim")
    out.print(table)
    silent = [one.place for one in found if not one.reached]
    cells, reached = sum(one.cells for one in found), sum(one.cells_reached for one in found)
    said = f"{counted(len(silent), 'place')} where no other holder shows anything else"
    said = (
        f"{said}: {', '.join(silent)}" if silent else "At every place some fault is shown elsewhere"
    )
    share = f"{reached / cells:.0%}" if cells else DASH
    out.print(
        f"{said}; of {cells:,} faults in a key, a name or a figure {share} are.", style="bold"
    )


def headline(summary: Summary) -> str:
    """One sentence: what was followed, and what a fault costs at most and at least."""
    design, arms = summary.design, summary.arms
    kinds = " and ".join(kind.replace("_", " ") for kind in design["faults"])
    said = (
        f"{counted(design['n'], 'fault')} ({kinds}), drawn by {design['frame']} in "
        f"{counted(design['worlds'], 'world')} of size {design['size']}, each followed in "
        f"{counted(len(arms), 'arm')}."
    )
    rows = arms.dropna(subset=["entry_days"])
    if not len(rows):
        return f"{said} None found anything to change."
    most, least = (rows.loc[getattr(rows["entry_days"], end)()] for end in ("idxmax", "idxmin"))
    low, high = (f"{most[f'entry_days_{end}']:,.0f}" for end in ("low", "high"))
    said += (
        f" In the arm “{most['name']}” {most['reached_list']} of {most['followed']} faults reach a "
        f"list; one fault costs {most['entry_days']:,.0f} entry-days on average (95 % interval {low} to "
        f"{high})"
    )
    if least["entry_days"] < most["entry_days"]:
        said += f", in “{least['name']}” {interval(least, 'entry_days')}"
    return said + "."


def interval(row: Mapping[str, Any], name: str, form: str = "{:,.0f}", to: str = "–") -> str:
    """A figure with its interval in brackets; a dash where there is none."""
    parts = [row[f"{name}{end}"] for end in ("", "_low", "_high")]
    if pd.isna(parts[0]):
        return DASH
    value, low, high = (_signed(form.format(part)) for part in parts)
    return f"{value} ({low}{to}{high})"


def _signed(text: str) -> str:
    """A number with a proper minus; what is rounded to nothing has no sign."""
    return text.replace("-", "−") if re.search("[1-9]", text) else text.lstrip("+-")


def rows(summary: Summary) -> list[dict[str, str]]:
    """The table of arms in words, a row an arm; the columns are those of `HEADINGS`."""
    return [_row(summary, arm) for arm in summary.arms.to_dict("records")]


def _row(summary: Summary, arm: Mapping[str, Any]) -> dict[str, str]:
    said = {
        "name": arm["name"],
        "reached": f"{arm['reached']} of {arm['followed']}",
        "reached_list": f"{arm['reached_list']} of {arm['followed']}",
        "entry_days": interval(arm, "entry_days"),
        "entry_days_uncorrected": interval(arm, "entry_days_uncorrected"),
        "public_entry_days": interval(arm, "public_entry_days"),
        "enquiries": interval(arm, "enquiries", "{:,.2f}"),
        "still_wrong": DASH,
        "half_life": DASH,
    }
    left = summary.still_wrong(arm["arm"], RESIDUE_DAY)
    if left is not None:
        said["still_wrong"] = f"{left['wrong']} of {left['of']} cells"
        low, high = (_day(arm[f"half_life_{end}"]) for end in ("low", "high"))
        half = _day(arm["half_life"])
        said["half_life"] = f"{half}{' d' if half.isdigit() else ''} ({low}–{high})"
    return said


def _day(number: int | None) -> str:
    """A number of days; beyond the horizon there is none."""
    return "never" if pd.isna(number) else str(number)


def naming(summary: Summary) -> str:
    """What the parts of an arm's name are; empty if there is but one arm."""
    parts = " · ".join(summary.named_by())
    return f"Arms are named by {parts}." if parts else ""


def changes(summary: Summary) -> list[str]:
    """A line a pair of arms: what their one difference changes."""
    return [
        f"{row['change']} changes {interval(row, 'entry_days', '{:+,.0f}', ' to ')} entry-days a fault "
        f"(the same {row['faults']} faults)"
        for row in summary.effects.dropna(subset=["entry_days"]).to_dict("records")
    ]


def print_summary(summary: Summary, out: Console) -> None:
    """The findings, and how far the estimates have settled."""
    from rich.table import Table

    out.print(NOTICE, style="dim")
    out.print(headline(summary))
    # A line of a terminal has room for so much; all of it, with its intervals, is on the page.
    columns = [name for name in HEADINGS if name != "public_entry_days"]
    told = rows(summary)
    for row in told:
        for name in ("entry_days_uncorrected", "enquiries"):
            row[name] = row[name].partition(" (")[0]
        row["still_wrong"] = row["still_wrong"].removesuffix(" cells")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        heading = "\n".join(wrap(HEADINGS[name], 12))
        justify = "left" if name == "name" else "right"
        table.add_column(heading, justify=justify, overflow="fold", no_wrap=name == "name")
    for row in told:
        table.add_row(*(row[name] for name in columns))
    out.print(table)
    if naming(summary):
        out.print(naming(summary))
    for line in changes(summary):
        out.print(f"  {line}")
    half, whole = (
        summary.convergence[summary.convergence["share"] == share]["entry_days_error"].max()
        for share in (0.5, 1.0)
    )
    if not pd.isna(whole):
        before = "" if pd.isna(half) else f"; from half of the faults it was {half:,.0f}"
        out.print(
            "In brackets: 95 % intervals, by resampling worlds and the faults in them. The largest "
            f"standard error of entry-days a fault is {whole:,.0f}{before}."
        )
