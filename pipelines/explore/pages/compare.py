"""Two replays side by side: the same fault with a policy, a remedy or a level of joining apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipelines.exchange.network import JOINS, OF_THE_RUN
from pipelines.explore.asked import Asked, query_of
from pipelines.explore.case import REMEDIES, TAKES, Case, case_of
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Answer, Page
from pipelines.explore.replays import at_its_place, follow, told_of
from sources.deliver import MOST_DAYS

if TYPE_CHECKING:
    from pipelines.replay import Replay

OTHER = "other_"  # begins the names of what the second replay has instead
VARIED = ("correct_after", "remedy", "join", "policy")
ENDS = {"correct_after", "remedy"}  # of these one has a text beside it, a dispute
Key = tuple[str, str]


def look(laboratory: Laboratory, asked: Asked) -> Answer:
    """What two replays of one fault find, list by list."""
    own = [pair for pair in asked.pairs if not pair[0].startswith(OTHER)]
    instead = [(n.removeprefix(OTHER), v) for n, v in asked.pairs if n.startswith(OTHER) and v]
    first = case_of(laboratory, replace(asked, pairs=tuple(own)))
    # `-`: without what the first has; the days, the remedy and its text go together, so one takes all away.
    named = {name for name, _ in instead}
    gone = named | ({*ENDS, "dispute"} if named & ENDS else set())
    second = None
    if instead:
        same = at_its_place(first, follow(laboratory, first))
        kept = [pair for pair in same if pair[0] not in gone]
        pairs = (*kept, *(pair for pair in instead if pair[1] != "-"))
        second = case_of(laboratory, replace(asked, pairs=pairs))
    sides = [_side(laboratory, case) for case in (first, second) if case is not None]
    told: dict[str, Any] = {
        "title": "Two replays, side by side",
        "apart": [
            {"name": name, "first": _said(first, name), "second": value} for name, value in instead
        ],
        "sides": sides,
        "rows": _rows(sides) if second else [],
    }

    def beside() -> dict[str, Any]:
        return {
            "own": first.pairs,
            "query": query_of(first.pairs),
            "joins": JOINS,
            "join_now": first.scenario.join or laboratory.run["join_level"],
            "remedies": REMEDIES,
            "policies": _policies(laboratory),
            "chosen": dict(instead),
            "most_days": MOST_DAYS,
        }

    return Answer(told, beside)


def _side(laboratory: Laboratory, case: Case) -> dict[str, Any]:
    """What one replay found."""
    found = follow(laboratory, case)
    told = told_of(laboratory, case, found)
    key = ("side", case.means, *case.pairs)
    return laboratory.kept(key, lambda: _told(case, found, told))


def _told(case: Case, found: Replay, told: Mapping[str, Any]) -> dict[str, Any]:
    from pipelines.replay.tell.page import sections
    from pipelines.replay.tell.sentence import sentence

    return {
        "link": f"/replay?{case.query}",
        "sentence": sentence(found),
        "tiles": [list(tile) for tile in sections.tiles(found)],
        "lists": told["lists"],
        "totals": told["totals"],
        "exposure": told["exposure"],
        "residue": told["residue"],
        "horizon": found.faulty.horizon.isoformat(),
    }


def _rows(sides: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Row by row, a holder and list, what each of the two found there; nothing: None."""
    found: dict[Key, list[dict[str, Any] | None]] = {}
    for n, side in enumerate(sides):
        for row in side["lists"]:
            found.setdefault((row["holder"], row["list"]), [None, None])[n] = row
    return [{"holder": at, "list": name, "both": both} for (at, name), both in found.items()]


def _said(case: Case, name: str) -> str | None:
    return next((value for other, value in case.pairs if other == name), None)


def _policies(laboratory: Laboratory) -> list[str]:
    """Policies that are offered: of the whole run, and how an edge hands lists on."""
    run = [f"{name}={value}" for name, values in OF_THE_RUN.items() for value in values]
    network = laboratory.network
    edges = [f"{edge.name}.mode=snapshot" for edge in network.edges if edge.mode != "snapshot"]
    edges += [f"{edge.name}.every=1" for edge in network.edges if edge.every > 1]
    terms = [f"adopt.{one.list}.term_days=365" for one in network.adoptions]
    return list(dict.fromkeys([*run, *terms, *edges]))


PAGES = (
    Page("/compare", "compare.html", look, takes=(*TAKES, *(OTHER + name for name in VARIED))),
)
