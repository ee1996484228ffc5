"""The numbers of the network that a replay works with: those of its home, but for what is said anew."""

from __future__ import annotations

import pytest

from pipelines.home import Home
from pipelines.replay.plan.scenario import Scenario
from pipelines.replay.recompute import levels
from pipelines.replay.recompute.levels import Said, numbers_at

OWN = {"court-bank.every": "14", "corrections": "pushed", "links.depth": "1"}


@pytest.mark.parametrize(
    ("join", "anew", "numbers"),
    [
        (None, {}, OWN),
        ("full", {"court-bank.every": "3"}, OWN | {"court-bank.every": "3"}),
        (None, {"court-bank.lag": "2"}, OWN | {"court-bank.lag": "2"}),
        # Where nobody hands anything on, no edge has a number.
        ("none", {}, {"links.depth": "1"}),
        ("none", {"links.scores": "none"}, {"links.depth": "1", "links.scores": "none"}),
    ],
)
def test_what_is_not_named_stays(tmp_path, monkeypatch, join, anew, numbers):
    home = Home(tmp_path)
    monkeypatch.setattr(Home, "database", lambda self: self.path)
    monkeypatch.setattr(levels, "said_by", lambda path: Said("full", OWN, "core", [], []))
    assert numbers_at(home, join, anew) == numbers


SAID = {"court-bank.lag": "2", "corrections": "pushed"}


@pytest.mark.parametrize(
    ("said_at", "said", "join", "anew", "numbers"),
    [
        ("full", None, None, {}, OWN),
        ("full", {}, None, {}, {}),
        ("full", SAID, None, {}, SAID),
        ("full", SAID, None, {"links.depth": "2"}, SAID | {"links.depth": "2"}),
        (None, SAID, "full", {}, SAID),
        ("full", SAID, "none", {}, {}),
    ],
)
def test_a_scenario_that_says_numbers_says_all_of_them(
    tmp_path, monkeypatch, said_at, said, join, anew, numbers
):
    home = Home(tmp_path)
    monkeypatch.setattr(Home, "database", lambda self: self.path)
    monkeypatch.setattr(levels, "said_by", lambda path: Said("full", OWN, "core", [], []))
    scenario = Scenario((), join=said_at, policy=said)
    assert numbers_at(home, join, anew, scenario) == numbers
