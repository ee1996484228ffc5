"""Promise 12: intervals equal days.

The simulator walks day by day over what `conform` believed; the database maps intervals to
intervals. Both must show the same lists, adoptions, copies, measures, points and grades on every
single day from day 0 to the horizon.
"""

from __future__ import annotations

import pytest

from tests.naive.database import days, heard, points_as_days, window
from tests.naive.diary import differences
from tests.naive.laws import JOINS, read_laws
from tests.naive.simulator import Days, Simulator


def simulated(world, join: str = "full", tier: str = "core", patient: bool = False) -> Days:
    with world.connect() as connection:
        return Simulator(
            heard(connection), read_laws(join, tier), *window(connection), patient=patient
        ).run()


def compare(world, found: Days) -> dict[str, int]:
    """Hold every table against what the simulator found; gives how much was compared."""
    ours = {
        "lists.entries": {
            (v.list, v.id, v.subject, v.ground, v.severity): r for v, r in found.listed.items()
        },
        "exchange.adopted": {
            (v.list, v.id, v.subject, v.ground, v.severity): r for v, r in found.adopted.items()
        },
        "exchange.copies": {
            (name, ">".join(path), thing.version.id, thing.subject): runs
            for (name, path, thing), runs in found.shown.items()
        },
        "consequences.measures": found.measures,
        "scores.points": found.points,
        "scores.grades": found.grades,
    }
    entry = "list, entry_version, subject_id, ground, severity"
    with world.connect() as connection:
        theirs = {
            "lists.entries": days(connection, entry, "lists.entries"),
            "exchange.adopted": days(connection, entry, "exchange.adopted"),
            "exchange.copies": days(
                connection, "list, path, entry_version, subject_id", "exchange.copies"
            ),
            "consequences.measures": days(
                connection,
                "measure, agency, list, because_entry_version, subject_id, link_path",
                "consequences.measures",
            ),
            "scores.points": points_as_days(connection),
            "scores.grades": days(connection, "keeper, subject_id, points, grade", "scores.grades"),
        }
    for table, expected in ours.items():
        wrong = differences(expected, theirs[table])
        assert not wrong, f"{table} is not the same day by day:\n" + "\n".join(wrong)
    return {table: len(rows) for table, rows in ours.items()}


def test_intervals_equal_days(tiny) -> None:
    compared = compare(tiny, simulated(tiny))
    assert all(compared.values()), f"nothing to compare in some table: {compared}"


@pytest.mark.parametrize("join", JOINS)
def test_intervals_equal_days_at_every_level_of_joining(join: str, built) -> None:
    world = built("story", 1, dirt=0.0, join=join)
    compared = compare(world, simulated(world, join, tier="story"))
    assert compared["lists.entries"]


def test_asking_every_act_every_day_changes_nothing(story) -> None:
    assert simulated(story, tier="story") == simulated(story, tier="story", patient=True)
