"""`islands systems`: what stands for each system, with figures of the database that are not nothing."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from pipelines import systems as module
from pipelines.engine import open_engine
from pipelines.systems import FILE, systems
from schemas.said_once import read_yaml

SCHEMA = Path(__file__).parents[2] / "schemas" / "json" / "systems.schema.json"


@pytest.fixture
def told(one_tiny):
    with open_engine("duckdb", one_tiny.database, read_only=True) as engine:
        return systems(engine)


def test_what_stands_for_a_system_is_there(told):
    assert [row["system"] for row in told if not row["holds"]] == []
    assert sum(row["figure"] is not None for row in told) > 25
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_what_stands_for_nothing_says_why(told):
    for row in told:
        assert (row["here"] and row["counts"]) if row["left_out"] is None else not row["here"]


def test_every_word_of_the_file_belongs_to_a_column():
    """A text with a comma and no quotes would be cut there, and its rest be a column of its own."""
    known = {"system", "here", "counts", "figure", "left_out"}
    for row in read_yaml(FILE.read_text(encoding="utf-8"))["systems"]:
        assert set(row) <= known and None not in row.values(), row


def test_a_figure_that_is_nothing_does_not_hold(one_tiny, monkeypatch, tmp_path):
    of_nobody = "SELECT count(*) FROM lists.entries WHERE list = 'nobody'"
    given = {"system": "a list", "here": "list nobody", "counts": "entries", "figure": of_nobody}
    file = tmp_path / "systems.yml"
    monkeypatch.setattr(module, "FILE", file)
    with open_engine("duckdb", one_tiny.database, read_only=True) as engine:
        file.write_text(json.dumps({"systems": [given]}), encoding="utf-8")
        assert [row["holds"] for row in systems(engine)] == [False]
        file.write_text(json.dumps({"systems": [{"system": "another"}]}), encoding="utf-8")
        with pytest.raises(ValueError, match="another needs a figure, or why it is left out"):
            systems(engine)
