"""Who could have seen the error, and who did.

What stands wrong where the public reads *could have been seen* by anybody. And people ask: a bank before
it lends, somebody before a contract. An enquiry about a subject at a holder meets whatever that holder
shows of it on that day. How often each holder is asked stands in `schemas/codes/enquiries.csv`; on which
days is drawn, by holder, subject and day alone, so that the same enquiries come whatever went wrong: two
replays differ by what they did, not by who happened to ask.

All is counted for as many differences at once as there are: a replay's, or those of a thousand.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

from pipelines.replay.compare.diff import CELL, Difference
from pipelines.replay.compare.metrics import covered, numbered
from pipelines.replay.plan.remedies import code_lists
from schemas.code_lists import CODES, read_csv
from sources.world.draws import Stream

FIGURES = (
    "public_cells",
    "public_subjects",
    "public_entry_days",
    "enquiries",
    "enquired_subjects",
)
DAYS_A_YEAR = 365
MILLION = 1_000_000
DAY_BITS = 16  # a day is a number below 2 to this, until the year 2149
SUBJECT_BITS = 47  # of a digest of the subject's id: with the day's, below 2 to the 63rd
_AT_ONCE = 1 << 20  # days drawn at a time, so that memory stays small


def exposure(difference: Difference) -> dict[str, Any]:
    """What of a difference could have been seen by the public, and which enquiries met it.

    Returns:
        `public_cells`, `public_subjects`, `public_entry_days`: cells that were wrong where the public
        reads, whom they are about, and their wrong days; `enquiries`, `enquired_subjects`: enquiries, one at
        most a holder, subject and day, that met a wrong cell, and about how many subjects; `by_holder`: the
        same of each holder, by name, of those that are public or were asked.
    """
    runs = difference.lists
    codes, holders = pd.factorize(runs["holder"], sort=True)
    of = np.concatenate([np.zeros(len(runs), dtype=np.int64), codes + 1])
    whole, *parts = _figures(pd.concat([runs, runs]), of, 1 + len(holders))
    rows = [
        {"holder": holder} | told
        for holder, told in zip(holders, parts, strict=True)
        if any(told.values())
    ]
    return whole | {"by_holder": rows}


def in_both_states(faulty: Difference, corrected: Difference | None) -> dict[str, Any]:
    """The exposure of the faulty state, and under `corrected` that of the corrected one, or None."""
    then = None if corrected is None else exposure(corrected)
    return exposure(faulty) | {"corrected": then}


def exposures(lists: Sequence[pd.DataFrame]) -> list[dict[str, int]]:
    """The `FIGURES` of each of some differences, all worked out at once.

    Args:
        lists: runs of wrong days, as `Difference.lists`, of each.
    """
    sizes = [len(runs) for runs in lists]
    some = [runs for runs in lists if len(runs)]
    runs = pd.concat(some) if some else pd.DataFrame()
    return _figures(runs, np.repeat(np.arange(len(lists)), sizes), len(lists))


def _figures(runs: pd.DataFrame, of: np.ndarray, many: int) -> list[dict[str, int]]:
    """The `FIGURES` of so many differences; `of` is the number of the one that each run belongs to."""
    told = np.zeros((many, len(FIGURES)), dtype=np.int64)
    if len(runs):
        runs = numbered(runs).assign(of=of)[["of", *CELL, "from_day", "to_day", "a", "b"]]
        counted = _in_public(runs).join(_asked(runs), how="outer").fillna(0)
        told[counted.index] = counted[list(FIGURES)].astype(np.int64)
    return [dict(zip(FIGURES, row, strict=True)) for row in told.tolist()]


def _in_public(runs: pd.DataFrame) -> pd.DataFrame:
    """What of the runs the public could see: a row a difference that has any of it."""
    pairs = pd.MultiIndex.from_frame(runs[["holder", "list"]])
    codes, known = pairs.factorize()
    open_to_all = np.array([_is_public(*pair) for pair in known], dtype=bool)
    days = covered(runs[open_to_all[codes]], ("of", *CELL)).rename("days").reset_index()
    by = days.groupby("of")
    return pd.DataFrame(
        {
            "public_cells": by.size(),
            "public_subjects": by["subject_id"].nunique(),
            "public_entry_days": by["days"].sum(),
        }
    )


def _asked(runs: pd.DataFrame) -> pd.DataFrame:
    """How many enquiries met the runs: a row a difference that any met."""
    by = enquiries(runs).groupby("of")
    return pd.DataFrame({"enquiries": by.size(), "enquired_subjects": by["subject_id"].nunique()})


def enquiries(runs: pd.DataFrame) -> pd.DataFrame:
    """Enquiries that met a wrong cell: of, holder, subject_id and day, a whole number since 1970-01-01.

    Args:
        runs: of wrong days: `of`, the number of the difference they belong to, holder, subject_id, and
            `a` and `b`, the days as numbers; see `metrics.numbered`.
    """
    runs = runs[runs["holder"].isin(list(asked_per_million()))]
    codes, pairs = pd.MultiIndex.from_frame(runs[["holder", "subject_id"]]).factorize()
    a, b = runs["a"].to_numpy(), runs["b"].to_numpy()
    first, end = np.full(len(pairs), 1 << DAY_BITS), np.zeros(len(pairs), dtype=np.int64)
    np.minimum.at(first, codes, a)
    np.maximum.at(end, codes, b)
    asked = _days_asked(pairs, first, end)
    low, high = (np.searchsorted(asked, codes << DAY_BITS | day) for day in (a, b))
    run, at = _counted_up(low, high)
    met = runs[["of", "holder", "subject_id"]].iloc[run].assign(day=asked[at] % (1 << DAY_BITS))
    return met.drop_duplicates(ignore_index=True)


def _days_asked(pairs: pd.MultiIndex, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Days on which a holder is asked about a subject, of each pair of the two.

    Args:
        pairs: of holder and subject_id.
        first, end: between which two days of each pair (half-open).

    Returns:
        The pair's place in `pairs` times 2 to the power `DAY_BITS`, and the day; sorted.
    """
    at = pairs.get_level_values(0).to_numpy()
    digests = np.array([_digest(one) for one in pairs.get_level_values(1)], np.int64)
    found = [np.zeros(0, dtype=np.int64)]
    for holder in np.unique(at):
        mine = np.flatnonzero(at == holder)
        stream, chance = Stream(0, f"enquiry.{holder}"), asked_per_million()[holder]
        turns = np.flatnonzero(np.diff(np.cumsum(end[mine] - first[mine]) // _AT_ONCE)) + 1
        for some in np.split(mine, turns):
            which, days = _counted_up(first[some], end[some])
            asked = stream.per_million(digests[some][which] << DAY_BITS | days, chance)
            found.append(some[which[asked]] << DAY_BITS | days[asked])
    return np.sort(np.concatenate(found))


def _counted_up(first: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every whole number of some half-open spans, with the place of its span: `(places, numbers)`."""
    many = end - first
    places = np.repeat(np.arange(len(many)), many)
    return places, np.arange(len(places)) + (first + many - np.cumsum(many))[places]


def _digest(subject: str) -> int:
    digest = int.from_bytes(blake2b(subject.encode(), digest_size=8).digest(), "big")
    return digest >> (64 - SUBJECT_BITS)


@cache
def asked_per_million() -> dict[str, int]:
    """Holder -> on how many of a million days somebody asks it about a subject."""
    return {
        row["holder"]: round(int(row["per_1000_a_year"]) * MILLION / 1000 / DAYS_A_YEAR)
        for row in read_csv(CODES / "enquiries.csv")
    }


def _is_public(holder: str, name: str) -> bool:
    """Whether the public reads a list at a holder: the owner tells it to whom its class allows, any other
    holder to whoever reads there."""
    lists, public = code_lists()
    row = lists.get(name)
    if row is not None and row["owner"] == holder:
        return row["sharing"] == "public"
    return holder in public
