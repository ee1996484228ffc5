"""Where Great Expectations finds the tables it validates: in a DuckDB file, or in an open Spark engine.

Importing what it needs of either takes seconds, so it happens inside.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from quality.gates import Engine

NAME = "islands"
# What a query is given to stand for the batch. Ours name their tables themselves; it stands in a comment,
# or Great Expectations prints a remark for every query without one.
BATCH = "/* {batch} */ "


class Spark(Engine, Protocol):
    """What more is needed of an engine that is Spark's."""

    session: Any

    def in_its_words(self, sql: str) -> str:
        """A query as Spark is to be asked it."""


@dataclass(frozen=True)
class Batches:
    """The tables of one place, each of which is validated whole."""

    present: frozenset[str]  # qualified names of the tables there are
    last_day: date  # of the window of days that they cover
    # Table -> the definition of its batch.
    defined: Callable[[str], Any]
    # Table -> what a run is given to find its rows; None: the definition says all.
    given: Callable[[str], dict[str, Any] | None]
    # One of our queries, so that Great Expectations fills nothing in and it is understood.
    asked: Callable[[str], str]


@contextlib.contextmanager
def in_database(context: Any, database: Path) -> Iterator[Batches]:
    """The tables of a DuckDB file.

    Args:
        context: of Great Expectations.
        database: nobody may have it open for writing in this process.
    """
    from quality import great_dialect

    source = context.data_sources.add_sql(
        NAME, connection_string=great_dialect.url(database), create_temp_table=False
    )
    engine = source.get_execution_engine().engine

    def defined(table: str) -> Any:
        schema, name = table.split(".")
        asset = source.add_table_asset(table, table_name=name, schema_name=schema)
        return asset.add_batch_definition_whole_table("whole")

    def asked(sql: str) -> str:
        return BATCH + re.sub(r"(?<![:\\]):(?=\w)", r"\\:", _braces_doubled(sql))

    try:
        with engine.connect() as connection:

            def rows(sql: str) -> list[Any]:
                return connection.exec_driver_sql(sql).fetchall()

            tables = rows("SELECT table_schema, table_name FROM information_schema.tables")
            present = frozenset(f"{schema}.{table}" for schema, table in tables)
            last_day = _last_day(present, rows)
        yield Batches(present, last_day, defined, lambda table: None, asked)
    finally:
        engine.dispose()


@contextlib.contextmanager
def in_spark(context: Any, engine: Spark) -> Iterator[Batches]:
    """The tables of an open Spark engine; they are looked at where Spark runs.

    Args:
        context: of Great Expectations.
    """
    # What is looked at is not to stay in the memory of executors, table after table.
    source = context.data_sources.add_spark(NAME, persist=False)
    present = frozenset(engine.tables())

    def defined(table: str) -> Any:
        return source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("whole")

    yield Batches(
        present,
        _last_day(present, engine.fetch),
        defined,
        lambda table: {"dataframe": engine.session.table(table)},
        lambda sql: BATCH + _braces_doubled(engine.in_its_words(sql)),
    )


def _last_day(present: frozenset[str], rows: Callable[[str], list[Any]]) -> date:
    if "codes.run" not in present:
        return date(2024, 1, 1)
    return rows("SELECT last_day FROM codes.run")[0][0]


def _braces_doubled(sql: str) -> str:
    """A query in whose braces Great Expectations fills nothing in."""
    return sql.replace("{", "{{").replace("}", "}}")
