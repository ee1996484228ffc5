"""Two sets of tables are the same if each has the same rows, in whatever order, files and types of ids."""

from __future__ import annotations

import duckdb
import pytest

from benchmarks.same import differing

ID = "6f1ed002-ab55-95f4-f3e2-4e3f0d3f6d5f"
ROWS = f"SELECT CAST('{ID}' AS UUID) AS id, 1 AS n, DATE '2024-01-01' AS day UNION ALL SELECT NULL, 2, NULL"
THEIRS = f"SELECT replace('{ID}', '-', '') AS id, n, day FROM one WHERE n = 1"


@pytest.fixture
def built(tmp_path):
    """A database with one table, and a way to write what Spark made of it, a file for each query."""
    database = tmp_path / "one.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"CREATE SCHEMA lists; CREATE TABLE lists.entries AS {ROWS}")

    def spark(table, *queries):
        folder = tmp_path / "spark" / "lists" / table
        folder.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE one AS {ROWS}")
            for n, query in enumerate(queries):
                connection.execute(f"COPY ({query}) TO '{folder / str(n)}.parquet'")
        return database, tmp_path / "spark"

    return spark


NULLS = "SELECT CAST(NULL AS VARCHAR) AS id, 2 AS n, CAST(NULL AS DATE) AS day"


@pytest.mark.parametrize(
    ("table", "queries", "expected"),
    [
        ("entries", (NULLS, THEIRS), []),
        ("entries", (THEIRS,), ["lists.entries"]),
        ("entries", (NULLS, THEIRS, THEIRS), ["lists.entries"]),
        ("entries", (NULLS.replace("2", "3"), THEIRS), ["lists.entries"]),
        ("other", (THEIRS,), ["lists.entries", "lists.other"]),
    ],
    ids=["same", "row missing", "row twice", "other value", "other table"],
)
def test_tables_that_differ_are_named(built, table, queries, expected) -> None:
    assert differing(*built(table, *queries)) == expected
