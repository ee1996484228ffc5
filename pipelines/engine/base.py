"""What a stage may ask of an engine, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:  # a second of imports that most commands never need
    import pandas as pd
    import pyarrow as pa


# Adds rows to a table, by its name; given to what runs in a task.
Write = Callable[[str, "pa.Table"], None]


class Engine(Protocol):
    """A database that runs the models. Tables are named `schema.table`; SQL is DuckDB's dialect.

    Parameters of a statement are marked `?`. An id comes out as 32 hexadecimal digits, however the
    engine keeps it. Used as a context manager, it is closed at the end.
    """

    name: str  # duckdb | spark

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> None:
        """Run one statement for its effect."""

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pa.Table:
        """Rows of a query as an Arrow table."""

    def fetch(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a query as tuples of Python values."""

    def frame(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        """Rows of a query as a pandas frame."""

    def create_schema(self, name: str) -> None:
        """Make a schema unless it is there."""

    def create_table(self, name: str, *select_sql: str) -> None:
        """Make or replace a table from a query, and its schema if need be.

        The query may read the table it replaces. Several queries of the same columns give their rows
        one after the other.
        """

    def create_view(self, name: str, select_sql: str) -> None:
        """Make or replace a view; a table, if the engine keeps no views."""
        self.create_table(name, select_sql)

    def create_table_from_parquet(self, name: str, path: Path) -> None:
        """Make or replace a table from one Parquet file."""

    def insert_arrow(self, name: str, table: pa.Table, append: bool = False) -> None:
        """Make or replace a table from Arrow; with `append`, add to it, columns by name."""

    def make_in_tasks(
        self, names: Sequence[str], work: Callable[[Any, Write], Any], pieces: Sequence[Any]
    ) -> list[Any]:
        """Make or replace tables of rows that a function gives, called with each piece in a task of its
        own, wherever the engine works; any engine but Spark raises ValueError.

        What goes to a task and comes back goes through this process, so both should be small.

        Args:
            names: the tables; one that is given no rows at all, be it of no length, is not there after.
            work: a function of a module; called with a piece and with what adds rows to a table.
            pieces: what it is called with, those that take longest first.

        Returns:
            What it gave for each piece, in that order.
        """

    def table_exists(self, name: str) -> bool:
        """Whether there is such a table or view."""

    def tables(self) -> list[str]:
        """Names of all tables, sorted."""

    def columns(self, name: str) -> list[str]:
        """Names of a table's columns in order."""

    def count(self, name: str) -> int:
        """Number of rows of a table."""

    def drop(self, name: str) -> None:
        """Drop a table if it is there."""

    def beside(self, for_planning: bool = False) -> Engine | None:
        """The same tables, as far as they are committed, for another thread, to be used at the same time
        and let go of with this engine; None if it is better used by one thread alone.

        Args:
            for_planning: whether queries about few rows are asked, which take their time before the first
                row is read, whatever the threads for reading rows.
        """
        return None

    def interrupt(self) -> None:
        """End what another thread has it do at the moment, which then raises an error there."""

    def bring_to_disk_meanwhile(self) -> None:
        """Begin to bring to disk what is written so far, beside what is done next, so that closing waits
        for less."""

    def close(self) -> None:
        """Bring all to disk and let go of it. Closing twice does no harm."""

    def discard(self) -> None:
        """Let go of what is not wanted, without bringing anything more to disk."""

    def attach(self, name: str, path: Path) -> None:
        """Attach another database file, for reading, under a name; any but DuckDB raises ValueError."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def split_name(name: str) -> tuple[str, str]:
    """Schema and table of a name such as `lists.entries`; in no schema, the engine's own.

    >>> split_name("lists.entries")
    ('lists', 'entries')
    """
    schema, _, table = name.rpartition(".")
    return schema, table
