"""Both engines offer the same interface and mean the same by it."""

import _thread
import doctest
import re
import subprocess
import sys
import threading
from concurrent.futures import wait
from datetime import date
from decimal import Decimal
from hashlib import md5

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engine import base, duckdb_engine, open_engine, transpile
from pipelines.engine.duckdb_engine import DuckDBEngine
from pipelines.engine.named import named_in
from pipelines.engine.transpile import TranspileError, to_spark
from schemas.contract import ROOT

ROWS = pa.table(
    {
        "name": ["甲", "乙", None],
        "day": pa.array([date(2024, 1, 1), None, date(1, 1, 1)], pa.date32()),
        "yuan": pa.array([Decimal("1.50"), Decimal("0.00"), None], pa.decimal128(18, 2)),
        "n": pa.array([1, 2, None], pa.int64()),
    }
)


@pytest.mark.parametrize("module", [base, duckdb_engine, transpile])
def test_the_doctests_hold(module):
    assert doctest.testmod(module).failed == 0


def test_arrow_comes_back_as_it_went_in(engine):
    engine.insert_arrow("codes.things", ROWS)
    assert engine.columns("codes.things") == ROWS.column_names
    assert engine.count("codes.things") == 3
    found = engine.query("SELECT name, day, yuan, n FROM codes.things ORDER BY n")
    assert found.to_pylist() == ROWS.to_pylist()
    assert engine.fetch("SELECT yuan FROM codes.things WHERE n = 1") == [(Decimal("1.50"),)]


def test_ids_come_out_as_their_digits_and_in_their_order_and_are_found_by_them(engine):
    texts = [str(n) for n in range(300)]
    digits = sorted(md5(text.encode()).hexdigest() for text in texts)
    assert digits[0] < "8" < digits[-1], "both halves of all ids are met"
    engine.insert_arrow("codes.texts", pa.table({"x": texts}))
    engine.create_table(
        "codes.named", "SELECT hash_id(x) AS id, x FROM codes.texts UNION ALL SELECT NULL, NULL"
    )
    ordered = "SELECT id, x FROM codes.named ORDER BY id"
    assert [row[0] for row in engine.fetch(ordered)] == [*digits, None]
    assert engine.query(ordered).column("id").to_pylist() == [*digits, None]
    frame = engine.frame(ordered)
    assert frame["id"].dropna().tolist() == digits
    assert frame["id"].dtype == frame["x"].dtype
    found = engine.fetch("SELECT x FROM codes.named WHERE id = ?", [md5(b"7").hexdigest()])
    assert found == [("7",)]
    least = engine.fetch("SELECT min(id), max(id) FROM codes.named")
    assert least == [(digits[0], digits[-1])]


def test_dictionaries_and_untyped_columns_become_plain(engine):
    names = pa.array(["a", None, "a"]).dictionary_encode()
    engine.insert_arrow("codes.odd", pa.table({"name": names, "nothing": pa.nulls(3)}))
    found = engine.fetch("SELECT name, nothing, count(*) AS n FROM codes.odd GROUP BY ALL")
    assert sorted(found, key=str) == [("a", None, 2), (None, None, 1)]


def test_rows_are_inserted_from_a_query(engine):
    engine.create_table("lists.grown", "SELECT 1 AS n, 'a' AS s")
    engine.execute("INSERT INTO lists.grown SELECT n + 1 AS n, s || 'b' AS s FROM lists.grown")
    assert engine.fetch("SELECT n, s FROM lists.grown ORDER BY n") == [(1, "a"), (2, "ab")]


def test_appending_goes_by_name_and_makes_a_table_where_there_is_none(engine):
    engine.drop("codes.more")
    engine.insert_arrow("codes.more", ROWS, append=True)
    engine.insert_arrow("codes.more", ROWS.select(["n", "yuan", "day", "name"]), append=True)
    assert engine.count("codes.more") == 6
    assert engine.fetch("SELECT count(*) AS n FROM codes.more WHERE name = '甲'") == [(2,)]
    engine.insert_arrow("codes.more", ROWS)
    assert engine.count("codes.more") == 3


