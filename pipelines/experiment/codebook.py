"""What every column and figure of an experiment means: written down once, in `codebook.yml`.

The codebook beside the tables and the definitions on the page are both made from it.
"""

from pathlib import Path
from string import Template

import yaml

from pipelines.experiment.estimates import DRAWS, LEVEL
from pipelines.experiment.rows import CELLS, REPLAYS, UNCORRECTED, cause_column
from pipelines.home import write_text
from pipelines.replay.compare.causes import CAUSES

_TEXT = Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
_SAID = yaml.safe_load(
    Template(_TEXT).substitute(uncorrected=UNCORRECTED, level=f"{LEVEL:.0%}", draws=f"{DRAWS:,}")
)
FIGURES: dict[str, str] = _SAID["figures"]
DAYS = ["arm", "fault", "state", "holder", "list", "day", "wrongly_listed", "wrongly_missing",
        "altered"]  # fmt: skip
GAINS = ["world", "arm", "join", "true_low", "false_low", "true_high", "false_high", "gained",
         "lost"]  # fmt: skip
TABLES = {"replays": REPLAYS.names, "cells": CELLS.names, "days": DAYS, "gains": GAINS}


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
    return _SAID["columns"][column]


def write_codebook(path: Path) -> None:
    """Write the codebook.

    Raises:
        OSError: if it cannot be written.
    """
    parts = ["# Codebook\n\nSynthetic data. Days are dates; a missing value is empty.\n"]
    for table, columns in TABLES.items():
        grain = _SAID["grains"][table]
        parts.append(f"## {table}.parquet\n\n{grain}\n\n| column | meaning |\n|---|---|")
        parts[-1] += "".join(f"\n| `{c}` | {meaning(c)} |" for c in columns) + "\n"
    parts.append("## The figures worked out from them\n\n| figure | definition |\n|---|---|")
    parts[-1] += "".join(f"\n| {word} | {said} |" for word, said in FIGURES.items()) + "\n"
    write_text(path, "\n".join(parts))
