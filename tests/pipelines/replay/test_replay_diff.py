"""Differences between two databases of a dozen rows, every figure counted by hand.

Days are numbered from the first of the window; the horizon is day 100.
"""

from __future__ import annotations

import pytest

from pipelines.engine.databases import opened
from pipelines.replay import compare
from pipelines.replay.compare import metrics
from pipelines.replay.compare.diff import DiffError
from pipelines.replay.compare.diff import compare as differences


def runs(frame, hand, *columns):
    """The rows of a difference as tuples, days as numbers."""
    first = hand.day(0)
    return [
        (
            *(getattr(row, c) for c in columns),
            row.kind,
            (row.from_day.date() - first).days,
            (row.to_day.date() - first).days,
        )
        for row in frame.itertuples()
    ]


@pytest.fixture
def differ(tmp_path, hand):
    """The difference between two databases given by their rows."""

    def run(one, two):
        a = hand.database(tmp_path / "a.duckdb", **one)
        b = hand.database(tmp_path / "b.duckdb", **two)
        with opened(one=a, two=b) as db:
            return differences(db, "one", "two")

    return run


def test_equal_databases_do_not_differ(differ, hand):
    rows = {
        "entries": [hand.entry("e.1", "debts", "A")],
        "copies": [hand.shown("court", "debts", "e", "A", "court", 5, None, "e.1")],
        "grades": [("portal", "A", 950, "B", 5, None)],
    }
    found = differ(rows, rows)
    assert not len(found.lists) and not len(found.measures) and not len(found.scores)
    assert metrics.totals(found)["subjects"] == 0
    assert metrics.totals(found)["of_entry_days"] == 95  # days 5 to 99


def test_a_record_moved_from_one_subject_to_another(differ, hand):
    one = {
        "entries": [hand.entry("e.1", "debts", "A")],
        "copies": [
            hand.shown("court", "debts", "e", "A", "court", 10, 40, "e.1"),
            hand.shown("bank", "debts", "e", "A", "court>bank", 12, 47, "e.1"),
        ],
    }
    two = {
        "entries": [hand.entry("e.2", "debts", "B")],
        "copies": [
            hand.shown("court", "debts", "e", "B", "court", 10, 40, "e.2"),
            hand.shown("bank", "debts", "e", "B", "court>bank", 12, 47, "e.2"),
        ],
    }
    found = differ(one, two)
    assert runs(found.lists, hand, "holder", "subject_id") == [
        ("bank", "A", "wrongly_missing", 12, 47),
        ("bank", "B", "wrongly_listed", 12, 47),
        ("court", "A", "wrongly_missing", 10, 40),
        ("court", "B", "wrongly_listed", 10, 40),
    ]
    total = metrics.totals(found)
    assert total["pairs"] == 2 and total["pairs_disseminated"] == 1
    assert (total["wrongly_listed"], total["wrongly_missing"], total["altered"]) == (1, 1, 0)
    assert total["entry_days"] == 35 + 35 + 30 + 30
    assert total["subject_days"] == 37 + 37  # days 10 to 46, for A and for B
    assert total["of_entry_days"] == 30 + 35
    assert total["of_subject_days"] == 37
    assert total["first_day"] == "2024-01-11" and total["last_day"] == "2024-02-16"


def test_a_cell_is_the_union_of_its_copies(differ, hand):
    """Two ways to one holder: losing one of them differs only where the other does not cover."""
    ways = [
        hand.shown("bank", "debts", "e", "A", "court>bank", 10, 30, "e.1"),
        hand.shown("bank", "debts", "e", "A", "court>ncisp>bank", 20, 50, "e.1"),
    ]
    entries = [hand.entry("e.1", "debts", "A")]
    found = differ({"entries": entries, "copies": ways}, {"entries": entries, "copies": ways[:1]})
    assert runs(found.lists, hand, "holder") == [("bank", "wrongly_missing", 30, 50)]
    assert metrics.totals(found)["of_entry_days"] == 40  # days 10 to 49, not 20 + 30
    assert list(found.ways["path"]) == ["court>bank", "court>bank", "court>ncisp>bank"]


