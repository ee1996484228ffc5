"""A dispute: what a subject writes on a public page, and where the correction travels from there.

It is about what a fault has done, or, where no fault is named, about an entry as it stands: the page then
takes its own copy down, its source has nothing to correct, and the next sync may bring the copy back.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.explore.asked import Asked, RequestError, query_of
from pipelines.explore.case import TAKES, Case, case_of, without
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page
from pipelines.explore.replays import follow

if TYPE_CHECKING:
    from pipelines.replay import Replay

ID = re.compile("[0-9a-f]{32}")
# A page that goes by name may show several subjects of one entry; without one that is asked for, the first.
SHOWN = (
    "SELECT c.holder, c.list, c.entry_id, c.subject_id, s.name, c.from_day, c.to_day "
    "FROM exchange.copies AS c LEFT JOIN merge.subjects AS s ON s.subject_id = c.subject_id "
    "WHERE c.entry_id = ? AND c.holder = ? AND c.subject_id = coalesce(CAST(? AS UUID), c.subject_id) "
    "ORDER BY c.from_day, c.subject_id LIMIT 1"
)


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """Who disputes what, and a form for what they write."""
    from pipelines.replay.plan.remedies import MOST_CHARACTERS

    case, noticed, why_not = _disputed(laboratory, asked)
    return {
        "title": "Dispute it on a public page",
        "noticed": noticed,
        "why_not": why_not,
        "most": MOST_CHARACTERS,
        "link": f"/replay?{case.query}",
    }


def send(laboratory: Laboratory, asked: Asked) -> str:
    """Keep the dispute in the home; the address of the replay in which it is followed."""
    from pipelines.replay.plan.disputes import keep_said
    from pipelines.replay.plan.remedies import MOST_CHARACTERS

    text = asked.text("text", MOST_CHARACTERS)
    if text is None:
        raise RequestError("A dispute says something; write what is wrong.")
    case, noticed, why_not = _disputed(laboratory, replace(asked, form=None))
    if noticed is None:
        raise RequestError(f"Nothing can be disputed: {why_not}.", 409)
    kept = keep_said(laboratory.home, {k: v for k, v in noticed.items() if k != "name"}, text)
    pairs = list(case.pairs)
    if case.scenario.remedy == "dispute":
        pairs.append(("dispute", Path(kept.file).stem))
    return f"/replay?{query_of(pairs)}#travels"


def _disputed(
    laboratory: Laboratory, asked: Asked
) -> tuple[Case, dict[str, str] | None, str | None]:
    """The replay of a dispute, what is noticed, and why nothing is if nothing is."""
    if not any(asked.texts(name) for name in ("fault", "set", "column", "scenario")):
        return _as_it_stands(laboratory, asked)
    plain = case_of(laboratory, asked)
    pairs = [*without(plain, "correct_after", "remedy", "dispute"), ("remedy", "dispute")]
    case = case_of(laboratory, replace(asked, pairs=tuple(pairs)))
    found: Replay = follow(laboratory, case)
    remedy = found.edits[0].remedy
    seen = None if remedy is None else remedy.noticed
    if seen is None:
        return case, None, remedy.why_not if remedy else "nothing is wrong"
    return case, seen.json() | {"name": found.words.name(seen.subject_id)}, None


def _as_it_stands(
    laboratory: Laboratory, asked: Asked
) -> tuple[Case, dict[str, str] | None, str | None]:
    """The same for an entry that a public page shows, with no fault in the world but its own."""
    entry, holder, day = asked.text("entry"), asked.text("holder"), asked.day("day")
    subject = asked.text("subject")
    if entry is None or holder is None or not all(map(ID.fullmatch, (entry, subject or entry))):
        raise RequestError(
            "Say what is disputed: a replay, or `entry` and `holder` of a public page, and perhaps the "
            "`subject`."
        )
    if laboratory.words.holders.get(holder, {}).get("audience") != "public":
        raise RequestError(
            f"{holder[:80]!r} is no public page, so nobody sees its copy to dispute it."
        )
    rows = laboratory.rows(SHOWN, entry, holder, subject)
    if not rows:
        raise RequestError(f"{holder} shows no such entry.", 404)
    row = rows[0]
    seen = max(day or date.min, date.fromisoformat(row["from_day"]))
    pairs = (
        ("fault", "deleted_by_hand"),
        ("day", seen.isoformat()),
        ("holder", holder),
        ("list", row["list"]),
        ("entry", entry),
        ("subject", row["subject_id"]),
    )
    case = case_of(laboratory, replace(asked, pairs=pairs))
    told = {
        "holder": holder,
        "list": row["list"],
        "subject_id": row["subject_id"],
        "kind": "as_it_stands",
        "day": seen.isoformat(),
        "name": row["name"] or row["subject_id"][:8],
    }
    return case, told, None


PAGES = (
    Page(
        "/dispute",
        "dispute.html",
        look,
        takes=TAKES,
        act=send,
        sends=("text",),
    ),
)
