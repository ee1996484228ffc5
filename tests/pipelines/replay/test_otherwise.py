"""The world of a scenario can be looked at, and what is otherwise in it is named."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator

from pipelines.home import Home, write_json
from pipelines.replay.otherwise import STATES, differing, looked_at
from pipelines.subject import about
from pipelines.trace import NotFound, trace
from sources.faults import FaultError

ROOT = Path(__file__).resolve().parents[3]
NOODLE_HOUSE = ROOT / "labs" / "scenarios" / "noodle_house.yml"
WRONG, RIGHT = "柳陌小满面馆有限公司", "柳陌鼎远装饰工程有限公司"


@pytest.fixture
def home(story, tmp_path) -> Home:
    about_it = {"database": str(story.database), "landing": str(story.landing), "policy": {}}
    world = {"tier": "story", "size": "story", "seed": 1, "days": 365, "dirt": 0.0, "join": "full"}
    write_json(tmp_path / "current.json", about_it | world)
    return Home(tmp_path)


def test_the_faulty_world_of_the_story(home) -> None:
    """The court's record speaks of the noodle house, which is on the lists on which the debtor was."""
    day = date(2024, 4, 1)

    def look(engine):
        found = {"record": trace(engine, "c2cbcc5f"), "noodles": about(engine, WRONG, day)}
        return found | {"debtor": about(engine, RIGHT, day)}

    found = looked_at(home, NOODLE_HOUSE, look)
    shape = json.loads((ROOT / "schemas/json/otherwise.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(shape).validate(found)
    spoken = {w: {s["name"] for s in found[w]["record"]["speaks_of"]} for w in ("clean", "there")}
    assert spoken == {"clean": {RIGHT}, "there": {WRONG}}
    shown = {
        (who, w): {(c["list"], c["path"]) for c in found[w][who]["shown_by"]}
        for who in ("noodles", "debtor")
        for w in ("clean", "there")
    }
    assert ("court_dishonest", "court>ncisp") in shown["noodles", "there"]
    assert not shown["noodles", "clean"]
    assert shown["noodles", "there"] == shown["debtor", "clean"] - shown["debtor", "there"]
    assert {"world": "there", "where": "record.speaks_of"}.items() <= {
        (k, v)
        for one in found["otherwise"]
        if one["where"] == "record.speaks_of" and one["world"] == "there"
        for k, v in one.items()
        if k != "row"
    }
    # All that is otherwise, and nothing that is not.
    assert not [
        o for o in found["otherwise"] if o["where"].startswith(("debtor.facts", "noodles.facts"))
    ]


def test_what_is_only_in_one_world_is_named() -> None:
    one = {"kind": "entry", "rests_on": [{"record_id": "a", "lines": [{"line": 1}]}]}
    two = {"kind": "entry", "rests_on": [{"record_id": "a", "lines": [{"line": 2}]}]}
    assert differing(one, one) == []
    assert [(d["world"], d["where"], d["row"]) for d in differing(one, two)] == [
        ("there", "rests_on.lines", {"line": 2}),
        ("clean", "rests_on.lines", {"line": 1}),
    ]


def test_faults_are_asked_for_as_a_replay_asks_for_them(home, tmp_path, monkeypatch) -> None:
    """A source that finds it itself takes its usual days, and what is drawn is drawn with room for them."""
    asked = []

    @contextmanager
    def nothing_rebuilt(place, specs, *_, **__):
        asked.append([(spec.correct_after, spec.room) for spec in specs])
        yield (), SimpleNamespace(clean=place.database(), faulty=place.database(), corrected=None)

    monkeypatch.setattr("pipelines.replay.otherwise.rebuilt", nothing_rebuilt)
    one, two = tmp_path / "one.yml", tmp_path / "two.yml"
    one.write_text("remedy: source\nfaults: [{kind: wrong_unit}]\n")
    two.write_text("faults: [{kind: wrong_unit, correct_after: 60}]\n")
    for file in (one, two):
        for state in STATES:
            looked_at(home, file, lambda engine: trace(engine, "c2cbcc5f"), state)
    assert asked == [[(None, 30)], [(30, None)], [(None, 60)], [(60, None)]]
    one.write_text("remedy: notice\nfaults: [{kind: wrong_unit, correct_after: 60}]\n")
    with pytest.raises(FaultError, match="the source does not find the error itself"):
        looked_at(home, one, lambda engine: {})


def test_what_is_in_neither_world_is_said(home, monkeypatch) -> None:
    @contextmanager
    def nothing_rebuilt(place, *_, **__):
        yield (), SimpleNamespace(clean=place.database(), faulty=place.database(), corrected=None)

    monkeypatch.setattr("pipelines.replay.otherwise.rebuilt", nothing_rebuilt)
    with pytest.raises(NotFound, match="ffffffff"):
        looked_at(home, NOODLE_HOUSE, lambda engine: trace(engine, "ffffffff"))
    same = looked_at(home, NOODLE_HOUSE, lambda engine: trace(engine, "c2cbcc5f"))
    assert same["otherwise"] == [] and same["there"] == same["clean"]