def test_another_ground_or_severity_is_altered(differ, hand):
    def side(version, severity):
        return {
            "entries": [hand.entry(version, "fines", "A", severity=severity)],
            "copies": [hand.shown("city", "fines", "e", "A", "city", 10, 20, version)],
        }

    found = differ(side("e.1", "minor"), side("e.2", "serious"))
    assert runs(found.lists, hand, "holder") == [("city", "altered", 10, 20)]
    assert list(found.lists["first_shows"]) == ["debt minor"]
    assert list(found.lists["second_shows"]) == ["debt serious"]


def test_another_value_is_altered(differ, hand):
    def side(version, value):
        given = {"ground": "name", "severity": None, "value": value}
        return {
            "entries": [hand.entry(version, "register", "A", **given)],
            "copies": [hand.shown("bank", "register", "e", "A", "bank", 10, 20, version)],
        }

    found = differ(side("e.1", "甲"), side("e.2", "乙"))
    assert runs(found.lists, hand, "holder") == [("bank", "altered", 10, 20)]
    assert [*found.lists["first_shows"], *found.lists["second_shows"]] == ["name ∅ 甲", "name ∅ 乙"]


def test_another_version_that_says_the_same_is_no_difference(differ, hand):
    """Versions are numbered by their first day; what a cell shows is its ground and severity."""

    def side(version):
        return {
            "entries": [hand.entry(version, "debts", "A")],
            "copies": [hand.shown("court", "debts", "e", "A", "court", 5, 9, version)],
        }

    assert not len(differ(side("e.1"), side("e.2")).lists)


def test_one_cell_can_be_wrong_in_three_ways(differ, hand):
    one = {
        "entries": [hand.entry("e.1", "fines", "A", severity="minor")],
        "copies": [hand.shown("city", "fines", "e", "A", "city", 10, 30, "e.1")],
    }
    two = {
        "entries": [hand.entry("e.2", "fines", "A", severity="serious")],
        "copies": [hand.shown("city", "fines", "e", "A", "city", 20, None, "e.2")],
    }
    found = differ(one, two)
    assert runs(found.lists, hand, "holder") == [
        ("city", "wrongly_missing", 10, 20),
        ("city", "altered", 20, 30),
        ("city", "wrongly_listed", 30, 100),  # cut at the horizon
    ]
    (row,) = metrics.by_list(found)
    assert row["entry_days"] == row["subject_days"] == 90
    assert (row["wrongly_listed"], row["wrongly_missing"], row["altered"]) == (1, 1, 1)
    assert metrics.cells(found.lists, found.horizon).to_dict("records") == [
        {
            "holder": "city",
            "list": "fines",
            "subject_id": "A",
            "first_day": hand.day(10),
            "last_day": hand.day(99),
            "days": 90,
            "cut": True,
        }
    ]


def test_what_begins_after_the_horizon_does_not_count(differ, hand):
    entries = [hand.entry("e.1", "debts", "A")]
    late = [hand.shown("wall", "debts", "e", "A", "court>wall", 100, None, "e.1")]
    found = differ({"entries": entries}, {"entries": entries, "copies": late})
    assert not len(found.lists)


def test_measures_and_grades(differ, hand):
    entries = [hand.entry("e.1", "debts", "A")]
    measures = [
        ("m1", "air_ban", "airline", "debts", "A", "e.1", "", 10, 20),
        ("m2", "air_ban", "airline", "debts", "B", "e.1", "legal_representative:b>a A", 10, 20),
        ("m3", "no_loan", "bank", "debts", "A", "e.1", "", 10, 20),
    ]
    one = {
        "entries": entries,
        "measures": measures[2:],
        "grades": [("portal", "A", 1000, "A", 0, None)],
    }
    two = {
        "entries": entries,
        "measures": measures,
        "grades": [("portal", "A", 1000, "A", 0, 10), ("portal", "A", 800, "C", 10, None)],
        "points": [("portal", "A", 10, -200, "debts", "entry:e.1")],
    }
    found = differ(one, two)
    (row,) = metrics.by_measure(found)
    assert row | {"residue": 0, "residue_by_cause": 0} == {
        "agency": "airline",
        "measure": "air_ban",
        "wrongly_listed": 2,
        "wrongly_missing": 0,
        "altered": 0,
        "linked": 1,
        "link_paths": [["legal_representative:b>a"]],
        "first_day": "2024-01-11",
        "last_day": "2024-01-20",
        "uncorrected_until": "2024-01-21",
        "until": "2024-01-21",
        "subject_days": 20,
        "residue": 0,
        "residue_by_cause": 0,
    }
    (row,) = metrics.by_keeper(found)
    assert (row["subjects"], row["other_grade"], row["lowest_shift"]) == (1, 1, -200)
    assert (row["points_gone"], row["points_new"], row["subject_days"]) == (0, 1, 90)
    total = metrics.totals(found)
    assert (total["measures"], total["scores"], total["pairs"]) == (2, 1, 0)
    assert (total["subjects"], total["subjects_named"]) == (2, 1)
    assert (total["subjects_linked"], total["subjects_derived"]) == (1, 0)


