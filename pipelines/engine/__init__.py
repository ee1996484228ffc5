"""The only place that names DuckDB or Spark: one small interface, two engines."""

from pipelines.engine.base import Engine
from pipelines.engine.spark_settings import SparkSettings
from pipelines.places import Place


def open_engine(
    kind: str,
    path: Place | str = ":memory:",
    *,
    threads: int | None = None,
    memory_limit: int | None = None,
    read_only: bool = False,
    words: bool = True,
    small: bool = False,
    spark: SparkSettings | None = None,
) -> Engine:
    """Open an engine on a database: a file for `duckdb`; a folder of Parquet tables, or its
    address, for `spark`.

    Args:
        memory_limit: of DuckDB, bytes at most.
        words: of DuckDB, whether the shared words of the SQL can be used; opening is quicker without.
        small: of DuckDB, whether there are so few rows that planning takes longer than running.
        spark: where and how Spark runs; None: on this machine.

    Raises:
        ValueError: if there is no such engine, or what it needs is not installed.
    """
    if kind == "duckdb":
        from pipelines.engine.duckdb_engine import DuckDBEngine

        return DuckDBEngine(path, threads, memory_limit, read_only, words, small)
    if kind == "spark":
        from pipelines.engine.spark_engine import SparkEngine

        return SparkEngine(path, asked=spark or SparkSettings())
    raise ValueError(f"engine {kind!r} is neither duckdb nor spark.")
