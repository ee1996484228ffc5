"""What every column and figure of an experiment means: written down here, once.

The codebook beside the tables and the definitions on the page are both made from it.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.experiment.estimates import DRAWS, LEVEL
from pipelines.experiment.rows import CELLS, REPLAYS, UNCORRECTED, cause_column
from pipelines.replay.compare.causes import CAUSES

WORDS = {
    "arm": "number of the arm: the combination of joining, policy and correction; see manifest.json",
    "fault": "number of the fault; the same number is the same fault in every arm",
    "world": "number of the world it happens in; worlds are independent of each other",
    "join": "level of joining",
    "policy": "numbers of the network that differ from their own, as JSON",
    "correct_after": "days from the fault until its source is to correct it; empty: never",
    "kind": "kind of fault (of a cell: how it is wrong)",
    "outcome": "followed, or nothing to change: so small a world had no record for such a fault",
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
    "cells": "distinct (holder, list, subject) that differ; a fault reaches a list if there is any",
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
    "correction_day": "the day on which the correction was published; empty: never",
    "cells_on_the_eve": "cells that differ on the day before it, irrevocable ones left out",
    "half_life": "half-life of this fault alone, see below; empty: no cell was wrong on the eve, or "
    "censored",
    "censored": "whether cells were wrong on the eve and there is no half-life before the horizon",
    "late_spread": "cells first wrong on or after the day of the correction",
    "irrevocable": "cells that differ on the eve at holders that can never take back what they show on "
    "that list (of a cell: whether its holder is one; told of corrected arms)",
    "state": "faulty: never corrected; corrected",
    "holder": "who shows the entry",
    "list": "which list",
    "subject_id": "of whom",
    "from_day": "first day of a run of wrong days",
    "to_day": "the day after its last; runs are cut at the horizon",
    "day": "a day",
    "true_high": "true listings that holders show at the arm's level of joining; a listing is true if "
    "the world's truth knows of the act it rests on",
    "false_high": "the other listings there",
    "true_low": "true listings at the level below; empty at the lowest",
    "false_low": "the other listings at the level below",
    "gained": "true listings known at the arm's level and not at the level below",
    "lost": "true listings known at the level below and not at the arm's",
}
DAYS = ["arm", "fault", "state", "holder", "list", "day", "wrongly_listed", "wrongly_missing",
        "altered"]  # fmt: skip
GAINS = ["world", "arm", "join", "true_low", "false_low", "true_high", "false_high", "gained",
         "lost"]  # fmt: skip
TABLES = {
    "replays.parquet": (
        "A row a replay (arm and fault). Figures are those of the corrected state if a correction was "
        f"published, else of the faulty one; those that end in `{UNCORRECTED}` are of the faulty state.",
        REPLAYS.names,
    ),
    "cells.parquet": ("A row a replay, state, cell and run of wrong days.", CELLS.names),
    "days.parquet": (
        "A row a replay, state, holder, list and day on which anything is wrong there: how many "
        "subjects, by kind.",
        DAYS,
    ),
    "gains.parquet": ("A row a world and arm.", GAINS),
}

# What is worked out from those tables: word -> definition. The page and the terminal use these words.
FIGURES = {
    "faults": "Drawn in the worlds, the same ones in every arm. Those that found nothing to change are "
    "counted apart; all shares and means are over the *followed* ones, without effect or with.",
    "share that reach anything": "faults with `reached` / faults followed.",
    "share that reach a list": "faults with `cells` > 0 / faults followed.",
    "entry-days a fault": "sum of `entry_days` / faults followed: what one more fault of this kind costs, "
    "those without effect included. This is the harm beside the gain.",
    "uncorrected": f"the same, of `entry_days{UNCORRECTED}`: what it would cost if nobody ever corrected "
    "it.",
    "entry-days of those that reach a list": "sum of `entry_days` / faults with `cells` > 0, with the "
    "median and the ninth decile of these.",
    "wrong on that day": "R(u): of all cells of all faults of the arm that differ on the eve of their "
    "correction, the share that differs u days after it (u = 0 is the day it is published). Irrevocable "
    "cells are left out and counted beside it; a cell that was right and is wrong again counts again. "
    "The curve ends where the first of the faults meets the horizon.",
    "not yet right for good": "of the same cells, the share that some day from u on, before the horizon, "
    "is still wrong; pooled by Kaplan-Meier. Its last value is the plateau: the share never right.",
    "half-life": "the smallest u from which on R(u) is at most one half; none before the horizon: "
    "censored. A single replay's half-life is the same, of its own cells alone.",
    "what an arm changes": "mean over the faults of (entry-days in the one arm - in the other), for two "
    "arms of one level of joining that differ in one thing. Only faults followed in both, in the same "
    "record and delivery.",
    "gain": "true listings that holders know, summed over the worlds.",
    "interval": f"{LEVEL:.0%}, by {DRAWS:,} resamples: worlds with replacement, then as many faults in "
    "each; the seed is the experiment's. With few worlds it is rough.",
    "error": "standard deviation of the figure over the resamples.",
}


def meaning(column: str) -> str:
    """What a column means.

    Raises:
        KeyError: if no table has it.
    """
    if column.startswith("share_after_"):
        return (
            f"R({column.rsplit('_', 1)[1]}) of this fault alone: wrong on that day, see below; "
            "empty: no cell was wrong on the eve"
        )
    causes = {cause_column(cause): cause for cause in CAUSES}
    if column in causes:
        return f"entry-days wrong from the correction on, because: {causes[column]}"
    if column.endswith(UNCORRECTED):
        return f"`{column.removesuffix(UNCORRECTED)}`, had it never been corrected"
    return WORDS[column]


def write_codebook(path: Path) -> None:
    """Write the codebook.

    Raises:
        OSError: if it cannot be written.
    """
    parts = ["# Codebook\n\nSynthetic data. Days are dates; a missing value is empty.\n"]
    for table, (grain, columns) in TABLES.items():
        parts.append(f"## {table}\n\n{grain}\n\n| column | meaning |\n|---|---|")
        parts[-1] += "".join(f"\n| `{c}` | {meaning(c)} |" for c in columns) + "\n"
    parts.append("## The figures worked out from them\n\n| figure | definition |\n|---|---|")
    parts[-1] += "".join(f"\n| {word} | {said} |" for word, said in FIGURES.items()) + "\n"
    path.write_text("\n".join(parts), encoding="utf-8", newline="\n")
