"""The records in which a kind of fault may find something to change, and the n-th of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.engine import open_engine
from pipelines.replay.plan.case import plan_case
from pipelines.replay.plan.faults import FaultSpec, Landed, Registered
from pipelines.replay.plan.frames import records_sql
from sources.faults import FaultError, kind
from tests.pipelines.replay.test_replay_edits import (
    DAYS,
    FEEDS,
    REGISTERS,
    base,
    databases,
    delivered,
    landed_from,
)

__all__ = ["base", "delivered"]


class Named:
    """A kind of fault of these columns, of those that a feed has."""

    def __init__(self, names):
        self.names = names

    def columns(self, feed):
        return tuple(name for name in self.names if name in feed.column_names)


def all_of(frames, fault, feed):
    """The records of a frame, each by its number."""
    return [frames.nth(fault, feed, n) for n in range(frames.size(fault, feed))]


def test_the_frame_is_every_record_once_in_the_order_of_its_id(base):
    with databases(base=base) as db:
        landed = Landed(db, "base", FEEDS)
        mistyped, frames = kind("mistyped_code"), landed.frames
        for feed in FEEDS.values():
            drawn = all_of(frames, mistyped, feed)
            ids = db.rows(f"SELECT DISTINCT record_id FROM base.landing.{feed.name} ORDER BY 1")
            assert drawn == [row[0] for row in ids]


@pytest.mark.parametrize(
    ("frame", "feed", "records"),
    [
        ("any", "fines", "1 2 3 4"),  # code and fine are always filled
        ("empty", "fines", ""),
        ("changed", "fines", "1"),  # of another amount in the second delivery
        ("changed", "warnings", ""),
        ("again", "fines", "1 2"),
        ("again", "warnings", "7 8"),
        ("gone", "fines", "2"),  # by a row marked D
        ("gone", "warnings", "8"),  # left out of the third delivery
    ],
)
def test_a_frame_is_of_the_records_of_which_its_condition_holds(base, frame, feed, records):
    fault = replace(kind("mistyped_code"), frame=frame, module=Named(("code", "fine")))
    with databases(base=base) as db:
        frames = Landed(db, "base", FEEDS).frames
        of_kinds = {f"{frame} of a kind": fault}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipelines.replay.plan.frames.kinds", lambda: of_kinds)
            drawn = all_of(frames, fault, FEEDS[feed])
        ids = db.rows(f"SELECT DISTINCT no, record_id FROM base.landing.{feed}")
    assert sorted(no for no, id in ids if id in drawn) == records.split()
    assert drawn == sorted(drawn)


def test_a_record_is_found_in_whichever_block_it_is(base, monkeypatch):
    fault, fines = kind("mistyped_code"), FEEDS["fines"]
    drawn = []
    for block in (1, 3, 8192):
        monkeypatch.setattr("pipelines.replay.plan.frames.BLOCK", block)
        with databases(base=base) as db:
            frames = Landed(db, "base", FEEDS).frames
            drawn.append(all_of(frames, fault, fines))
    assert len(drawn[0]) == 4 and drawn[0] == drawn[1] == drawn[2]


def test_cells_that_are_filled_and_empty_are_told_apart(monkeypatch):
    of_kinds = {
        frame: replace(kind("mistyped_code"), frame=frame, module=Named(("fine",)))
        for frame in ("any", "empty")
    }
    monkeypatch.setattr("pipelines.replay.plan.frames.kinds", lambda: of_kinds)
    with databases() as db:
        db.engine.create_table(
            "landing.fines",
            "SELECT * FROM (VALUES ('a', '1'), ('b', NULL), ('c', '1'), ('c', NULL)) "
            "AS given (record_id, fine)",
        )
        rows = db.rows(records_sql(FEEDS["fines"]))
    assert rows == [("a", 0, True, False), ("b", 1, False, True), ("c", 2, True, True)]


@pytest.mark.parametrize("matched", ["", "2"])
def test_records_that_met_nobody_are_of_no_subject(delivered, tmp_path, matched):
    database = landed_from(delivered, tmp_path / "base.duckdb")
    with open_engine("duckdb", database) as engine:
        engine.create_table(
            "resolve.matches",
            "SELECT record_id, 's' AS subject_id FROM landing.fines "
            f"WHERE no = '{matched}' AND published = DATE '{DAYS[0]}'",
        )
    with databases(base=database) as db:
        landed, others = Landed(db, "base", FEEDS), Registered(db, "base", REGISTERS)
        spec = FaultSpec("mistyped_code", feed="fines", frame="subject")
        if matched:
            (edit,) = plan_case(landed, others, delivered, [spec])
            assert {row.before["no"] for row in edit.faulty} == {matched}
        else:
            with pytest.raises(FaultError, match=r"of 4 records, 0 were tried"):
                plan_case(landed, others, delivered, [spec])
