"""How far a fault got: gates that kept something back, where it stopped, what was sent to correct it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines.replay import command
from pipelines.replay.compare import passage
from pipelines.replay.plan.edits import RowEdit
from pipelines.replay.tell.report import gloss
from schemas.contract import feeds
from schemas.record_id import version

COURT = {"feed": "court", "record": "0000000001"}


@pytest.fixture(scope="module")
def home(story, tmp_path_factory) -> Path:
    """A home whose database is the story world's."""
    return story.home(tmp_path_factory.mktemp("home")).path


def printed(found, capsys) -> str:
    found.print()
    return " ".join(capsys.readouterr().out.split())


def test_a_row_its_gate_keeps_aside_is_told_and_corrected(home, capsys):
    """Without its operation the row is not believed, so the right one has to be sent again."""
    found = command(home, **COURT, sets=["operation="], correct_after=10)
    (kept,) = found.passage.kept
    assert (kept.state, kept.outcome, kept.gate, kept.column, kept.value, kept.line) == (
        "faulty", "quarantine", "required_operation", "operation", None, 1,
    )  # fmt: skip
    fault = found.json()["fault"]
    assert fault["correction_day"] == fault["correction_sent"] == "2024-03-23"
    assert found.remaining.json()["cells_on_the_eve"] == 8
    assert found.remaining.json()["cells"] == 0
    said = printed(found, capsys)
    assert "Gate gate required_operation" not in said
    assert "required_operation keeps court/court_20240313.json line 1 of court aside" in said
    assert "column operation is empty" in said


def test_the_rows_kept_aside_of_a_wrong_delivery_are_found_in_one_pass(monkeypatch):
    """Three rows go out without their operation: each is known by what it says, worked out once."""
    court, day, asked = feeds()["court"], date(2024, 3, 13), []
    sent = [dict.fromkeys(court.column_names) | {"id": str(n)} for n in range(3)]
    rows = [RowEdit("court", day, "file", n, {}, row) for n, row in enumerate(sent, start=1)]
    verdicts = pd.DataFrame(
        {
            "side": 2,
            "outcome": "quarantine",
            "feed": "court",
            "delivery": str(day),
            "expectation": "required_operation",
            "column_name": "operation",
            "record_id": "",
            "version": [version(court, row) for row in sent],
        }
    )
    tables = {"quality.verdicts": verdicts}
    differing = SimpleNamespace(rows=lambda table: tables.get(table, pd.DataFrame()))
    monkeypatch.setattr(
        passage, "version", lambda feed, row: asked.append(row["id"]) or version(feed, row)
    )
    edits = [SimpleNamespace(rows=lambda: rows)]
    kept = passage.kept_back(edits, feeds(), differing, "faulty")
    assert [one.line for one in kept] == [1, 2, 3]
    assert sorted(asked) == ["0", "1", "2"]


@pytest.mark.long  # a rebuild's report is held against a replay's in the story, too
def test_a_rebuild_tells_the_same(home):
    """Gates, tables that differ, and where it stopped."""
    for sets in (["operation="], ["partyTypeName=社会组织"]):
        replayed, rebuilt = (
            command(home, **COURT, sets=sets, correct_after=10, rebuild=way).passage
            for way in (False, True)
        )
        assert replayed == rebuilt


def test_no_kind_of_measure_is_told_as_more_where_all_are_named(home, capsys):
    """One kind named out of one leaves none to speak of."""
    person = ["iname=周明", "cardNum=8401031985****1136"]
    found = command(home, **COURT, sets=person, join="none")
    assert len(found.json()["measures"]) == 1
    said = printed(found, capsys)
    assert "Measures 1, of 1 kind" in said
    assert "more kind" not in said
    assert "nobody ever put it right" in said


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("duty=无", "stopped in conform: no statement, event or link is made from duty of court"),
        (
            "partyTypeName=社会组织",
            "stopped in resolve.matches: what is made of reference_id there",
        ),
    ],
)
def test_a_fault_that_reaches_nobody_says_where_it_stopped(change, where, home, capsys):
    found = command(home, **COURT, sets=[change])
    assert not found.faulty.differs
    assert where in found.passage.stopped
    assert where in printed(found, capsys)


def test_a_correction_that_is_not_needed_is_not_told_as_sent(home, capsys):
    """`update` for `add` says the same of the record."""
    found = command(home, **COURT, sets=["operation=update"], correct_after=10)
    fault = found.json()["fault"]
    assert fault["correction_sent"] is None and fault["correction"] is None
    assert fault["correction_why_not_sent"] == "nothing wrong was believed of it by then"
    assert "nothing was sent on 2024-03-23 to correct it" in printed(found, capsys)


def test_a_withdrawal_kept_aside_leaves_the_record_believed(home):
    """The court strikes a debtor off on 6 June; the gate keeps the row that says so aside."""
    withdrawal = {"feed": "court", "record": "0000000002", "delivery": "2024-06-06"}
    found = command(home, **withdrawal, sets=["operation="], correct_after=10)
    assert [kept.outcome for kept in found.passage.kept] == ["quarantine"]
    assert {row["wrongly_listed"] for row in found.json()["lists"]} == {1}
    assert found.json()["fault"]["correction_sent"] == "2024-06-16"


@pytest.mark.long  # a fault is drawn, followed and rebuilt
def test_a_drawn_fault_has_an_effect_and_says_what_was_passed_over(home, capsys):
    found = command(home, fault="wrong_unit", seed=1)
    assert found.faulty.differs
    over = found.json()["fault"]["passed_over"]
    assert over > 0
    records = "1 record" if over == 1 else f"{over} records"
    assert f"with --seed 1; {records} drawn before it changed nothing" in printed(found, capsys)
    again = command(home, fault="wrong_unit", seed=1, rebuild=True)
    assert again.json()["fault"]["record"] == found.json()["fault"]["record"]


def test_a_gloss_is_not_cut_inside_a_number():
    assert gloss("The fine, in units of 10,000 yuan.") == "the fine"
    assert gloss("Fine in units of 10,000 yuan; empty if none.") == "fine in units of 10,000 yuan"
