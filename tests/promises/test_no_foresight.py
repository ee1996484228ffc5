"""Promise 11: no foresight.

For a day d, a build from what was delivered before d must give the full build clipped to [0, d):
rows that begin on d or later left out, ends on d or later open. Gates, matches, lists, copies,
adoptions, measures and scores may use nothing that was not known, however far the islands are joined
and whatever their gates do with deliveries out of bounds.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.how_many import how_many
from tests.naive.laws import JOINS
from tests.naive.little_world import little_world
from tests.promises.databases import told, unlike, until
from tests.promises.hard_world import LEVELS
from tests.promises.little_databases import DAY0, WINDOW, before, little_database

STAGES = ("conform", "resolve", "merge", "lists", "exchange", "consequences", "scores")


def clipped(day: date):
    """The SELECT that clips a table to the days before one."""

    def select(database: str, table: str, columns: list[str]) -> str | None:
        stage = table.split(".")[0]
        if stage == "quality" and "delivery" in columns:
            return f"SELECT * FROM {database}.{table} WHERE delivery < '{day}'"
        if stage not in STAGES:
            return None
        if "day" in columns:  # scores.points: what was to happen later is not clipped, but cut
            return f"SELECT * FROM {database}.{table} WHERE day < DATE '{day}'"
        if "from_day" not in columns:
            return None
        kept = ", ".join(
            f"CASE WHEN to_day < DATE '{day}' THEN to_day END AS to_day" if c == "to_day" else c
            for c in columns
        )
        where = f"from_day < DATE '{day}'"
        if "reference_id" in columns and "record_id" not in columns:
            # How somebody is referred to is looked up for all time once a record does so.
            where += (
                f" AND reference_id IN (SELECT reference_id FROM {database}.resolve.mentions "
                f"WHERE from_day < DATE '{day}')"
            )
        return f"SELECT {kept} FROM {database}.{table} WHERE {where}"

    return select


@pytest.mark.long  # a little world is in every run
def test_no_foresight(tiny, tmp_path: Path) -> None:
    from pipelines.build import build

    # Another day for each seed, so that deliveries of every rhythm fall on and around them.
    day = DAY0 + timedelta(days=103 * tiny.seed - 38)
    landing = until(tiny.landing, tmp_path / "landing", day)
    build(landing, tmp_path / "early.duckdb")
    wrong = unlike(tiny.database, tmp_path / "early.duckdb", clipped(day))
    assert not wrong, (
        f"before {day} it was not so (one: known later, other: known then)\n{told(wrong)}"
    )


@pytest.mark.long
@pytest.mark.parametrize(("join", "gates"), LEVELS)
def test_no_foresight_at_any_level_of_joining(
    join: str, gates: str, hard_at, tmp_path: Path
) -> None:
    from pipelines.build import build

    whole, policy = hard_at(join, gates), {"gates.out_of_bounds": gates}
    day = DAY0 + timedelta(days=45 + 3 * JOINS.index(join))
    landing = until(whole.landing, tmp_path / "landing", day)
    build(landing, tmp_path / "early.duckdb", join=join, policy=policy, checks=False)
    wrong = unlike(whole.database, tmp_path / "early.duckdb", clipped(day))
    assert not wrong, (
        f"before {day} it was not so (one: known later, other: known then)\n{told(wrong)}"
    )


# One of them; the others run with the long ones.
SOME = {(3, "full")}


@pytest.mark.parametrize(
    ("seed", "join"),
    [
        pytest.param(seed, join, marks=[] if (seed, join) in SOME else [pytest.mark.long])
        for seed in (3, 21, 22)
        for join in JOINS
    ],
)
def test_no_foresight_in_little_worlds(seed: int, join: str) -> None:
    """Worlds in which registries change their minds and records say what is not so."""
    record = little_world(seed, DAY0.toordinal(), WINDOW)
    with little_database(record, join) as whole:
        for offset in (80, 45, 115)[: how_many(3, at_least=1)]:
            day = DAY0 + timedelta(days=offset)
            then = before(record, day.toordinal())
            with little_database(then, join, last_day=day - timedelta(days=1)) as early:
                ours, theirs = (clipped_rows(engine, day) for engine in (whole, early))
            wrong = {table for table in ours if ours[table] != theirs[table]}
            assert not wrong, f"before {day} it was not so: {sorted(wrong)}"


def clipped_rows(engine, day) -> dict[str, list[tuple]]:
    """Every table's rows as clipped to the days before one, sorted."""
    found, select = {}, clipped(day)
    (name,) = engine.fetch("SELECT current_database()")[0]
    for table in engine.tables():
        query = select(
            f'"{name}"', table, list(engine.query(f"SELECT * FROM {table}").column_names)
        )
        if query:
            found[table] = sorted(engine.fetch(query), key=str)
    return found


def test_the_clip_is_no_empty_thing(one_tiny) -> None:
    """Half way through, most of the tables compared have something in them."""
    day = DAY0 + timedelta(days=190)
    select = clipped(day)
    with one_tiny.connect() as connection:
        (name,) = connection.execute("SELECT current_database()").fetchone()
        rows = connection.execute(
            "SELECT schema_name || '.' || table_name, list(column_name) FROM duckdb_columns() "
            "WHERE database_name = current_database() GROUP BY ALL"
        ).fetchall()
        queries = [(table, select(f'"{name}"', table, columns)) for table, columns in rows]
        filled = {
            table: connection.execute(f"SELECT count(*) FROM ({query})").fetchone()[0]
            for table, query in queries
            if query
        }
    needed = ("merge.events", "lists.entries", "exchange.copies", "consequences.measures")
    assert all(filled[table] for table in (*needed, "scores.points"))