def test_a_subject_without_a_score_has_what_everybody_starts_with(differ):
    """1,000 points and an A: a row that says so is no news, and one that does not is a shift."""
    rows = [("portal", "A", 1000, "A", 0, 10), ("portal", "A", 950, "C", 10, 30)]
    found = differ({}, {"grades": rows})
    assert list(found.scores["first_shows"]) == ["A 1000"]
    assert list(found.scores["second_shows"]) == ["C 950"]
    (row,) = metrics.by_keeper(found)
    assert (row["lowest_shift"], row["other_grade"], row["subject_days"]) == (-50, 1, 20)


def test_two_windows_cannot_be_compared(differ, hand):
    with pytest.raises(DiffError, match="different windows"):
        differ({}, {"codes_run": [(0, 9, 99, "full")]})


def a_listing(hand) -> dict:
    """The rows by which the court lists the wood firm."""
    return {
        "entries": [hand.entry("e.1", "debts", "A")],
        "copies": [hand.shown("court", "debts", "e", "A", "court", 5, None, "e.1")],
        "names": [("A", "enterprise", "青石港木业", 0)],
    }


def test_the_json_of_a_comparison(tmp_path, hand):
    a = hand.database(tmp_path / "a.duckdb")
    b = hand.database(tmp_path / "b.duckdb", **a_listing(hand))
    told = compare(a, b)
    node = told.json()
    assert node["mode"] == "diff" and node["fault"] is None and node["gain"] is None
    (row,) = node["lists"]
    assert row["residue"] is None and row["residue_by_cause"] == {}
    assert row["wrongly_listed"] == 1 and row["last_day"] == "2024-04-09"
    assert told.words.subject("A") == "青石港木业 (enterprise)"
    told.print()


def test_what_joining_adds_is_not_called_wrong(tmp_path, hand, capsys):
    """Between two levels of joining neither side is right; of one level, the first is."""
    a = hand.database(tmp_path / "a.duckdb")
    b = hand.database(tmp_path / "b.duckdb", **a_listing(hand))
    joined = hand.database(
        tmp_path / "c.duckdb", codes_run=[(0, 9, 100, "own-keys")], **a_listing(hand)
    )

    def printed(first, second) -> str:
        compare(first, second).print()
        return " ".join(capsys.readouterr().out.split())

    assert "Wrongly listed A, in every row" in printed(a, b)
    assert "it is right again" in printed(a, b)
    told = printed(joined, a)
    assert "Joined own-keys in the first, full in the second; " in told
    assert "Shown only with own-keys A, in every row" in told
    assert "Shown only with own-keys A, in every row" in printed(a, joined)
    assert "rongly" not in told and "right" not in told


def test_rows_that_share_a_declared_key_are_said_to_be_doubtful(tmp_path, hand, capsys):
    """By sets the two are alike; the row that stands twice must not pass in silence."""
    entries = [hand.entry("e.1", "debts", "A")]
    shown = hand.shown("court", "debts", "e", "A", "court", 5, None, "e.1")
    a = hand.database(tmp_path / "a.duckdb", entries=entries, copies=[shown])
    b = hand.database(tmp_path / "b.duckdb", entries=entries, copies=[shown, shown])
    told = compare(a, b)
    assert told.json()["doubtful"] == list(told.doubtful)
    (said,) = told.doubtful
    assert said.startswith(
        "exchange.copies of b.duckdb has 1 row too many for its declared key (path"
    )
    told.print()
    printed = " ".join(capsys.readouterr().out.split())
    assert "1 row too many" in printed and "as far as can be told." in printed
    assert compare(a, a).doubtful == []
