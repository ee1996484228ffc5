"""Promise 4: replay equals rebuild, row for row in every table and figure for figure in the report.

Random faults of every kind, in feeds they fit, with either scope, corrected or not, at any level of
joining. `make prove` tries them by the thousand; here a few of each.
"""

from __future__ import annotations

import json

import pytest

from pipelines.replay import FaultSpec, replay
from pipelines.replay.prove import Case, cases, prove, tried
from pipelines.replay.universes import Universes
from schemas.contract import feeds
from sources.faults import kinds


def test_cases_are_the_same_every_time_and_leave_nothing_out():
    first = [case for case, _ in zip(cases(1), range(400), strict=False)]
    again = [case for case, _ in zip(cases(1), range(400), strict=False)]
    assert first == again != [case for case, _ in zip(cases(2), range(400), strict=False)]
    assert {case.kind for case in first} == set(kinds()) - {"free_edit"}
    assert {case.feed for case in first} == set(feeds("core"))
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


def test_a_case_that_differs_is_seen(home_tiny, tmp_path):
    """A model that is left out, as if nothing touched it."""
    with Universes(home_tiny, everything=True) as universes:
        case = Case(0, 1, "full", "valid_code_of_another", "court", None, None, 3)
        assert tried(universes, case, tmp_path)["outcome"] == "agreed"
        universes.models = [m for m in universes.models if m.name != "lists.court_dishonest"]
        told = tried(universes, case, tmp_path)
    assert told["outcome"] == "differs"
    assert "lists.court_dishonest" in told["tables"]


def figures(told) -> dict:
    """What a replay says to machines, but for how it was arrived at."""
    return {k: v for k, v in told.json().items() if k not in ("mode", "seconds")}


@pytest.mark.parametrize(
    "spec",
    [
        FaultSpec("valid_code_of_another", feed="court", seed=1, correct_after=30),
        FaultSpec("mistyped_code", feed="market_registry", seed=2, correct_after=60),
        FaultSpec("stale_delivery", feed="abnormal_operations", seed=1, correct_after=20),
        FaultSpec("row_lost", feed="tax_a_class", seed=4),
    ],
    ids=lambda spec: f"{spec.kind}-{spec.feed}",
)
def test_the_report_is_the_same(spec, home_tiny):
    quick, slow = replay(home_tiny, spec), replay(home_tiny, spec, rebuild=True)
    assert (quick.mode, slow.mode) == ("replay", "rebuild")
    assert json.dumps(figures(quick), default=str) == json.dumps(figures(slow), default=str)


@pytest.fixture(scope="module")
def home_tiny(tmp_path_factory):
    from pipelines.replay.prove import make_world

    return make_world(tmp_path_factory.mktemp("worlds"), 1, days=90)
