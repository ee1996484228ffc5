"""What is Spark's alone: Parquet under the tables' names, one engine at a time, a reason to skip."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engine import open_engine
from pipelines.engine.spark_engine import SparkEngine, SparkUnavailable, why_unavailable
from tests.pipelines.engine.webhdfs import served

ROWS = pa.table({"day": pa.array([date(2024, 1, 1), None, date(1, 1, 1)], pa.date32())})


@pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or "")
def test_spark_keeps_tables_as_parquet_under_their_names(tmp_path):
    home = tmp_path / "it's 甲 100%"
    with open_engine("spark", home) as engine:
        engine.create_table("lists.entries", "SELECT 1 AS n, NULL AS nothing")
        engine.insert_arrow("codes.run", ROWS)
        with pytest.raises(RuntimeError, match="close that first"):
            SparkEngine(tmp_path / "other")
    engine.close()
    assert pq.read_table(home / "codes" / "run").num_rows == 3
    with SparkEngine(home) as engine:
        assert engine.tables() == ["codes.run", "lists.entries"]
        assert engine.fetch("SELECT n, nothing FROM lists.entries") == [(1, None)]
        engine.drop("codes.run")
    assert sorted(p.name for p in home.glob("*/*")) == ["entries"]


@pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or "")
def test_spark_keeps_tables_at_an_address_too(tmp_path):
    with served(tmp_path) as address:
        with SparkEngine(f"{address}/tables") as engine:
            engine.create_table("lists.entries", "SELECT 1 AS n UNION ALL SELECT 2")
            engine.create_table("lists.entries", "SELECT n + 1 AS n FROM lists.entries")
            engine.insert_arrow("codes.run", ROWS)
            engine.insert_arrow("codes.run", ROWS, append=True)
            engine.create_table("lists.none", "SELECT 1 AS n WHERE false")
            engine.drop("lists.none")
        with SparkEngine(f"{address}/tables") as engine:
            assert engine.tables() == ["codes.run", "lists.entries"]
            assert engine.fetch("SELECT n FROM lists.entries ORDER BY n") == [(2,), (3,)]
            assert engine.count("codes.run") == 6
        other = f"{address.rpartition(':')[0]}:1"
        with pytest.raises(ValueError, match="cannot be reached"):
            SparkEngine(other)
    assert sorted(p.name for p in tmp_path.glob("tables/*/*")) == ["entries", "run"]


def test_spark_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    why_unavailable.cache_clear()
    try:
        assert why_unavailable().startswith("Spark needs ")
        with pytest.raises(SparkUnavailable, match="Spark needs "):
            open_engine("spark", tmp_path)
    finally:
        why_unavailable.cache_clear()
