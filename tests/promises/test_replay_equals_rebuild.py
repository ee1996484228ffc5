"""Promise 4: replay equals rebuild, row for row in every table and figure for figure in the report.

Random faults of every kind, in feeds they fit, with either scope, corrected or not, at any level of
joining. `make prove` tries them by the thousand; here a few of each.
"""

from __future__ import annotations

import json
from dataclasses import fields
from itertools import islice

import pandas as pd
import pandas.testing as pdt
import pytest

from pipelines.exchange.mishaps import mishaps
from pipelines.home import Home
from pipelines.replay import FaultSpec, replay
from pipelines.replay.compare.universes import Universes
from pipelines.replay.prove import Case, cases, prove, tried
from schemas.contract import feeds
from sources.faults import FaultError, kinds
from tests.how_many import how_many
from tests.promises.hard_world import EACH_LEVEL, IN_EVERY_RUN


def test_cases_are_the_same_every_time_and_leave_nothing_out():
    # A round takes every kind in every feed that it fits.
    count = sum(f.fits(feed) for f in kinds().values() for feed in feeds("core").values())
    count += len(mishaps())
    first, again, other = (list(islice(cases(seed), count)) for seed in (1, 1, 2))
    assert first == again != other
    assert {case.kind for case in first} == {*kinds(), *mishaps()} - {"free_edit"}
    assert {case.feed for case in first if case.kind in kinds()} == set(feeds("core"))
    assert {case.join for case in first} == {"none", "own-keys", "unified-code", "full"}


@pytest.mark.long
def test_random_cases_agree(tmp_path):
    asked = {"seed": 1, "workers": 1, "days": 40, "worlds": (1,)}
    told = prove(tmp_path, 4, **asked)
    assert [t["number"] for t in told] == list(range(4))
    assert {t["outcome"] for t in told} <= {"agreed", "nothing"}, told
    assert sum(t["outcome"] == "agreed" for t in told) >= 2
    # What was tried is not tried again.
    assert prove(tmp_path, 4, **asked, seconds=0) == told


def test_a_case_that_differs_is_seen(story, tmp_path):
    """A model that is left out, as if nothing touched it."""
    with Universes(story.home(tmp_path / "home"), everything=True) as universes:
        case = Case(0, 1, "full", "valid_code_of_another", "court", None, None, 3)
        universes.models = [m for m in universes.models if m.name != "lists.court_dishonest"]
        told = tried(universes, case, tmp_path)
    assert told["outcome"] == "differs"
    assert "lists.court_dishonest" in told["tables"]


@pytest.mark.parametrize(
    ("join", "gates", "after"),
    [
        *(pytest.param(*at, None) for at in IN_EVERY_RUN),
        *(pytest.param(*at, 20, marks=pytest.mark.long) for at in EACH_LEVEL),
    ],
)
def test_a_hard_world_agrees_at_every_level_of_joining(join, gates, after, hard_at, tmp_path):
    """Gates that hold deliveries and gates that let them through, and cells hard to read."""
    home = Home(hard_at(join, gates).folder)
    with Universes(home, everything=True) as universes:
        case = Case(0, 5, join, "valid_code_of_another", "court", None, after, 2)
        told = tried(universes, case, tmp_path, {"gates.out_of_bounds": gates})
        assert {"conform.court", "merge.events", "lists.entries"} <= universes.small.moved
    assert told == {"outcome": "agreed", "universes": 1 if after is None else 2}


def figures(told) -> dict:
    """What a replay says to machines, but for how it was arrived at."""
    return {k: v for k, v in told.json().items() if k not in ("mode", "seconds")}


@pytest.mark.long  # of the story's slip the whole page is compared in every run
@pytest.mark.parametrize(
    "spec",
    [
        FaultSpec("valid_code_of_another", feed="court", seed=1, correct_after=30),
        FaultSpec("stale_delivery", feed="abnormal_operations", seed=1, correct_after=20),
        FaultSpec("mistyped_code", feed="market_registry", seed=2, correct_after=60),
        FaultSpec("row_lost", feed="tax_a_class", seed=4),
    ],
    ids=lambda spec: f"{spec.kind}-{spec.feed}",
)
def test_the_report_is_the_same(spec, home_tiny):
    quick, slow = replay(home_tiny, spec), replay(home_tiny, spec, rebuild=True)
    assert (quick.mode, slow.mode) == ("replay", "rebuild")
    assert json.dumps(figures(quick), default=str) == json.dumps(figures(slow), default=str)


