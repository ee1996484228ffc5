"""The world of a scenario can be looked at, and what is otherwise in it is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from jsonschema import Draft202012Validator

from pipelines.engine import open_engine
from pipelines.home import Home
from pipelines.replay.otherwise import STATES, Worlds, differing, looked_at, worlds_of
from pipelines.replay.plan.scenario import load
from pipelines.replay.recompute.states import rebuilt
from pipelines.subject import about
from pipelines.trace import NotFound, rows, trace
from sources.faults import FaultError

ROOT = Path(__file__).resolve().parents[3]
NOODLE_HOUSE = ROOT / "labs" / "scenarios" / "noodle_house.yml"
WRONG, RIGHT = "柳陌小满面馆有限公司", "柳陌鼎远装饰工程有限公司"


@pytest.fixture(scope="module")
def home(story, tmp_path_factory) -> Home:
    return story.home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def worlds(home) -> Iterator[Worlds]:
    """Those of the noodle house."""
    with worlds_of(home, load(NOODLE_HOUSE), "corrected") as found:
        yield found


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


def test_the_world_is_what_rebuilding_gives(home, worlds) -> None:
    """Word for word, file and line too: the edited row stands in the place of the old one."""

    def look(engine):
        return {"record": trace(engine, "c2cbcc5f"), "noodles": about(engine, WRONG)}

    faults = [replace(spec, correct_after=None) for spec in load(NOODLE_HOUSE).faults]
    with (
        rebuilt(home, faults) as (_, states),
        open_engine("duckdb", states.faulty, read_only=True) as engine,
    ):
        assert worlds.looked_at(look, "faulty")["there"] == look(engine)


def test_faults_are_asked_for_as_a_replay_asks_for_them(home, tmp_path, monkeypatch) -> None:
    """A source that finds it itself takes its usual days, and both worlds are of one fault."""

    def planned(universes, edits):
        universes.close()
        return closing(SimpleNamespace(edits=edits, close=int))

    monkeypatch.setattr("pipelines.replay.otherwise.Worlds", planned)
    one, two = tmp_path / "one.yml", tmp_path / "two.yml"
    one.write_text("remedy: source\nfaults: [{kind: wrong_unit}]\n")
    two.write_text("faults: [{kind: wrong_unit, correct_after: 60}]\n")
    asked = []
    for file in (one, two):
        for state in STATES:
            with worlds_of(home, load(file), state) as found:
                asked += [edit.struck.spec.correct_after for edit in found.thing.edits]
    assert asked == [30, 30, 60, 60]
    one.write_text("remedy: notice\nfaults: [{kind: wrong_unit, correct_after: 60}]\n")
    with pytest.raises(FaultError, match="the source does not find the error itself"):
        looked_at(home, one, lambda engine: {})
    two.write_text("faults: [{kind: wrong_unit}]\n")
    with pytest.raises(ValueError, match="says no correction"):
        looked_at(home, two, lambda engine: {}, "corrected")


def test_what_is_in_neither_world_is_said(worlds) -> None:
    with pytest.raises(NotFound, match="ffffffff"):
        worlds.looked_at(lambda engine: trace(engine, "ffffffff"), "corrected")


def test_a_row_that_comes_in_addition_stands_behind_the_last(story, worlds) -> None:
    """The court's correction is a row of its own in the delivery of that day."""

    def look(engine):
        return {"lines": rows(engine, "SELECT file, line FROM landing.court")}

    (came,) = [one["row"] for one in worlds.looked_at(look, "corrected")["otherwise"]]
    ((last,),) = story.rows(
        f"SELECT coalesce(max(line), 0) FROM landing.court WHERE file = '{came['file']}'"
    )
    assert came["line"] == last + 1
