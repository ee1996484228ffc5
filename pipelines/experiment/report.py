"""What an experiment found, in sentences and in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipelines.experiment.summary import Summary

if TYPE_CHECKING:
    from rich.console import Console


def findings(summary: Summary) -> list[str]:
    """A sentence an arm, and one an effect."""
    said = []
    for row in summary.arms.itertuples():
        if not row.followed:
            said.append(f"{row.name}: none of {row.faults} faults found anything to bite on.")
            continue
        text = (
            f"{row.name}: of {row.followed} faults {row.p_reach:.1%} reach anything "
            f"({row.p_reach_low:.1%} to {row.p_reach_high:.1%})"
        )
        if not pd.isna(row.mean_entry_days):
            text += (
                f"; those that reach a list, {row.mean_entry_days:,.0f} entry-days on average "
                f"({row.mean_entry_days_low:,.0f} to {row.mean_entry_days_high:,.0f}), "
                f"half of them {row.median_entry_days:,.0f} or fewer"
            )
        if row.plateau is not None and not pd.isna(row.plateau):
            half = (
                "never by the horizon" if pd.isna(row.half_life) else f"in {int(row.half_life)} d"
            )
            text += f"; half of what was wrong is right {half}, {row.plateau:.0%} never is"
        said.append(text + ".")
    for row in summary.effects.itertuples():
        if row.entry_days is not None and not pd.isna(row.entry_days):
            said.append(
                f"{row.name} against {row.against}: {row.entry_days:+,.0f} entry-days a fault "
                f"({row.entry_days_low:+,.0f} to {row.entry_days_high:+,.0f}), over the same "
                f"{row.faults} faults."
            )
    return said


def print_summary(summary: Summary, out: Console) -> None:
    """The findings, and how far the estimates have settled."""
    from rich.table import Table

    out.print("Synthetic data: every person, firm and number is invented.", style="dim")
    for line in findings(summary):
        out.print(line)
    table = Table(
        title="As faults are added (with Monte Carlo error)", title_justify="left", box=None
    )
    for name in ("arm", "faults", "share with reach", "entry-days a fault"):
        table.add_column(name, justify="left" if name == "arm" else "right")
    names = dict(zip(summary.arms["arm"], summary.arms["name"], strict=True))
    for row in summary.convergence.itertuples():
        if row.faults:
            table.add_row(
                names[row.arm],
                str(row.faults),
                _with_error(row.p_reach, row.error, "{:.3f}"),
                _with_error(row.mean_entry_days, row.error_entry_days, "{:,.1f}"),
            )
    out.print(table)


def _with_error(value: float, error: float | None, form: str) -> str:
    text = form.format(value)
    return text if error is None or pd.isna(error) else f"{text} ± {form.format(error)}"
