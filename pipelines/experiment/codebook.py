"""What every column of an experiment's tables means, written beside them."""

from __future__ import annotations

from pathlib import Path

from pipelines.experiment.rows import REPLAYS, cause_column
from pipelines.replay.causes import CAUSES

WORDS = {
    "arm": "number of the arm: the combination of joining, policy and correction; see manifest.json",
    "fault": "number of the fault; the same number is the same fault in every arm",
    "world": "number of the world it happens in; worlds are independent of each other",
    "join": "level of joining",
    "policy": "numbers of the network that differ from their own, as JSON",
    "correct_after": "days from the fault until its source is to correct it; empty: never",
    "kind": "kind of fault (of a cell: how it is wrong)",
    "outcome": "followed, or nothing to bite on: so small a world had no record for such a fault",
    "why": "in the latter case, what was looked for",
    "feed": "the feed the fault is in",
    "record_id": "the record; empty for a whole delivery",
    "delivery": "the day of the first wrong delivery",
    "scope": "source: wrong until corrected; once: in one delivery",
    "reached": "whether any list, measure or score differs at all",
    "latency": "days from the fault to the first day on which a list differs",
    "pairs": "distinct (holder, list) that differ on any day",
    "pairs_disseminated": "of these, whose holder does not own the list",
    "holders": "distinct holders among them",
    "lists": "distinct lists among them",
    "cells": "distinct (holder, list, subject) that differ",
    "wrongly_listed": "distinct subjects that somebody lists only because of the fault",
    "wrongly_missing": "distinct subjects that somebody fails to list because of it",
    "altered": "distinct subjects listed either way, with another ground or severity",
    "subjects": "distinct subjects for whom anything differs",
    "subjects_named": "of these, in a list or in a measure against themselves",
    "subjects_linked": "of these, only in a measure that came through a link",
    "subjects_derived": "of these, only in a score",
    "measures": "distinct (agency, measure, subject) that differ",
    "scores": "distinct (keeper, subject) whose points or grade differ",
    "subject_days": "days on which a subject has at least one differing cell, summed over subjects",
    "entry_days": "differing days summed over cells",
    "correction_day": "the day on which the correction was published",
    "cells_on_the_eve": "cells that differ on the eve of it, holders who cannot take back left out",
    "half_life": "the fewest days from the correction by which half of those are right for good",
    "censored": "whether there is no such day before the horizon",
    "late_spread": "cells first wrong on or after the day of the correction",
    "irrevocable": "cells that differ on the eve at holders who cannot take back",
    "state": "faulty: never corrected; corrected",
    "holder": "who shows the entry",
    "list": "which list",
    "subject_id": "of whom",
    "from_day": "first day of a run of wrong days",
    "to_day": "the day after its last; runs are cut at the horizon",
    "day": "a day",
}
TABLES = {
    "replays.parquet": ("a row a replay (arm and fault)", REPLAYS.names),
    "cells.parquet": (
        "a row a replay, state, cell and run of wrong days",
        ["arm", "fault", "world", "state", "holder", "list", "subject_id", "kind", "from_day",
         "to_day"],
    ),
    "days.parquet": (
        "a row a replay, state, holder, list and day on which anything is wrong there",
        ["arm", "fault", "state", "holder", "list", "day", "wrongly_listed", "wrongly_missing",
         "altered"],
    ),
}  # fmt: skip
GAINS = """## gains.parquet

A row a world and arm. A listing is true if the world's truth knows it. `true_high`, `false_high`: true
and false listings that holders show at the arm's level of joining; `true_low`, `false_low`: at the level
below; `gained`, `lost`: true listings known only at the one, or only at the other.
"""


def meaning(column: str) -> str:
    """What a column means."""
    if column.startswith("share_after_"):
        return (
            f"share of those still differing {column.rsplit('_', 1)[1]} days after the correction"
        )
    causes = {cause_column(cause): cause for cause in CAUSES}
    if column in causes:
        return f"entry-days wrong from the correction on, because: {causes[column]}"
    return WORDS[column]


def write_codebook(path: Path) -> None:
    """Write the codebook."""
    parts = ["# Codebook\n\nSynthetic data. Days are dates; a missing value is empty.\n"]
    for table, (grain, columns) in TABLES.items():
        parts.append(f"## {table}\n\n{grain.capitalize()}.\n\n| column | meaning |\n|---|---|")
        parts[-1] += "".join(f"\n| `{c}` | {meaning(c)} |" for c in columns) + "\n"
    parts.append(GAINS)
    path.write_text("\n".join(parts), encoding="utf-8")