def test_a_table_may_be_made_from_itself(engine):
    engine.create_table("lists.self", "SELECT 1 AS n, DATE '0001-01-01' AS day")
    engine.create_table(
        "lists.self",
        "SELECT n + 1 AS n, day FROM lists.self UNION ALL SELECT n, day FROM lists.self",
    )
    assert engine.fetch("SELECT n, day FROM lists.self ORDER BY n") == [
        (1, date(1, 1, 1)),
        (2, date(1, 1, 1)),
    ]


def test_a_table_of_nothing_has_its_columns(engine):
    engine.create_table("lists.none", "SELECT 1 AS n, CAST(NULL AS DATE) AS day WHERE FALSE")
    assert engine.columns("lists.none") == ["n", "day"]
    assert engine.count("lists.none") == 0
    assert engine.query("SELECT * FROM lists.none").num_rows == 0


def test_tables_are_listed_and_dropped(engine):
    engine.create_schema("merge")
    engine.create_table("merge.links", "SELECT 1 AS n")
    assert engine.table_exists("merge.links") and "merge.links" in engine.tables()
    assert engine.tables() == sorted(engine.tables())
    engine.drop("merge.links")
    engine.drop("merge.links")
    assert not engine.table_exists("merge.links") and "merge.links" not in engine.tables()
    assert not engine.table_exists("nowhere.links")


def test_parameters_stand_where_the_marks_are(engine):
    engine.insert_arrow("codes.things", ROWS)
    sql = "SELECT name FROM codes.things WHERE n = ? OR name = ? ORDER BY n"
    assert engine.fetch(sql, [1, "乙"]) == [("甲",), ("乙",)]
    assert engine.query(sql, [1, "甲"]).to_pylist() == [{"name": "甲"}]
    assert engine.frame(sql, [2, "it's"])["name"].tolist() == ["乙"]


def test_a_table_is_made_from_parquet(engine, tmp_path):
    pq.write_table(ROWS, tmp_path / "rows.parquet")
    engine.create_table_from_parquet("world.rows", tmp_path / "rows.parquet")
    assert engine.query("SELECT * FROM world.rows ORDER BY n").to_pylist() == ROWS.to_pylist()


def test_execute_runs_a_statement(engine):
    engine.create_table("lists.gone", "SELECT 1 AS n")
    engine.execute("DROP TABLE lists.gone")
    assert not engine.table_exists("lists.gone")


# --- DuckDB ---------------------------------------------------------------------------------------


def test_a_duckdb_file_holds_tables_and_nothing_else(tmp_path):
    path = tmp_path / "build.duckdb"
    with open_engine("duckdb", path, threads=1, memory_limit=500_000_000) as engine:
        engine.create_table("lists.entries", "SELECT until(CAST(NULL AS DATE)) AS day")
    engine.close()
    assert [p.name for p in tmp_path.iterdir()] == ["build.duckdb"]
    with duckdb.connect(str(path), read_only=True) as plain:
        assert plain.execute("FROM lists.entries").fetchall() == [(date(9999, 12, 31),)]
        assert plain.execute(
            "SELECT count(*) FROM duckdb_functions() WHERE NOT internal"
        ).fetchall() == [(0,)]


@pytest.mark.parametrize(("asked", "smaller"), [(500_000_000, True), (1 << 60, False)])
def test_no_more_memory_than_asked_for_or_than_duckdb_takes_of_its_own(asked, smaller):
    limit = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
    with open_engine("duckdb") as engine, open_engine("duckdb", memory_limit=asked) as limited:
        ((own,),), ((given,),) = engine.fetch(limit), limited.fetch(limit)
    assert (given < own) == smaller
    assert given <= asked


def test_a_file_brought_to_disk_meanwhile_holds_what_was_written_since(tmp_path):
    path = tmp_path / "build.duckdb"
    with open_engine("duckdb", path, threads=2) as engine:
        engine.create_table("lists.first", "SELECT 1 AS n")
        engine.bring_to_disk_meanwhile()
        engine.create_table("lists.second", "SELECT 2 AS n")
    with duckdb.connect(str(path), read_only=True) as plain:
        assert plain.execute("FROM lists.first, lists.second").fetchall() == [(1, 2)]


