"""How the tables of many universes differ from those of one base: the rows removed and the rows added."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self

from pipelines.changes.passing import shared
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.engine.duckdb_engine import NOT_FOR_FEW_ROWS
from pipelines.replay.plan.laid_out import LAID_OUT
from pipelines.replay.recompute.lift import UNIVERSE, UNIVERSES
from schemas.sql import quoted

REMOVED, ADDED = -1, 1  # a row of the base that a universe has not; a row it has instead

# An index is used only if one condition alone is asked of a table, and as a list of values. So rows
# are looked up by one column in an expression of its own, which no other condition may enter.
_KEPT_APART = ("cte_filter_pusher",)

# Few rows come out of each join, whatever the order: looking for a better one costs more than it saves.
_ORDER = ("join_order",)

# Values of a join up to which DuckDB looks rows up by an index instead of reading the table; 50 by default.
_LOOK_UP_MANY = "SET GLOBAL dynamic_or_filter_threshold = 1000"

FEW = 400  # changed rows up to which joins stay in the order in which they are written
MANY = 10_000  # changed rows from which reading them takes longer than planning the queries

# Tables of which no row stands twice, and that are read whole: what a universe has not of them is left out
# by a join, a tenth of the work of counting how often each row stands.
NEVER_TWICE = frozenset({"exchange.copies"})


def columns_of(fetch: Callable[[str], Iterable[Sequence[str]]]) -> dict[str, list[str]]:
    """Table -> its columns, of the database attached as `base`.

    Its views of today and what is laid out for replays are no model's.

    Args:
        fetch: gives the rows of a query.
    """
    columns: dict[str, list[str]] = {}
    for schema, table, column in fetch(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
        f"WHERE database_name = 'base' AND schema_name NOT IN ('today', '{LAID_OUT}') "
        "ORDER BY schema_name, table_name, column_index"
    ):
        columns.setdefault(f"{schema}.{table}", []).append(column)
    return columns


Values = dict[tuple, tuple[str, ...]]  # values of columns of a row -> their types


class Differences:
    """Changes of many universes against one base.

    Args:
        base: the database of the clean state; only read.
        two_at_a_time: whether models that do not wait for each other may be worked out side by side.
    """

    def __init__(self, base: Path, threads: int | None = None, two_at_a_time: bool = False) -> None:
        self.base = base
        self.two_at_a_time = two_at_a_time
        self.engine: Engine = open_engine("duckdb", threads=threads)
        self.engine.attach("base", base)
        self.engine.execute(_LOOK_UP_MANY)
        self.engine.execute(_not_optimised())
        self.columns = columns_of(self.engine.fetch)
        for table in self.columns:
            if shared(table):
                self.engine.create_table(table, f"SELECT * FROM base.{table}")
        self.engine.create_schema("changed")
        self.empty = empty_tables(self.engine, "base")
        self.moved: set[str] = set()
        self.changed_rows = 0
        self._changed_values: dict[tuple[str, tuple[str, ...]], Values] = {}  # of a table's columns
        self._allowed: dict[str, Values] = {}  # of a SELECT of what never changes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    def beside(self) -> Self | None:
        """The same changes with a connection of their own, for another thread; None if one does it all."""
        engine = self.engine.beside(for_planning=True) if self.two_at_a_time else None
        if engine is None:
            return None
        other = copy.copy(self)
        other.engine = engine
        return other

    def interrupt(self) -> None:
        """End what another thread has it do."""
        self.engine.interrupt()

    def begin(self, universes: Iterable[int]) -> None:
        """Forget all changes and name the universes to come."""
        self.moved = set()
        self.changed_rows = 0
        self._changed_values = {}
        listed = ", ".join(map(str, universes))
        self.engine.execute(
            f"CREATE OR REPLACE TABLE {UNIVERSES} AS "
            f"SELECT unnest(CAST([{listed}] AS INTEGER[])) AS {UNIVERSE}"
        )

    def spread(self) -> None:
        """Say how queries are run, by how many rows have changed; it stays so until the next call.

        Many rows are read by all cores, fewer by one thread; of few, joins stay in the order as written.
        """
        many = self.changed_rows >= MANY
        self.engine.execute("RESET threads" if many else "SET threads = 1")
        self.engine.execute(_not_optimised(_ORDER if self.changed_rows <= FEW else ()))

    def change(self, table: str, select: str) -> int:
        """Say how a table differs, or in what more: a SELECT of `side`, `universe` and its columns.

        Returns:
            How many rows differ; if none, the table counts as untouched.
        """
        rows = self.make(f"changed.{quoted(table)}", select, more=table in self.moved)
        if rows:
            self.moved.add(table)
            self.changed_rows += rows
            for seen in [seen for seen in list(self._changed_values) if seen[0] == table]:
                del self._changed_values[seen]
        return rows

    def make(self, table: str, select: str, more: bool = False) -> int:
        """Make a table of a query, or add to it if there is more; how many rows the query gives."""
        made = f"INSERT INTO {table}" if more else f"CREATE OR REPLACE TABLE {table} AS"
        return self.engine.fetch(f"{made} {select}")[0][0]

    def rows_of(self, table: str, select: str) -> str:
        """SQL of rows of a table in each universe, from a SELECT of rows of the base.

        Args:
            select: gives `universe` and the table's columns, as the base has them.
        """
        if table not in self.moved:
            return select
        # What is removed is little beside what is read, so that is what is laid out for the comparison.
        same = " AND ".join(
            f"gone.{quoted(c)} IS NOT DISTINCT FROM kept.{quoted(c)}" for c in self.columns[table]
        )
        return (
            f"SELECT {self.listed(table, 'kept')}, kept.universe FROM ({select}) AS kept ANTI JOIN "
            f"(FROM changed.{quoted(table)} WHERE side = {REMOVED}) AS gone "
            f"ON gone.universe = kept.universe AND {same}"
        )

    def whole(self, table: str, universe: int | None, columns: str) -> str:
        """SELECT of a whole table as one universe has it; None: as the base has it."""
        select = f"SELECT {columns} FROM base.{table}"
        if universe is None or table not in self.moved:
            return select
        changed = f"SELECT {columns} FROM changed.{quoted(table)} WHERE universe = {universe}"
        kept = f"({select} EXCEPT ALL {changed} AND side = {REMOVED})"
        if table in NEVER_TWICE:
            same = " AND ".join(
                f"gone.{quoted(c)} IS NOT DISTINCT FROM base.{table}.{quoted(c)}"
                for c in self.columns[table]
            )
            kept = (
                f"{select} ANTI JOIN (SELECT * FROM changed.{quoted(table)} WHERE universe = {universe} "
                f"AND side = {REMOVED}) AS gone ON {same}"
            )
        return f"{kept} UNION ALL {changed} AND side = {ADDED}"

    def as_database(self, name: str, universe: int | None) -> None:
        """Attach a database of views: every table as a whole, as one universe has it.

        Args:
            name: to attach it under.
            universe: which; None: the base itself.
        """
        self.engine.execute(f"ATTACH ':memory:' AS {name}")
        for schema in {table.split(".")[0] for table in self.columns}:
            self.engine.execute(f"CREATE SCHEMA {name}.{schema}")
        for table in self.columns:
            select = self.whole(table, universe, self.listed(table))
            # A view of another catalogue names it in full.
            self.engine.execute(
                f"CREATE VIEW {name}.{table} AS {select.replace('FROM changed.', 'FROM memory.changed.')}"
            )

    def listed(self, table: str, alias: str = "") -> str:
        dot = f"{alias}." if alias else ""
        return ", ".join(dot + quoted(column) for column in self.columns[table])


def _not_optimised(more: Sequence[str] = ()) -> str:
    """The statement that says which steps of DuckDB's optimiser are left out, for all connections."""
    return (
        f"SET GLOBAL disabled_optimizers = '{','.join((*_KEPT_APART, *NOT_FOR_FEW_ROWS, *more))}'"
    )


def empty_tables(engine: Engine, database: str) -> frozenset[str]:
    """Tables of an attached database that have no rows."""
    rows = engine.fetch(
        "SELECT schema_name, table_name FROM duckdb_tables() "
        f"WHERE database_name = '{database}' AND estimated_size = 0"
    )
    return frozenset(f"{schema}.{table}" for schema, table in rows)


def difference(columns: str, had: str, has: str) -> str:
    """SELECT of how two tables of one universe each differ: `side`, `universe` and the columns."""
    return (
        f"SELECT CAST(sign(sum(side)) AS TINYINT) AS side, universe, {columns} FROM ("
        f"SELECT {REMOVED} AS side, universe, {columns} FROM {had} UNION ALL "
        f"SELECT {ADDED} AS side, universe, {columns} FROM {has}"
        f") GROUP BY universe, {columns} HAVING sum(side) <> 0"
    )
