"""Files that Spark's tasks read land as DuckDB lands them: rows, ids, lines, and what cannot be read."""

from __future__ import annotations

import json

import duckdb
import pyarrow as pa
import pytest

from pipelines.engine.spark_engine import SparkUnavailable
from pipelines.engine.spark_tasks import why
from pipelines.landing import LandingError, deliveries_in, in_tasks, land, reading
from pipelines.landing.decisions import Decided
from pipelines.landing.in_tasks import Piece, read_piece
from schemas.contract import Column
from schemas.record_id import version
from sources import files
from tests.sources.files.tiny_contracts import rows, tiny_feed

KEYED = tiny_feed("csv", ("no", "name", "note"), name="keyed")
KEYLESS = tiny_feed(
    "jsonl",
    ("no", Column("line_no", "", "", content=False), "name"),
    name="keyless",
    natural_key=(),
)
NOTHING = tiny_feed("xml", name="nothing")
FEEDS = {feed.name: feed for feed in (KEYED, KEYLESS, NOTHING)}
WRONG = {"no": "2", "name": "乙", "note": "?"}
DECIDED = [
    Decided(
        feed="keyed",
        delivery="2024-01-08",
        delivered=version(KEYED, WRONG),
        version=version(KEYED, WRONG | {"note": "!"}),
        decision="correct",
        says=json.dumps({"note": ["?", "!"]}),
    )
]
TABLES = (
    "landing.keyed", "landing.keyless", "landing.nothing", "landing.deliveries", "quality.unreadable",
)  # fmt: skip


@pytest.fixture
def landing(tmp_path):
    def put(feed, day, *given):
        path = tmp_path / feed.name / f"{feed.name}_{day}.{feed.extension}"
        path.parent.mkdir(exist_ok=True)
        files.write(feed, rows(feed, *given), path)
        return path

    said = {"day0": "2024-01-01", "last_day": "2024-01-31", "horizon": "2027-01-31", "days": 31}
    (tmp_path / "manifest.json").write_text(json.dumps(said | {"tier": "whole"}))
    put(KEYED, "20240101", ("1", "甲", "x"), ("2", "乙", None))
    put(KEYED, "20240108", tuple(WRONG.values()), ("3", "丙", "?"))
    put(KEYED, "20240201", ("4", "丁", "after the window"))
    put(KEYLESS, "20240101", ("1", "1", "甲"), ("1", "2", "甲"))
    spoilt = put(KEYLESS, "20240108", ("1", "1", "甲"), ("2", "2", "乙"))
    spoilt.write_bytes(spoilt.read_bytes() + b'{"no": 3\n')
    put(KEYLESS, "20240115").write_bytes(b"\xff\xff\n")
    return tmp_path


def landed_in(engine, landing, **more):
    """What landing says of itself, and the rows of each table; Spark's as DuckDB reads its files."""
    done = land(engine, landing, FEEDS, decided=DECIDED, **more)
    found = {}
    for table in TABLES:
        where = table
        if engine.name == "spark":
            where = f"read_parquet('{engine.home.joinpath(*table.split('.'), '*.parquet')}')"
        query = duckdb.connect() if engine.name == "spark" else engine.connection
        found[table] = query.execute(f"SELECT * FROM {where} ORDER BY ALL").fetchall()
    return done, found


def test_rows_land_as_in_duckdb(duckdb_engine, spark_engine, landing, monkeypatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 1)  # each file is a piece of its own
    (done, expected), (spark_done, found) = (
        landed_in(engine, landing) for engine in (duckdb_engine, spark_engine)
    )
    assert spark_done == done
    assert found == expected
    assert [len(expected[table]) for table in TABLES] == [4, 4, 0, 5, 3]
    assert ("3", "丙", "?") in [row[-3:] for row in expected["landing.keyed"]]
    assert ("2", "乙", "!") in [row[-3:] for row in expected["landing.keyed"]]
    assert not list(spark_engine.home.glob("*/.*"))

    # Of other feeds all stays, also what could not be read of them.
    (landing / "keyed" / "keyed_20240101.csv").write_bytes(b"")
    (done, expected), (spark_done, found) = (
        landed_in(engine, landing, only=["keyed"]) for engine in (duckdb_engine, spark_engine)
    )
    assert spark_done == done
    assert found == expected
    assert [len(expected[table]) for table in TABLES] == [2, 4, 0, 4, 4]


def test_a_large_file_is_made_and_written_part_by_part(landing, monkeypatch) -> None:
    def written(feed, rows_a_part):
        monkeypatch.setattr(in_tasks, "PART", rows_a_part)
        given = []
        file = deliveries_in(landing, feed)[0]
        done = read_piece(
            Piece(feed, [file], DECIDED, in_tasks.UNREAD), lambda *one: given.append(one)
        )
        assert done.rows == 2
        assert {name for name, _ in given} == {f"landing.{feed.name}"}
        return [table.num_rows for _, table in given], pa.concat_tables(t for _, t in given)

    for feed, parts in ((KEYED, [1, 1]), (KEYLESS, [2])):  # like rows without a key are numbered
        (small, of_parts), (large, whole) = written(feed, 1), written(feed, 100)
        assert (small, large) == (parts, [2])
        assert of_parts.equals(whole)


def _twice(piece, write):
    for n in range(2):
        write("landing.twice", pa.table({"n": [piece, n]}))


def test_what_a_task_writes_twice_is_there_twice(spark_engine) -> None:
    spark_engine.make_in_tasks(["landing.twice"], _twice, [10, 20])
    assert spark_engine.count("landing.twice") == 8
    spark_engine.drop("landing.twice")


def test_a_file_that_cannot_be_had_is_a_sentence(spark_engine, landing) -> None:
    away = landing / "keyed" / "keyed_20240108.csv"
    with pytest.raises(LandingError, match=f"{away} cannot be read"):
        land(_without(spark_engine, away), landing, FEEDS)


def _without(engine, path):
    """The engine, where a file is gone when tasks begin."""
    make = engine.make_in_tasks

    class Gone:
        def __getattr__(self, name):
            return getattr(engine, name)

        def make_in_tasks(self, *given):
            path.unlink()
            return make(*given)

    return Gone()


def _fails(piece, write):
    raise FileNotFoundError(2, "No such file or directory", piece)


def test_what_executors_lack_is_a_sentence(spark_engine) -> None:
    with pytest.raises(SparkUnavailable, match="folders that driver and executors reach"):
        spark_engine.make_in_tasks(["landing.none"], _fails, ["/there/none"])
    assert not spark_engine.table_exists("landing.none")
    assert "install this project" in why("ModuleNotFoundError: No module named 'sources'")
    assert "install this project" in why('Cannot run program "/there/python": error=2')
    assert why("Traceback (most recent call last):\nKeyError: 'x'") is None
