"""Promise 12: intervals equal days.

The simulator walks day by day over what `conform` believed; the database maps intervals to
intervals. Both must show the same lists, adoptions, copies, measures, points and grades on every
single day from day 0 to the horizon: on tiny worlds as islands deliver them, dirt included, and on
little worlds drawn so that whatever can happen in time does happen.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import duckdb
import pytest

from tests.naive.database import days, heard, points_as_days, window
from tests.naive.diary import differences
from tests.naive.laws import JOINS, Laws, read_laws
from tests.naive.little_world import little_world
from tests.naive.simulator import Days, Simulator
from tests.promises.drawn_mishaps import drawn_mishaps
from tests.promises.hard_world import EACH_LEVEL
from tests.promises.little_databases import DAY0, HORIZON, WINDOW, little_database

ENTRY = "list, entry_version, subject_id, ground, severity, value"
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
        return {
            (v.list, v.id, v.subject, v.ground, v.severity, v.value): r for v, r in versions.items()
        }

    ours = {
        "lists.entries": entries(found.listed),
        "exchange.adopted": entries(found.adopted),
        "exchange.entries": entries(found.listed | found.adopted | found.graded | found.entered),
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
        "exchange.entries": days(connection, ENTRY, "exchange.entries"),
        "exchange.copies": days(connection, COPY, "exchange.copies"),
        "consequences.measures": days(connection, MEASURE, "consequences.measures"),
        "scores.points": points_as_days(connection),
        "scores.grades": days(connection, GRADE, "scores.grades"),
    }
    for table, expected in ours.items():
        wrong = differences(expected, theirs[table])
        assert not wrong, f"{table} is not the same day by day:\n" + "\n".join(wrong)
    return {table: len(rows) for table, rows in ours.items()}


@pytest.mark.long  # the story and the little worlds are walked day by day in every run
def test_intervals_equal_days(one_tiny) -> None:
    found = simulated(one_tiny)
    with closing(one_tiny.connect()) as connection:
        compared = compare(connection, found)
    assert all(compared.values()), f"nothing to compare in some table: {compared}"


# Everything joined in every run; what is less there in little worlds.
@pytest.mark.parametrize(
    "join", [pytest.param(j, marks=[] if j == "full" else [pytest.mark.long]) for j in JOINS]
)
def test_intervals_equal_days_at_every_level_of_joining(join: str, built) -> None:
    world = built("story", 1, dirt=0.0, join=join)
    found = simulated(world, join, tier="story")
    with closing(world.connect()) as connection:
        assert compare(connection, found)["lists.entries"]


@pytest.mark.long
@pytest.mark.parametrize(("join", "gates"), EACH_LEVEL)
def test_intervals_equal_days_of_a_hard_world(join: str, gates: str, hard_at) -> None:
    world = hard_at(join, gates)
    found = simulated(world, join)
    with closing(world.connect()) as connection:
        compared = compare(connection, found)
    assert compared["lists.entries"] > 50 and compared["exchange.copies"]


def test_asking_every_act_every_day_changes_nothing(story) -> None:
    impatient = simulated(story, tier="story")
    patient = simulated(story, tier="story", patient=True)
    assert impatient == patient


# Short terms, so that they run out and overlap; and copies that stay at a keeper of points and at
# somebody who acts, beside those that come later.
POLICY = {
    "adopt.joint_punishment.term_days": "60",
    "adopt.bank_watchlist.term_days": "90",
    "city_bureau-city_portal.mode": "append",
    "ncisp-civil_aviation.mode": "append",
    "court-bank.match": "name",
}


def under(laws: Laws, policy: dict[str, str]) -> Laws:
    """The laws with the numbers of a policy in place of their own."""
    edges, adoptions = list(laws.edges), list(laws.adoptions)
    for name, value in policy.items():
        target, _, what = name.rpartition(".")
        given = int(value) if value.isdigit() else value
        edges = [
            replace(e, **{what: given}) if f"{e.sender}-{e.receiver}" == target else e
            for e in edges
        ]
        adoptions = [
            replace(a, **{what: given}) if f"adopt.{a.list}" == target else a for a in adoptions
        ]
    if laws.join == "own-keys":
        edges = [replace(e, match="name_division") for e in edges]
    return replace(laws, edges=edges, adoptions=adoptions)


def test_intervals_equal_days_where_ten_households_answer_for_each_other() -> None:
    record = little_world(14, DAY0.toordinal(), WINDOW)
    with little_database(record, "full", {"links.scores": "baojia"}) as engine:
        laws = read_laws("full", links="baojia")
        found = Simulator(record, laws, DAY0.toordinal(), HORIZON.toordinal()).run()
        assert compare(engine.connection, found)["scores.grades"]
    assert any("ten_households" in key[2] for key in found.points)


@pytest.mark.parametrize(
    ("seed", "join"),
    [
        # Each level in every run, each with each seed with the long tests.
        pytest.param(seed, join, marks=[] if seed == 8 + n else [pytest.mark.long])
        for seed in range(8, 14)
        for n, join in enumerate(JOINS)
    ],
)
def test_intervals_equal_days_in_little_worlds(seed: int, join: str) -> None:
    from pipelines.exchange.network import in_reach

    policy = in_reach(POLICY, "core", join)
    record = little_world(seed, DAY0.toordinal(), WINDOW)
    with little_database(record, join, policy) as engine:
        laws = under(read_laws(join), policy)
        found = Simulator(record, laws, DAY0.toordinal(), HORIZON.toordinal()).run()
        assert compare(engine.connection, found)["lists.entries"]


@pytest.mark.parametrize(
    ("seed", "join"),
    [
        pytest.param(seed, join, marks=[pytest.mark.long] if seed > 21 else [])
        for seed in range(21, 41)
        for join in ("own-keys", "full")
    ],
)
def test_intervals_equal_days_whatever_happens_on_the_way(seed: int, join: str) -> None:
    record, laws = little_world(seed, DAY0.toordinal(), WINDOW), read_laws(join)
    clean = Simulator(record, laws, DAY0.toordinal(), HORIZON.toordinal()).run()
    rows = drawn_mishaps(seed, laws, clean, DAY0.toordinal(), WINDOW)
    assert len(rows) > 5
    found = Simulator(record, laws, DAY0.toordinal(), HORIZON.toordinal(), mishaps=rows).run()
    assert found.shown != clean.shown
    with little_database(record, join, mishaps=rows) as engine:
        compare(engine.connection, found)
