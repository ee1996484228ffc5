"""With quarantine on, a fault that a gate catches before matching lists nobody wrongly, and is told."""

from __future__ import annotations

import pytest

from pipelines.home import Home
from pipelines.replay import FaultSpec, replay
from pipelines.run import make_home

GATE = "resolve.name_agrees"
KEPT = {f"gate.{GATE}": "quarantine"}

# The clerk of the court writes the number of the noodle house beside the decorator's name.
CLERK = FaultSpec(
    "free_edit",
    feed="court",
    record="0000000001",
    values={"cardNum": "PDY006219"},
)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    return make_home(Home(tmp_path_factory.mktemp("home")), size="story", seed=1, dirt=0.0)


@pytest.fixture(scope="module")
def followed(home) -> dict[str, dict]:
    return {
        "warn": replay(home, [CLERK]).json(),
        "quarantine": replay(home, [CLERK], policy=KEPT).json(),
        "rebuilt": replay(home, [CLERK], policy=KEPT, rebuild=True).json(),
    }


def test_it_lists_somebody_wrongly_while_the_gate_only_warns(followed):
    assert followed["warn"]["totals"]["wrongly_listed"] > 0
    assert not followed["warn"]["fault"]["kept_back"]


def test_with_quarantine_it_lists_nobody_wrongly_and_says_who_is_missing(followed):
    told = followed["quarantine"]
    assert told["totals"]["wrongly_listed"] == 0
    assert told["totals"]["wrongly_missing"] > 0  # the decorator, until the right row comes
    kept = told["fault"]["kept_back"]
    assert {one["gate"] for one in kept} == {GATE}
    assert {(one["state"], one["feed"], one["outcome"]) for one in kept} == {
        ("faulty", "court", "quarantine")
    }


def test_a_rebuild_tells_the_same(followed):
    told = [
        {k: v for k, v in followed[way].items() if k not in ("mode", "seconds")}
        for way in ("quarantine", "rebuilt")
    ]
    assert told[0] == told[1]


def test_a_correction_goes_by_what_the_gates_of_the_run_let_through(home):
    """A row that is kept aside by contract, and believed where the run only warns."""
    wrong = FaultSpec(
        "free_edit",
        feed="court",
        record="0000000001",
        values={"performance": "nobody knows"},
        correct_after=30,
    )
    told = {
        way: replay(home, [wrong], policy={"gate.landing.in_set": "warn"}, rebuild=rebuild).json()
        for way, rebuild in (("replay", False), ("rebuild", True))
    }
    assert told["replay"]["fault"]["kept_back"] == []
    assert told["replay"]["fault"]["correction_sent"] is not None
    same = [{k: v for k, v in one.items() if k not in ("mode", "seconds")} for one in told.values()]
    assert same[0] == same[1]
