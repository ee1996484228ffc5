"""The numbers of the network that a replay works with: those of its home, but for what is said anew."""

from __future__ import annotations

import pytest

from pipelines.home import Home
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
