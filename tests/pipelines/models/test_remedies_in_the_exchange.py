"""Each remedy in a world of four holders, its rows written out day by day, a holiday among them.

The court lists B wrongly from Thursday 25 April 2024 and delivers daily. The platform reads it daily, the
page reads the platform daily, each a day late; a republisher reads the platform every Saturday, shows on
Monday, and forgets nothing. Sunday 28 April and Saturday 11 May are worked, for a holiday from 1 to 3 May.
"""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from pipelines.exchange.modes import modes
from pipelines.replay.plan.remedies import Remedy, Shown, work_out
from tests.ids import as_id
from tests.pipelines.models.conftest import DAY0, rows_of

LIST, FROM, HORIZON = "court_dishonest", "2024-04-25", date(2027, 12, 30)
MODELS = ("exchange.struck_paths", "exchange.deviations_0", "exchange.deletions", "exchange.owned_0",
          "exchange.passed_0_1", "exchange.passed_0_2")  # fmt: skip
EDGES = (  # path, every, offset, lag, mode
    ("court", 1, 0, 1, "owner"),
    ("court>ncisp", 1, 0, 1, "snapshot"),
    ("court>ncisp>credit_china", 1, 0, 1, "snapshot"),
    ("court>ncisp>republisher", 7, 5, 2, "append"),
)


@pytest.fixture
def world(lab):
    """`world(until, removals)`: what the four holders show of B: holder, from, to (None: still)."""
    lab.engine.execute("DELETE FROM exchange.paths")  # of the world's own network
    for path, every, offset, lag, mode in EDGES:
        holders = path.split(">")
        keeps = {} if mode == "owner" else {"keeps_days": modes()[mode].keeps_days(every, None)}
        row = {"list": LIST, "path": path, "holder": holders[-1], "distance": len(holders) - 1,
               "came_from": holders[-2:][0], "parent_path": ">".join(holders[:-1]) or None,
               "every_days": every, "offset_days": offset, "lag_days": lag, "mode": mode,
               "names_anew": mode == "snapshot", "taken_back": mode != "append", "match": "code",
               "readmitted": False, **keeps}  # fmt: skip
        lab.given("exchange.paths", [row])

    def shows(until=None, removals=()):
        for table in ("lists.entries", "exchange.mishaps"):
            lab.engine.execute(f"DELETE FROM {table}")
        entry = {"entry_id": "e", "entry_version": "v", "list": LIST, "subject_id": "B",
                 "ground": "g", "severity": "serious", "from_day": FROM, "to_day": until}  # fmt: skip
        lab.given("lists.entries", [entry])
        lab.given("exchange.mishaps", [one.row() for one in removals])
        found = []
        for name in MODELS:
            rows = lab.run(name)
            if name.startswith(("exchange.owned", "exchange.passed")):
                found += rows
        return rows_of(found, "holder", "from_day", "to_day")

    return shows


def stands(rows: list[tuple]) -> Shown:
    """What stands wrong, from what is shown: in the clean state nobody shows B."""
    parents = {path.split(">")[-1]: path.split(">")[-2:][0] for path, *_ in EDGES}
    copies = pd.DataFrame(
        [(h, LIST, as_id("B"), parents[h], as_id("e"), a, b) for h, a, b in rows],
        columns=["holder", "list", "subject_id", "came_from", "entry_id", "from_day", "to_day"],
    ).assign(taken_back=True)
    copies["replaces"] = ~copies["holder"].isin(["court", "republisher"])
    cells = copies.assign(kind="wrongly_listed", to_day=copies["to_day"].fillna(f"{HORIZON}"))
    return Shown(cells, copies, DAY0, HORIZON)


def after(world, name: str, seed: int, until: str | None = None) -> tuple[Remedy, list[tuple]]:
    """A remedy, and what is shown with it; the court corrects with the delivery of the day it is to."""
    remedy = work_out(name, stands(world(until)), seed)
    if remedy.at_source and remedy.correct_on is not None:
        until = remedy.correct_on.isoformat()
    return remedy, world(until, remedy.removals)


def test_with_none_all_stands(world):
    _, rows = after(world, "none", 1)
    assert rows == [
        ("court", "2024-04-25", None),
        ("credit_china", "2024-04-27", None),
        ("ncisp", "2024-04-26", None),
        ("republisher", "2024-04-29", None),
    ]


def test_a_notice_that_was_heard(world):
    """Told by 8 May, refused by the 23rd, appealed by 2 June, granted by the 17th, revoked by the 20th."""
    remedy, rows = after(world, "notice", 2)
    assert remedy.why_not is None
    assert rows == [
        ("court", "2024-04-25", "2024-06-20"),
        ("credit_china", "2024-04-27", "2024-06-22"),
        ("ncisp", "2024-04-26", "2024-06-21"),
        ("republisher", "2024-04-29", None),
    ]


def test_a_notice_that_never_came(world):
    remedy, rows = after(world, "notice", 1)
    assert remedy.steps[-1].day == date(2024, 5, 8) and not remedy.steps[-1].taken
    assert rows == after(world, "none", 1)[1]


def test_a_dispute_brings_the_entry_back_once_and_ends_it_after_the_holiday(world):
    """Seen on 27 April, deleted on Sunday the 28th, back on the 29th; the source answers on 9 May."""
    _, rows = after(world, "dispute", 1)
    assert rows == [
        ("court", "2024-04-25", "2024-05-09"),
        ("credit_china", "2024-04-27", "2024-04-28"),
        ("credit_china", "2024-04-29", "2024-05-11"),
        ("ncisp", "2024-04-26", "2024-05-10"),
        ("republisher", "2024-04-29", None),
    ]


def test_a_dispute_whose_source_cannot_correct_is_deleted_twice_and_comes_back_twice(world):
    remedy = work_out("dispute", stands(world()), 1)
    assert world(None, remedy.removals)[1:4] == [
        ("credit_china", "2024-04-27", "2024-04-28"),
        ("credit_china", "2024-04-29", "2024-05-13"),
        ("credit_china", "2024-05-14", None),
    ]


def test_a_reconciliation_finds_what_the_owner_has_taken_back(world):
    """The court ends the entry on 1 June; on 1 July, the 182nd day, holders compare themselves with it."""
    _, rows = after(world, "reconciliation", 1, until="2024-06-01")
    assert rows == [
        ("court", "2024-04-25", "2024-06-01"),
        ("credit_china", "2024-04-27", "2024-06-03"),
        ("ncisp", "2024-04-26", "2024-06-02"),
        ("republisher", "2024-04-29", "2024-07-01"),
    ]
    assert after(world, "reconciliation", 1)[1] == after(world, "none", 1)[1]


def test_a_repair_ends_the_entry_early_and_along_the_edges(world):
    """Made up for by 25 July, the 91st day; ended three working days later, on Tuesday the 30th."""
    _, rows = after(world, "repair", 1)
    assert rows == [
        ("court", "2024-04-25", "2024-07-30"),
        ("credit_china", "2024-04-27", "2024-08-01"),
        ("ncisp", "2024-04-26", "2024-07-31"),
        ("republisher", "2024-04-29", None),
    ]
