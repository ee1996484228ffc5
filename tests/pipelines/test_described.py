"""A finished database says what it holds, to any program that reads DuckDB."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.described import FIRST_ASKED, TODAY
from pipelines.graph import all_models
from pipelines.model import output_columns
from schemas.columns import said_of_columns, said_of_tables, written


@pytest.fixture(scope="module")
def plain(story):
    """The story's database, opened as anybody would."""
    with duckdb.connect(str(story.database), read_only=True) as connection:
        yield connection


def test_tables_say_what_they_hold(plain) -> None:
    silent = plain.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE comment IS NULL"
    ).fetchall()
    assert not silent
    said = plain.execute(
        "SELECT comment FROM duckdb_tables() WHERE schema_name = 'lists' AND table_name = 'court_dishonest'"
    ).fetchall()[0][0]
    assert said.startswith("Persons and firms who did not do what a court ordered")
    columns = plain.execute(
        "SELECT schema_name || '.' || table_name, column_name, comment FROM duckdb_columns() "
        "WHERE list_contains(?, schema_name || '.' || table_name)",
        [list(FIRST_ASKED)],
    ).fetchall()
    assert {table for table, _, _ in columns} == set(FIRST_ASKED)
    assert all(said_of_columns(table)[column] == comment for table, column, comment in columns)


def test_every_column_of_every_model_has_its_meaning(plain) -> None:
    told = {
        (table, column): (meaning, title)
        for table, column, meaning, title in plain.execute("FROM codes.columns").fetchall()
    }
    for model in all_models("story", "full"):
        for column in output_columns(model.sql):
            meaning, title = told[model.name, column]
            assert meaning and title and not title.isascii(), (model.name, column)


def test_no_column_is_without_its_meaning(plain, story) -> None:
    """Neither of a table in the database nor of the truth, which a home's own database holds as well."""
    silent = plain.execute(
        "SELECT table_name, column_name FROM codes.columns WHERE coalesce(meaning, '') = ''"
    ).fetchall()
    assert not silent
    missing = plain.execute(
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE NOT internal "
        "EXCEPT SELECT table_name, column_name FROM codes.columns"
    ).fetchall()
    assert not missing  # views of `today` are told of as well
    truth = sorted(story.world.glob("*.parquet"))
    assert truth
    for path in truth:
        table = f"world.{path.stem}"
        assert said_of_tables()[table]
        columns = pq.read_schema(path).names
        assert not [column for column in columns if not said_of_columns(table).get(column)], table


def test_nothing_is_said_of_what_is_not_there(plain, story) -> None:
    there = {
        f"world.{path.stem}": pq.read_schema(path).names for path in story.world.glob("*.parquet")
    }
    for table, column in plain.execute(
        "SELECT table_name, column_name FROM codes.columns"
    ).fetchall():
        there.setdefault(table, []).append(column)
    assert not said_of_tables().keys() - there.keys()
    for table, column, _ in written():
        assert column in there.get(table, [column]), f"{table} {column}"


def test_today_is_what_is_believed_on_the_last_day(plain) -> None:
    ((last,),) = plain.execute("SELECT last_day FROM codes.run").fetchall()
    assert last == date(2024, 12, 30)
    for view, table in TODAY.items():
        rows = plain.execute(f"SELECT from_day, to_day FROM {table}").fetchall()
        held = sum(first <= last and (end is None or end > last) for first, end in rows)
        assert plain.execute(f"SELECT count(*) FROM today.{view}").fetchall() == [(held,)]
        if view in ("entries", "copies", "measures"):
            assert 0 < held < len(rows), view


def test_the_words_of_the_models_are_part_of_it(plain, story) -> None:
    sql = "SELECT parse_day('2019年07月13日'), name_key('（甲）ab'), uscc_ok('91870101PDY00001XE'), yuan(5)"
    ((day, key, valid, sum_),) = plain.execute(sql).fetchall()
    assert (day, key, valid, str(sum_)) == (date(2019, 7, 13), "甲AB", True, "0.05")
    with duckdb.connect() as other:
        other.execute(f"ATTACH '{story.database}' AS theirs (READ_ONLY)")
        assert other.execute("SELECT count(*) FROM theirs.today.copies").fetchall()[0][0]
        other.execute("USE theirs")
        assert other.execute(sql).fetchall()[0][0] == day
