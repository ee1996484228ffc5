"""Exchange, on examples small enough to count on one's fingers. Day 0 is 0; days are numbers."""

from __future__ import annotations

from tests.naive.exchange import (
    Adopter,
    AdoptionRule,
    Edge,
    Shelf,
    Version,
    shelves_of,
    shown,
    version,
)

HORIZON = 100


def an_edge(sender: str = "court", receiver: str = "bank", **given) -> Edge:
    clock = {"every": 7, "offset": 1, "lag": 1, "mode": "snapshot", **given}
    return Edge(sender, receiver, ("list",), **clock)


def an_entry(since: int = 0, **given) -> Version:
    content = {"entry": "entry", "ground": "ground", "severity": "general", "value": None}
    content |= given
    return version("list", subject="somebody", since=since, **content)


def walk(edges: list[Edge], runs: list[tuple[int, int]], namesakes=None) -> dict[str, list]:
    """Holder path -> runs of days of each (subject shown), for one entry that the court shows."""
    shelves = list(shelves_of("list", "court", edges))
    entry = an_entry()
    for day in range(HORIZON):
        for shelf in shelves:
            if shelf.edge is None:
                today = {shown(entry, "somebody")} if any(a <= day < b for a, b in runs) else set()
                shelf.diary.write(day, today)
            else:
                shelf.receive(day)
        for shelf in shelves:
            if shelf.edge and shelf.edge.syncs_on(day, 0):
                shelf.look(day, namesakes(day) if namesakes else None)
    return {
        ">".join(shelf.path): {t.subject: runs for t, runs in shelf.diary.close(HORIZON).items()}
        for shelf in shelves
    }


def shown_at_bank(runs: list[tuple[int, int]], **clock) -> list[tuple[int, int]]:
    return walk([an_edge(**clock)], runs)["court>bank"].get("somebody", [])


def test_snapshot_shows_from_first_sync_until_the_sync_that_misses_it() -> None:
    # Sync days 1, 8, 15: seen on 1 and 8, missed on 15, each a day later.
    assert shown_at_bank([(0, 10)]) == [(2, 16)]


def test_append_never_forgets() -> None:
    assert shown_at_bank([(0, 10)], mode="append") == [(2, HORIZON)]
    assert shown_at_bank([(0, 10)], mode="irrevocable") == [(2, HORIZON)]


def test_expiring_forgets_after_its_term() -> None:
    # Last seen on 8, there on 9, forgotten 20 days later.
    assert shown_at_bank([(0, 10)], mode="expire", expiry=20) == [(2, 29)]


def test_what_no_sync_day_meets_is_never_seen() -> None:
    assert shown_at_bank([(2, 8)]) == []


def test_a_gap_no_sync_day_meets_is_not_seen_either() -> None:
    assert shown_at_bank([(0, 3), (5, 10)]) == [(2, 16)]


def test_a_ring_of_holders_ends() -> None:
    ring = [an_edge(), an_edge("bank", "portal"), an_edge("portal", "bank")]
    assert list(walk(ring, [(0, 10)])) == ["court", "court>bank", "court>bank>portal"]


def test_readmission_is_one_trip() -> None:
    ring = [an_edge(), an_edge("bank", "portal"), an_edge("portal", "bank", readmits=True)]
    found = walk(ring, [(0, 3)])
    assert list(found)[-1] == "court>bank>portal>bank"
    # Seen on 1, shown by the bank from 2 to 9; by the portal (sync 8) from 9 to 16; back at the
    # bank (sync 15) from 16 to 23: a fortnight after the court took it down and a week after the
    # bank itself did.
    assert found["court>bank"]["somebody"] == [(2, 9)]
    assert found["court>bank>portal"]["somebody"] == [(9, 16)]
    assert found["court>bank>portal>bank"]["somebody"] == [(16, 23)]


def registers_on_day_5(day: int):
    """A namesake registers on day 5."""
    return lambda subject, match: {subject} if day < 5 else {subject, "namesake"}


def test_a_snapshot_by_name_asks_anew_on_each_sync_day() -> None:
    edges = [an_edge(match="name")]
    assert walk(edges, [(0, 20)], registers_on_day_5)["court>bank"] == {
        "somebody": [(2, 23)],
        "namesake": [(9, 23)],
    }


def test_who_only_adds_asks_for_the_name_when_it_first_sees_the_entry() -> None:
    edges = [an_edge(match="name", mode="append")]
    found = walk(edges, [(0, 20)], registers_on_day_5)["court>bank"]
    assert found == {"somebody": [(2, HORIZON)]}
    found = walk(edges, [(3, 20)], registers_on_day_5)["court>bank"]
    assert found == {"somebody": [(9, HORIZON)], "namesake": [(9, HORIZON)]}


def adopted(offers: dict[int, list[Version]], term: int) -> list[tuple]:
    """(ground, since, first day, last day + 1) of what an adopter makes of what it is shown.

    `offers`: on which day it begins to be shown what.
    """
    adopter = Adopter(AdoptionRule("bank", "own", ("list",), "general", term))
    owner = Shelf("own", ("bank",))
    for day in range(HORIZON):
        if day in offers:
            adopter.look([shown(v, v.subject) for v in offers[day]], day)
        owner.diary.write(day, adopter.entries(day))
    found = owner.diary.close(HORIZON)
    return sorted((v.ground, v.since, *run) for v, runs in found.items() for run in runs)


def test_an_adopted_entry_stands_for_its_own_term() -> None:
    entry = an_entry()
    assert adopted({3: [entry], 5: []}, 10) == [("ground", 3, 3, 13)]
    assert adopted({3: [entry]}, 10) == [("ground", 3, 3, 13)]


def test_seen_again_it_is_prolonged() -> None:
    entry = an_entry()
    assert adopted({3: [entry], 5: [], 9: [entry]}, 10) == [("ground", 3, 3, 19)]
    # Also if it comes back on the very day the term ends.
    assert adopted({3: [entry], 5: [], 13: [entry]}, 10) == [("ground", 3, 3, 23)]
    assert adopted({3: [entry], 5: [], 14: [entry]}, 10) == [
        ("ground", 3, 3, 13),
        ("ground", 14, 14, 24),
    ]


def test_what_it_says_is_what_was_shown_first_and_the_gravest() -> None:
    mild, grave = an_entry(ground="mild"), an_entry(ground="grave", severity="serious")
    assert adopted({3: [mild], 5: [grave]}, 10) == [("mild", 3, 3, 13)]
    assert adopted({3: [mild, grave]}, 10) == [("grave", 3, 3, 13)]


def test_saying_something_else_takes_the_place_of_all_that_came_before() -> None:
    one, other = an_entry(ground="one"), an_entry(ground="other")
    offers = {0: [one], 2: [], 4: [one], 6: [], 8: [other]}
    assert adopted(offers, 20) == [("one", 0, 0, 8), ("other", 8, 8, 28)]


def test_too_mild_or_descended_from_the_adopting_list_is_not_adopted() -> None:
    assert adopted({3: [an_entry(severity="minor")]}, 10) == []
    assert adopted({3: [an_entry(lineage=frozenset({"own"}))]}, 10) == []
