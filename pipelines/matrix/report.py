"""What a matrix found, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from rich.text import Text

from pipelines.matrix.running import CAUGHT_WELL
from pipelines.matrix.summary import Summary, not_caught
from pipelines.terminal import counted, plain_table
from quality.written import of_file
from schemas.notice import NOTICE

if TYPE_CHECKING:
    from rich.console import Console

DASH = "–"
MOST = 3  # gates named in a row


def print_matrix(summary: Summary, out: Console) -> None:
    """The kinds of fault, the gates worth having, and in one sentence what it comes to."""
    out.print(NOTICE, style="dim")
    _kinds(summary, out)
    out.print()
    _cover(summary, out)
    out.print()
    for kind in not_caught(summary.kinds):
        out.print(Text.assemble((kind, "bold"), f": {summary.why(kind)}"))
    out.print()
    for path in summary.plan.own:
        out.print(of_own_gate(summary, of_file(path).gate), style="bold")
    out.print(headline(summary), style="bold")


def of_own_gate(summary: Summary, gate: str) -> str:
    """What a gate of one's own catches and what it costs, in a few sentences."""
    row = summary.gates.set_index("gate").loc[gate]
    cells = summary.cells[summary.cells["gate"] == gate].sort_values("share", ascending=False)
    caught = ", ".join(f"{one.fault} {one.share:.0%}" for one in cells.itertuples(index=False))
    alarms = row["false_alarms"]
    sound = "" if pd.isna(alarms) else f", {int(alarms):,} of them in records with nothing wrong"
    seconds = "" if pd.isna(row["seconds"]) else f" It takes {1000 * row['seconds']:.0f} ms."
    return (
        f"{gate} catches {caught or 'none of these faults'}. In worlds as they are it flags "
        f"{counted(int(row['flagged']), 'row')} of {int(row['judged']):,}{sound}.{seconds}"
    )


def headline(summary: Summary) -> str:
    """What was followed, how much of it is caught by how many gates, and what no gate catches."""
    found, plan = summary.kinds, summary.plan
    n, caught = int(found["n"].sum()), int(found["caught"].sum())
    left = not_caught(found)
    said = (
        f"{counted(n, 'fault')} of {counted(len(found), 'kind')} in {counted(plan.worlds, 'world')} of size "
        f"{plan.size}: {counted(len(summary.cover), 'gate')} of {len(summary.gates)} catch all that any "
        f"catches, {caught / n:.0%}."
        if n
        else "No fault found anything to change."
    )
    if left:
        said += (
            f" Of {counted(len(left), 'kind')} fewer than {CAUGHT_WELL:.0%} are caught; of "
            f"{len(summary.pairs)} of these kinds a fault is shown that no check of the files can tell."
        )
    return said


def _kinds(summary: Summary, out: Console) -> None:
    table = plain_table()
    table.add_column("Fault", no_wrap=True)
    for heading in ("reach", "caught", "95 %", "after", "spread by then", "gates off", "on"):
        table.add_column(heading, justify="right")
    table.add_column("Gates that catch it")
    for row in summary.kinds.itertuples(index=False):
        if not row.n:
            table.add_row(row.fault, *[DASH] * 7, "nothing to change in these worlds")
            continue
        gates = [f"{one['gate']} {one['share']:.0%}" for one in row.gates]
        more = len(gates) - MOST
        named = ", ".join(gates[:MOST]) + (f" and {more} more" if more > 0 else "")
        days = DASH if pd.isna(row.days) else f"{row.days:.0f} d"
        spread = DASH if pd.isna(row.spread) else f"{row.spread:.0f} of {row.cells:.0f}"
        style = None if row.share >= CAUGHT_WELL else "yellow"
        table.add_row(
            row.fault,
            f"{row.reached / row.n:.0%}",
            f"{row.share:.0%}",
            f"{row.low:.0%}–{row.high:.0%}",
            days,
            spread,
            *(DASH if pd.isna(v) else f"{v:.1f}" for v in (row.cells_off, row.cells_on)),
            named or "none",
            style=style,
        )
    out.print(table)
    out.print(
        "reach: share that changes a list. off, on: cells wrong on average where no gate keeps anything "
        "back, and where each does that can.",
        style="dim",
    )


def _cover(summary: Summary, out: Console) -> None:
    table = plain_table()
    table.add_column("Fewest gates that catch it all", no_wrap=True)
    for heading in ("catch more", "caught so far", "false alarms so far"):
        table.add_column(heading, justify="right")
    for row in summary.cover.itertuples(index=False):
        table.add_row(row.gate, f"{row.more:,}", f"{row.share:.0%}", f"{row.false_alarms:,}")
    out.print(table)