@pytest.mark.long
def test_the_report_is_the_same_under_a_policy(home_tiny):
    policy = {"corrections": "pushed", "links.depth": "1", "gates.out_of_bounds": "warn"}
    asked = {"policy": policy | {"court-bank.mode": "append"}}
    spec = FaultSpec("valid_code_of_another", feed="court", seed=1, correct_after=30)
    quick, slow = (replay(home_tiny, spec, rebuild=way, **asked) for way in (False, True))
    assert json.dumps(figures(quick), default=str) == json.dumps(figures(slow), default=str)
    # Pushed, the correction leaves nothing but what cannot be taken back or was done on its own.
    still = figures(quick)["residue"]
    asked = {"policy": {"court-bank.mode": "append"}}
    assert still != figures(replay(home_tiny, spec, **asked))["residue"]


@pytest.fixture(scope="module")
def home_tiny(tmp_path_factory):
    from pipelines.replay.prove import make_world

    return make_world(tmp_path_factory.mktemp("worlds"), 1, days=90)


# --- many in one pass ------------------------------------------------------------------------------


def one_of_each() -> set[str]:
    """A kind of each level and group, the last by name."""
    return set({(fault.level, fault.group): name for name, fault in kinds().items()}.values())


def drawn(universes: Universes, each: int, wanted: set[str]) -> list:
    """Faults of these kinds, some corrected and some never, so many of each."""
    found = []
    for n, kind in enumerate(sorted(wanted - {"free_edit"})):
        for seed in range(n, n + each):
            feed = (None, "court", "tax_a_class")[seed % 3]
            spec = FaultSpec(kind, feed=feed, seed=seed, correct_after=(30, 7, None)[seed % 3])
            try:
                found.append(universes.case([spec]))
            except FaultError:  # has no place there, or nothing to change in so small a world
                continue
    return found


def same(one: object, other: object) -> None:
    """See that two results are alike, frames and all."""
    if isinstance(one, pd.DataFrame):
        one, other = (f.astype(object).where(f.notna(), None) for f in (one, other))
        pdt.assert_frame_equal(one, other)
    elif hasattr(one, "__dataclass_fields__"):
        for f in fields(one):
            same(getattr(one, f.name), getattr(other, f.name))
    else:
        assert one == other


SOME_OR_ALL = pytest.mark.parametrize(
    "wanted",
    [one_of_each(), pytest.param(set(kinds()), marks=pytest.mark.long)],
    ids=["one_of_each", "every_kind"],
)


@pytest.fixture
def home(wanted, request, tmp_path) -> Home:
    """The story, in which nearly every fault reaches a list; for every kind a tiny world."""
    some = wanted == one_of_each()
    return (
        request.getfixturevalue("story").home(tmp_path)
        if some
        else request.getfixturevalue("home_tiny")
    )


@SOME_OR_ALL
def test_many_at_once_do_what_each_does_alone(wanted, home):
    with Universes(home) as universes:
        each = how_many(6, at_least=2)
        cases = drawn(universes, each, wanted)
        assert len(cases) > 20 * each / 6
        together = universes.follow(cases)
        pairs = sorted(zip(cases, together, strict=True), key=lambda one: one[1].faulty.lists.empty)
        reached = sum(not found.faulty.lists.empty for found in together)
        assert reached > 3
        # In every run those that reach a list, and one that reaches none.
        for case, found in pairs[: how_many(len(pairs), at_least=reached + 1)]:
            (alone,) = universes.follow([case])
            same(alone.faulty, found.faulty)
            same(alone.remaining, found.remaining)


@pytest.mark.long  # above each is followed alone in a base that has followed others
@SOME_OR_ALL
def test_nothing_is_left_behind_by_those_before(wanted, home_tiny):
    """A base that has followed others gives what one opened anew does."""
    with Universes(home_tiny) as used, Universes(home_tiny) as fresh:
        cases = drawn(used, 1, wanted)
        used.follow(cases[::-1])
        (first,) = fresh.follow(cases[:1])
        (again,) = used.follow(cases[:1])
        same(first.faulty, again.faulty)
        same(first.remaining, again.remaining)
