"""Tables as Spark lays them down become a database that holds, and answers, what DuckDB's own does."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.build import Build, Plan
from pipelines.from_parquet import database_from_parquet
from pipelines.home import Home, write_json
from pipelines.landing import read_manifest
from pipelines.replay import command
from tests.promises.databases import told, unlike

MOVED = {
    "feed": "court",
    "record": "0000000001",
    "sets": ["cardNum=PDY006219"],
    "correct_after": 30,
}


@pytest.fixture(scope="module")
def laid_down(story, tmp_path_factory) -> Path:
    """Every table of the story's database as Parquet, one folder a table, ids as their digits."""
    target = tmp_path_factory.mktemp("spark")
    with story.connect() as connection:  # whose views write ids so
        tables = connection.execute(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal "
            "AND schema_name <> 'today' AND database_name = current_database()"
        ).fetchall()
        for schema, table in tables:
            folder = target / schema / table
            folder.mkdir(parents=True)
            file = (folder / "part-0.parquet").as_posix()
            connection.execute(f"COPY (SELECT * FROM {schema}.\"{table}\") TO '{file}'")
    return target


@pytest.fixture(scope="module")
def taken(story, laid_down, tmp_path_factory) -> Path:
    """The database that is made of those."""
    place = tmp_path_factory.mktemp("taken") / "database.duckdb"
    plan = Plan(read_manifest(story.landing))
    return database_from_parquet(Build(laid_down), place, plan)


def test_the_same_tables_columns_types_and_rows(story, taken) -> None:
    columns = (
        "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_catalog = current_database() ORDER BY ALL"
    )
    ours, theirs = (
        duckdb.connect(str(path), read_only=True).execute(columns).fetchall()
        for path in (story.database, taken)
    )
    assert ours == theirs
    wrong = unlike(story.database, taken, lambda base, table, _: f"SELECT * FROM {base}.{table}")
    assert not wrong, told(wrong)


@pytest.mark.long  # what has the same tables, columns, types and rows
def test_a_replay_says_the_same(story, taken, tmp_path) -> None:
    ours = story.home(tmp_path / "ours")
    theirs = Home(tmp_path / "theirs")
    write_json(theirs.pointer, ours.current() | {"database": str(taken)})
    one, other = (command(home.path, **MOVED).json() for home in (ours, theirs))
    for said in (one, other):
        said.pop("seconds", None)
    assert json.dumps(one) == json.dumps(other)


def test_a_table_that_is_missing_leaves_nothing(story, laid_down, tmp_path) -> None:
    (laid_down / "scores" / "grades").rename(tmp_path / "grades")
    try:
        with pytest.raises(ValueError, match="grades"):
            database_from_parquet(
                Build(laid_down),
                tmp_path / "x.duckdb",
                Plan(read_manifest(story.landing)),
            )
    finally:
        (tmp_path / "grades").rename(laid_down / "scores" / "grades")
    assert list(tmp_path.iterdir()) == []
