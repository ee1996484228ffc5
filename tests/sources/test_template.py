"""The template, copied and renamed, is a working island without another line changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from schemas.contract import SOURCES, Island, feeds, islands
from tests.sources.islands_by_hand import MAN, D, World, conformed, keeps_to_the_standard, picked

TEMPLATE = SOURCES / "_template"
NAME = "reading_rooms"  # what the copy is called


def copy_template(sources: Path) -> Path:
    """A copy under its own name, as the template's README says to make one."""
    folder = sources / NAME
    shutil.copytree(TEMPLATE, folder)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("library_fines", NAME), encoding="utf-8", newline="\n")
    return folder


@pytest.fixture
def island(tmp_path: Path) -> Island:
    """The copied island, the only one of its tree."""
    copy_template(tmp_path)
    return islands(root=tmp_path)[NAME]


def test_the_template_itself_is_no_island():
    assert "library_fines" not in feeds()


def test_the_template_follows_the_standard():
    keeps_to_the_standard(TEMPLATE)


def test_the_copy_says_all_there_is_to_say(island):
    (feed,) = island.feeds
    assert (island.name, feed.name, feed.mode) == (NAME, NAME, "snapshot")
    assert feed.first_delivery["reason"] and feed.previous_ratio["reason"]
    assert all(column.title_zh and column.description for column in feed.columns)
    assert set(island.conform_files()) == {"events"}


def test_what_the_copy_sees_comes_back(island):
    world = World()
    world.subject(1, MAN, name="王小明")
    late = {"amount_fen": 350, "office": "云穗付"}
    world.act("platform_late", 7, 1, "deposit_unreturned", held_to="2024-05-01", **late)
    world.act("platform_late", 8, 1, "rent_late", **late)
    rows = world.observed(island.feeds[0])
    assert picked(rows, "slip_no", "reader_name", "reader_no", "returned_on", "charge") == [
        ("L7", "王小明", MAN["resident_no"], "09.07.2019", "3.50")
    ]
    assert picked(rows, "held_from", "held_to") == [(D("2019-07-18"), D("2024-05-01"))]
    (event,) = conformed(island, "events", {NAME: rows})
    assert picked([event], "id_scheme", "id_value", "event_kind", "ground", "severity") == [
        ("resident_no", MAN["resident_no"], "platform_late", "deposit_unreturned", "minor")
    ]
    assert picked([event], "amount_yuan", "event_day", "document_no") == [
        (event["amount_yuan"], D("2019-07-09"), "L7")
    ]
    assert str(event["amount_yuan"]) == "3.50"


def test_what_the_copy_does_not_know_is_missing_and_no_row_is_lost(island):
    odd = {"reader_no": "", "returned_on": "31.02.2023", "charge": "x", "reason": "Z"}
    (event,) = conformed(island, "events", {NAME: [odd]})
    assert picked([event], "id_scheme", "ground", "severity", "amount_yuan", "event_day") == [
        (None, None, None, None, None)
    ]
