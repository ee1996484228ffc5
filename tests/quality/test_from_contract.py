"""What is derived from contracts says where it comes from, and is named once."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from quality.from_contract import (
    SHAPE_STAGES,
    codes,
    delivery_expectations,
    landing_expectations,
    shape_expectations,
)
from quality.suites import CHECKED_STAGES, stage_expectations
from schemas.contract import DAYS, SOURCES, Column, feeds, read_contract
from schemas.said_once import read_yaml


@pytest.mark.parametrize("feed", feeds().values(), ids=lambda feed: feed.name)
def test_every_feed_has_expectations_with_reasons(feed):
    found = (*landing_expectations(feed), *delivery_expectations(feed))
    assert all(e.reason for e in found)
    kinds = [e.kind for e in delivery_expectations(feed)]
    later = ["previous_ratio"] if feed.mode == "snapshot" else ["backlog_ratio"]
    assert kinds == ["some_rows"] * (feed.mode == "snapshot") + ["first_rows", *later]
    assert {e.column for e in found if e.name.startswith("key_")} == set(feed.natural_key)


@pytest.mark.parametrize("feed", feeds().values(), ids=lambda feed: feed.name)
def test_every_day_and_every_number_has_bounds(feed):
    named = {e.column for e in landing_expectations(feed) if e.kind == "in_bounds"}
    assert named == {c.name for c in feed.columns if c.parse}


@pytest.mark.parametrize(
    "path", sorted(SOURCES.glob("*/contract.odcs.yaml")), ids=lambda p: p.parent.name
)
def test_every_column_written_as_a_day_is_read_as_one(path):
    written = {
        column["name"]
        for feed in read_yaml(path.read_text(encoding="utf-8"))["schema"]
        for column in feed["properties"]
        if re.fullmatch(r"[^Y]*YYYY.?MM.?DD.*|DD.MM.YYYY", column["physicalType"])
    }
    read = {c.name for feed in read_contract(path).feeds for c in feed.columns if c.parse in DAYS}
    assert written <= read


def test_names_are_unique_within_a_table():
    every = [e for stage in CHECKED_STAGES for e in stage_expectations(stage, feeds().values())]
    every += [e for feed in feeds().values() for e in landing_expectations(feed)]
    twice = [k for k, n in Counter((e.table, e.name) for e in every).items() if n > 1]
    assert twice == []


def test_a_column_is_judged_by_all_its_contract_says(make_feed):
    column = Column(
        "x",
        "某",
        "",
        required=True,
        valid_values="subject_kinds",
        scheme="uscc",
        parse="day",
        pattern="a",
    )
    found = landing_expectations(make_feed(columns=(Column("no", "编号", ""), column)))
    assert [(e.name, e.outcome) for e in found if e.column == "x"] == [
        ("required_x", "quarantine"),
        ("valid_x", "quarantine"),
        ("pattern_x", "quarantine"),
        ("parse_x", "quarantine"),
        ("bounds_x", "quarantine"),
        ("check_x", "warn"),
    ]


@pytest.mark.parametrize("shape", SHAPE_STAGES)
def test_every_shape_promises_presence_a_key_and_intervals(shape):
    names = {e.name for e in shape_expectations(shape)}
    assert {"key_once", "interval"} <= names
    assert any(name.startswith("required_") for name in names)


def test_a_code_list_that_is_not_kept_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="code list 'dragons'"):
        codes("dragons")
    (tmp_path / "odd.csv").write_text("name\nx\n", encoding="utf-8")
    with pytest.raises(ValueError, match="needs a column `code`"):
        codes("odd", tmp_path)
    (tmp_path / "odd.csv").write_text("name\n", encoding="utf-8")  # without a row too
    with pytest.raises(ValueError, match="needs a column `code`"):
        codes("odd", tmp_path)