def test_what_is_being_written_meanwhile_does_no_harm(tmp_path):
    """DuckDB refuses a checkpoint while another connection writes; closing makes it then."""
    path = tmp_path / "build.duckdb"
    with open_engine("duckdb", path, threads=2) as engine:
        engine.create_table("lists.first", "SELECT 1 AS n")
        engine.execute("BEGIN; CREATE TABLE lists.second AS SELECT 2 AS n")
        engine.bring_to_disk_meanwhile()
        wait([engine._writing])
        engine.execute("COMMIT")
    with duckdb.connect(str(path), read_only=True) as plain:
        assert plain.execute("FROM lists.first, lists.second").fetchall() == [(1, 2)]


ENDLESS = "SELECT count(*) FROM range(10000000000000) AS r(n) WHERE n % 7 = 3"


def test_what_is_stopped_while_a_query_runs_is_stopped():
    """As Ctrl-C does it, before or while the query runs."""
    with open_engine("duckdb") as engine:
        stop = threading.Timer(0, _thread.interrupt_main)
        with pytest.raises(KeyboardInterrupt):
            stop.start()
            engine.fetch(ENDLESS)
        stop.join()


def test_a_reader_has_the_macros_and_cannot_write(tmp_path):
    path = tmp_path / "build.duckdb"
    with DuckDBEngine(path) as engine:
        engine.create_table("lists.entries", "SELECT 1 AS n")
    with DuckDBEngine(path, read_only=True) as one, DuckDBEngine(path, read_only=True) as two:
        assert one.fetch("SELECT uscc_ok('91870101PDY00001XE') AS ok") == [(True,)]
        assert two.count("lists.entries") == 1
        with pytest.raises(duckdb.Error, match="read-only"):
            one.create_table("lists.more", "SELECT 1 AS n")


def test_an_error_inside_still_closes_the_file(tmp_path):
    path = tmp_path / "build.duckdb"
    with pytest.raises(duckdb.Error), DuckDBEngine(path) as engine:
        engine.create_table("lists.entries", "SELECT 1 AS n")
        engine.execute("SELECT nonsense")
    assert [p.name for p in tmp_path.iterdir()] == ["build.duckdb"]
    with pytest.raises(RuntimeError, match="is closed"):
        engine.fetch("SELECT 1")


def test_macros_work_from_another_attached_database(tmp_path):
    path = tmp_path / "base.duckdb"
    with DuckDBEngine(path) as engine:
        engine.create_table("lists.x", "SELECT 'base' AS a")
    with DuckDBEngine() as engine:
        engine.create_table("lists.x", "SELECT 'small' AS a")
        engine.execute(f"ATTACH '{path.as_posix()}' AS base (READ_ONLY)")
        assert engine.fetch("SELECT a FROM lists.x") == [("small",)]
        assert engine.fetch("SELECT a FROM base.lists.x") == [("base",)]
        engine.execute("USE base")
        assert engine.fetch("SELECT a, until(CAST(NULL AS DATE)) IS NULL FROM lists.x") == [
            ("base", False)
        ]


def test_an_unknown_engine_is_refused():
    with pytest.raises(ValueError, match="neither duckdb nor spark"):
        open_engine("sqlite")


# --- transpiling ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT 1; SELECT 2", "2 were given"),
        ("SELECT (", "cannot be parsed"),
        ("SELECT n FROM generate_series(1, 3) AS s(n)", "use range"),
    ],
)
def test_what_cannot_be_transpiled_is_said(sql, says):
    with pytest.raises(TranspileError, match=says):
        to_spark(sql)


def test_no_engine_draws_a_progress_bar_of_its_own():
    """DuckDB would, where the main module has no file, and spoil what is printed for machines."""
    asked = "SELECT current_setting('enable_progress_bar')"
    script = (
        "from pipelines.engine import open_engine\n"
        f'with open_engine("duckdb") as engine: print(engine.fetch("{asked}")[0][0])'
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert told.stdout.strip() == "False"


def test_a_table_of_several_queries_has_their_rows_in_order():
    with DuckDBEngine() as engine:
        engine.create_table("lists.x", "SELECT 2 AS a", "SELECT 1 AS a", "SELECT 3 AS a")
        assert engine.fetch("FROM lists.x") == [(2,), (1,), (3,)]


@pytest.mark.parametrize("sql", ["SELECT FROM", "SELECT 1; SELECT 2", "DROP TABLE x", ""])
def test_what_is_not_one_select_names_nothing(sql):
    with pytest.raises(ValueError, match=re.escape(repr(sql))):
        named_in(sql)
