"""Promise 12: intervals equal days.

The simulator walks day by day over what `conform` believed; the database maps intervals to
intervals. Both must show the same lists, adoptions, copies, measures, points and grades on every
single day from day 0 to the horizon: on tiny worlds as islands deliver them, dirt included, and on
little worlds drawn so that whatever can happen in time does happen.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest

from tests.naive.database import days, heard, points_as_days, window
from tests.naive.diary import differences
from tests.naive.laws import JOINS, read_laws
from tests.naive.little_world import as_tables, little_world
from tests.naive.simulator import Days, Simulator

ENTRY = "list, entry_version, subject_id, ground, severity"
COPY = "list, path, entry_version, subject_id"
MEASURE = "measure, agency, list, because_entry_version, subject_id, link_path"
GRADE = "keeper, subject_id, points, grade"


def simulated(world, join: str = "full", tier: str = "core", patient: bool = False) -> Days:
    with closing(world.connect()) as connection:
        laws, record = read_laws(join, tier), heard(connection)
        return Simulator(record, laws, *window(connection), patient=patient).run()


def compare(connection: duckdb.DuckDBPyConnection, found: Days) -> dict[str, int]:
    """Hold every table against what the simulator found; gives how much was compared."""

    def entries(versions: dict) -> dict:
        return {(v.list, v.id, v.subject, v.ground, v.severity): r for v, r in versions.items()}

    ours = {
        "lists.entries": entries(found.listed),
        "exchange.adopted": entries(found.adopted),
        "exchange.copies": {
            (name, ">".join(path), thing.version.id, thing.subject): runs
            for (name, path, thing), runs in found.shown.items()
        },
        "consequences.measures": found.measures,
        "scores.points": found.points,
        "scores.grades": found.grades,
    }
    theirs = {
        "lists.entries": days(connection, ENTRY, "lists.entries"),
        "exchange.adopted": days(connection, ENTRY, "exchange.adopted"),
        "exchange.copies": days(connection, COPY, "exchange.copies"),
        "consequences.measures": days(connection, MEASURE, "consequences.measures"),
        "scores.points": points_as_days(connection),
        "scores.grades": days(connection, GRADE, "scores.grades"),
    }
    for table, expected in ours.items():
        wrong = differences(expected, theirs[table])
        assert not wrong, f"{table} is not the same day by day:\n" + "\n".join(wrong)
    return {table: len(rows) for table, rows in ours.items()}


def test_intervals_equal_days(tiny) -> None:
    found = simulated(tiny)
    with closing(tiny.connect()) as connection:
        compared = compare(connection, found)
    assert all(compared.values()), f"nothing to compare in some table: {compared}"


@pytest.mark.parametrize("join", JOINS)
def test_intervals_equal_days_at_every_level_of_joining(join: str, built) -> None:
    world = built("story", 1, dirt=0.0, join=join)
    found = simulated(world, join, tier="story")
    with closing(world.connect()) as connection:
        assert compare(connection, found)["lists.entries"]


def test_asking_every_act_every_day_changes_nothing(story) -> None:
    impatient = simulated(story, tier="story")
    patient = simulated(story, tier="story", patient=True)
    assert impatient == patient


DAY0, WINDOW, AFTER = date(2024, 1, 1), 150, 600
TERMS = {"joint_punishment": 60, "bank_watchlist": 90}  # short, so that they run out and overlap


@pytest.mark.parametrize(
    ("seed", "join"),
    [*((seed, "full") for seed in range(8, 16)), (6, "own-keys"), (3, "unified-code"), (2, "none")],
)
def test_intervals_equal_days_in_little_worlds(seed: int, join: str) -> None:
    from pipelines.codes import load_codes
    from pipelines.engine import open_engine
    from pipelines.models import all_models
    from schemas.contract import feeds

    last_day = DAY0 + timedelta(days=WINDOW - 1)
    run = {"day0": DAY0, "last_day": last_day, "horizon": last_day + timedelta(days=AFTER)}
    laws = read_laws(join)
    laws = replace(laws, adoptions=[replace(a, term_days=TERMS[a.list]) for a in laws.adoptions])
    policy = {f"adopt.{rule.list}.term_days": str(TERMS[rule.list]) for rule in laws.adoptions}
    record = little_world(seed, DAY0.toordinal(), WINDOW)
    with open_engine("duckdb") as engine:
        load_codes(engine, feeds("core"), run, join)
        engine.create_schema("conform")
        for shape, (columns, rows) in as_tables(record).items():
            engine.execute(f"CREATE TABLE conform.{shape} ({columns})")
            marks = ", ".join("?" * len(rows[0]))
            engine.connection.executemany(f"INSERT INTO conform.{shape} VALUES ({marks})", rows)
        for model in all_models("core", join, policy):
            if model.stage not in ("landing", "conform"):
                engine.create_table(model.name, model.sql)
        found = Simulator(record, laws, DAY0.toordinal(), run["horizon"].toordinal()).run()
        assert compare(engine.connection, found)["lists.entries"]
