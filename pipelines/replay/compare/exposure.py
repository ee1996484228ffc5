"""Who could have seen the error, and who did.

What stands wrong where the public reads *could have been seen* by anybody. And people ask: a bank before
it lends, somebody before a contract. An enquiry about a subject at a holder meets whatever that holder
shows of it on that day. How often each holder is asked stands in `schemas/codes/enquiries.csv`; on which
days is drawn, by holder, subject and day alone, so that the same enquiries come whatever went wrong: two
replays differ by what they did, not by who happened to ask.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

from pipelines.replay.compare.diff import CELL, Difference
from pipelines.replay.compare.metrics import covered, numbered
from pipelines.replay.plan.remedies import code_lists
from schemas.contract import CODES, read_csv
from sources.world.draws import Stream

DAYS_A_YEAR = 365
MILLION = 1_000_000
DAY_BITS = 16  # a day is a number below 2 to this, until the year 2149
SUBJECT_BITS = 47  # of a digest of the subject's id: with the day's, below 2 to the 63rd


def exposure(difference: Difference) -> dict[str, Any]:
    """What of a difference could have been seen by the public, and which enquiries met it.

    Returns:
        `public_cells`, `public_subjects`, `public_entry_days`: cells that were wrong where the public
        reads, whom they are about, and their wrong days; `enquiries`, `enquired_subjects`: enquiries, one at
        most a holder, subject and day, that met a wrong cell, and about how many subjects; `by_holder`: the
        same of each holder, by name, of those that are public or were asked.
    """
    lists = difference.lists
    pairs = zip(lists["holder"], lists["list"], strict=True)
    public = lists[np.array([_is_public(*pair) for pair in pairs], dtype=bool)]
    met = enquiries(lists)
    rows = []
    for holder in sorted({*public["holder"], *met["holder"]}):
        rows.append(
            {"holder": holder} | _counted(*(f[f["holder"] == holder] for f in (public, met)))
        )
    return _counted(public, met) | {"by_holder": rows}


def enquiries(lists: pd.DataFrame) -> pd.DataFrame:
    """Enquiries that met a wrong cell: holder, subject_id and day, a whole number since 1970-01-01.

    Args:
        lists: runs of wrong days, as `Difference.lists`.
    """
    asked = numbered(lists[lists["holder"].isin(list(asked_per_million()))])
    frames = []
    for (holder, subject), runs in asked.groupby(["holder", "subject_id"], sort=True):
        spans = [np.arange(a, b) for a, b in zip(runs["a"], runs["b"], strict=True)]
        days = np.unique(np.concatenate(spans))
        days = days[_is_asked(holder, subject, days)]
        frames.append(pd.DataFrame({"holder": holder, "subject_id": subject, "day": days}))
    return pd.concat(frames) if frames else pd.DataFrame(columns=["holder", "subject_id", "day"])


@cache
def asked_per_million() -> dict[str, int]:
    """Holder -> on how many of a million days somebody asks it about a subject."""
    return {
        row["holder"]: round(int(row["per_1000_a_year"]) * MILLION / 1000 / DAYS_A_YEAR)
        for row in read_csv(CODES / "enquiries.csv")
    }


def _is_asked(holder: str, subject: str, days: np.ndarray) -> np.ndarray:
    digest = int.from_bytes(blake2b(subject.encode(), digest_size=8).digest(), "big")
    rows = ((digest >> (64 - SUBJECT_BITS)) << DAY_BITS) | days
    return Stream(0, f"enquiry.{holder}").per_million(rows, asked_per_million()[holder])


def _counted(public: pd.DataFrame, met: pd.DataFrame) -> dict[str, int]:
    return {
        "public_cells": len(public[list(CELL)].drop_duplicates()),
        "public_subjects": int(public["subject_id"].nunique()),
        "public_entry_days": int(covered(public, CELL).sum()),
        "enquiries": len(met),
        "enquired_subjects": int(met["subject_id"].nunique()),
    }


def _is_public(holder: str, name: str) -> bool:
    """Whether the public reads a list at a holder: the owner tells it to whom its class allows, any other
    holder to whoever reads there."""
    lists, public = code_lists()
    row = lists.get(name)
    if row is not None and row["owner"] == holder:
        return row["sharing"] == "public"
    return holder in public
