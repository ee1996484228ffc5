"""Promise 13: no dead end. What any feed, edge or holder gets wrong, another holder comes to show.

For every feed, a few random faults of a few kinds are followed; some of them must change what a holder
shows that is not the owner of the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

import pandas as pd
import pytest

from pipelines.exchange.network import read_owners
from pipelines.experiment.places import Place, found_at, places
from pipelines.replay import FaultSpec
from pipelines.replay.compare.outcome import Outcome
from pipelines.replay.compare.universes import Universes
from schemas.contract import feeds
from sources.faults import FaultError

KINDS = ("valid_code_of_another", "mistyped_code", "missing_value", "row_lost", "same_name_mixup")
# Two faults a feed in every run, of a seed with which one of the two gets through in each; all the kinds,
# twice over, with the long tests.
DRAWN = [
    pytest.param((("missing_value", "row_lost"), [22]), id="two"),
    pytest.param((KINDS, [0, 1]), id="many", marks=pytest.mark.long),
]


@pytest.fixture(scope="module")
def universes(one_tiny, tmp_path_factory) -> Iterator[Universes]:
    """What follows faults in the first tiny world."""
    with Universes(one_tiny.home(tmp_path_factory.mktemp("home"))) as opened:
        yield opened


@pytest.fixture(scope="module", params=DRAWN)
def outcomes(request, universes) -> list[Outcome]:
    """What comes of each fault that changed a file."""
    cases = [universes.case([FaultSpec("row_lost", feed="tax_a_class", seed=n)]) for n in (0, 2)]
    for feed, kind, seed in product(feeds("core"), *request.param):
        try:
            cases.append(universes.case([FaultSpec(kind, feed=feed, seed=seed)]))
        except FaultError:  # has no place there, or nothing to change
            continue
    return universes.follow(cases)


@pytest.fixture(scope="module")
def reached(outcomes) -> dict[str, tuple[int, int]]:
    """Feed -> of how many faults that changed a file, how many changed what another holder shows."""
    owner, followed, reaching = read_owners("core"), Counter(), Counter()
    for found in outcomes:
        feed, cells = found.edits[0].feed.name, found.faulty.lists
        followed[feed] += 1
        reaching[feed] += bool((cells["holder"] != cells["list"].map(owner)).any())
    return {feed: (followed[feed], reaching[feed]) for feed in feeds("core")}


@pytest.mark.parametrize("feed", feeds("core"))
def test_a_fault_in_any_feed_is_shown_elsewhere(feed: str, reached) -> None:
    followed, reaching = reached[feed]
    assert reaching, f"of {followed} faults in {feed} none changes what another holder shows"


def test_shares_are_told(reached, tell) -> None:
    for feed, (followed, reaching) in reached.items():
        tell(f"{feed}: {reaching} of {followed} faults change what another holder shows")


@pytest.mark.parametrize(("every", "each"), [(70, 2), pytest.param(1, 12, marks=pytest.mark.long)])
def test_a_mishap_on_any_edge_or_at_any_holder_is_shown_elsewhere(
    every, each, universes, tell
) -> None:
    """So many drawn at each place, or at every so many of them."""
    silent = []
    for place in [p for p in places(universes) if p.kind != "feed"][::every]:
        found = found_at(universes, place, each, seed=1)
        beyond = "" if found.beyond is None else f", {found.beyond} beyond its receiver"
        tell(f"{place.kind} {place.name}: {found.reached} of {found.faults} mishaps{beyond}")
        silent += [] if found.reached else [f"{place.kind} {place.name}"]
    assert not silent


def test_what_is_shown_for_good_is_neither_deleted_nor_replaced(universes) -> None:
    """A poster on a village board: it can be lost on the way there, not taken down."""
    assert universes.case([FaultSpec("lost_on_the_way", holder="village_board")])
    for kind in ("deleted_by_hand", "backup_restored"):
        with pytest.raises(FaultError, match="what is shown there can never be taken down"):
            universes.case([FaultSpec(kind, holder="village_board")])


def test_a_reward_is_lost_by_mistake_as_a_restriction_is_gained(outcomes) -> None:
    """A taxpayer's row is lost: the red list, the reward that rests on it, and all it earns."""
    lost = ("tax_a_class", "row_lost")
    found = [
        outcome.faulty
        for outcome in outcomes
        if (outcome.edits[0].feed.name, outcome.edits[0].struck.spec.kind) == lost
    ]
    cells = pd.concat([faulty.lists for faulty in found])
    assert {"tax_a_class", "joint_reward"} <= set(cells["list"])
    # Grades of firms move with it as well, and other lists with these.
    red = cells["list"].isin(["tax_a_class", "joint_reward"])
    assert set(cells["kind"][red]) == {"wrongly_missing"}
    assert {"ncisp", "credit_china", "bank"} <= set(
        cells["holder"][cells["list"] == "joint_reward"]
    )
    measures = pd.concat([faulty.measures for faulty in found])
    earned = {"tax_refunds_first", "procurement_preferred", "approvals_first_leader"}
    assert earned <= set(measures["measure"])
    assert set(measures["kind"][measures["measure"].isin(earned)]) == {"wrongly_missing"}


@pytest.mark.parametrize(
    ("kind", "cells"),
    [("valid_code_of_another", 1), ("code_written_otherwise", 0), ("row_lost", 0)],
)
def test_a_key_counts_as_spoilt_if_it_reads_otherwise(kind, cells, universes) -> None:
    found = found_at(universes, Place("feed", "court", (kind,)), 1, seed=1)
    assert (found.faults, found.cells) == (1, cells)


def test_another_form_of_a_code_is_shown_nowhere(universes) -> None:
    """Small letters, blanks, hyphens and full-width characters: every list stays as it is."""
    cases = [
        universes.case([FaultSpec("code_written_otherwise", feed=feed)])
        for feed in ("city_penalties", "court", "market_registry")
    ]
    for found in universes.follow(cases):
        assert found.faulty.lists.empty and found.faulty.measures.empty
