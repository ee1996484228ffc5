"""DuckDB: the engine everything runs on unless another is asked for.

The macros are temporary, so they work in a read-only database too and a file holds nothing but
tables and views, which any other program can read. Ids are UUIDs in the tables; whoever asks gets the 32
hexadecimal digits of one, as `id_text` writes it, and may give them as a parameter.
"""

from __future__ import annotations

import contextlib
import copy
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.engine.base import Engine, Write, split_name
from pipelines.engine.side_by_side import side_by_side
from pipelines.engine.trouble import DatabaseError, sentence
from schemas.sql import duckdb_words, literal, quoted

if TYPE_CHECKING:
    from uuid import UUID

    import pandas as pd
    import pyarrow as pa

MEMORY = ":memory:"

# Rows of a group, which one thread reads at a time; by default 122,880, as many as most tables have.
ROW_GROUP = 30_720

# Bytes of a block of a new file of few rows. Every column takes one at least, by default of 256 KiB.
SMALL_BLOCK = 1 << 14

# What these would save on few rows is less than they cost.
NOT_FOR_FEW_ROWS = (
    "aggregate_reuse",
    "column_lifetime",
    "common_subexpressions",
    "common_subplan",
    "duplicate_groups",
    "join_elimination",
    "outer_join_simplification",
    "projection_placement",
    "projection_pullup",
    "statistics_propagation",
)
INTERRUPTED = "Query interrupted"  # what a RuntimeError says after Ctrl-C
RaisedByQuery = duckdb.InvalidInputException  # by `error(…)` in its SQL, among others


@lru_cache(maxsize=2048)
def _statements(sql: str) -> list[duckdb.Statement]:
    """The statements of a text. Rebuilt states and replays ask the same again, and of few rows reading
    the text takes as long as a sixth of all the rest."""
    return duckdb.extract_statements(sql)


def _text(id: UUID | None) -> str | None:
    """An id as it stands outside of the database."""
    return id and id.hex


def _ids(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Which columns of a connection's last result hold ids."""
    columns = connection.description or ()
    return [n for n, column in enumerate(columns) if column[1] == "UUID"]


def frame_of(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The rows of a connection's last query as a frame, ids as text.

    Raises:
        duckdb.Error: if they cannot be fetched.
    """
    frame = connection.df()
    for n in _ids(connection):
        frame.isetitem(n, frame.iloc[:, n].map(_text, na_action="ignore").astype("str"))
    return frame


class DuckDBEngine(Engine):
    """One connection to a DuckDB file, or to memory.

    Args:
        path: the file, made if it is not there, or `:memory:`.
        threads: how many at most; DuckDB's own choice if None.
        memory_limit: bytes at most; DuckDB's own choice if that is less, or if None.
        read_only: open an existing file without the right to change it.
        words: whether the shared words of the SQL can be used; defining them takes half of opening.
        small: whether there are so few rows that planning takes longer than running; a new file is then
            laid out in small blocks.

    Raises:
        DatabaseError: if the file cannot be opened or is damaged, or somebody else is writing it; so
            do all methods, if that shows only later, or if the disk or the memory is full.

    >>> with DuckDBEngine() as engine:
    ...     engine.create_table("lists.demo", "SELECT until(CAST(NULL AS DATE)) AS day")
    ...     engine.fetch("FROM lists.demo")
    [(datetime.date(9999, 12, 31),)]
    """

    name = "duckdb"

    def __init__(
        self,
        path: Path | str = MEMORY,
        threads: int | None = None,
        memory_limit: int | None = None,
        read_only: bool = False,
        words: bool = True,
        small: bool = False,
    ) -> None:
        config: dict[str, Any] = {
            # Nothing is ever fetched from the network.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # Files come back in the order in which their rows were written.
            "preserve_insertion_order": True,
            # A file counts when it is whole and closed; until then nothing waits for the disk.
            "fsync_mode": "NONE",
        }
        if str(path) == MEMORY:
            config["checkpoint_threshold"] = "1TB"  # there is no file to bring anything to
        elif not read_only:
            config["temp_directory"] = f"{path}.tmp"
        if threads is not None:
            config["threads"] = threads
        self.path = str(path)
        self.read_only = read_only
        self.files = [] if self.path == MEMORY else [self.path]
        self._open: duckdb.DuckDBPyConnection | None = None
        self._schemas: set[str] = set()  # those that are there for sure
        self._beside: DuckDBEngine | None = None
        self._is_beside = False
        self._writing: Future[None] | None = None  # of the file to disk
        # DuckDB takes what follows a question mark for parameters of an address, and looks for its
        # write-ahead log in a folder that is not there. Such a file is written elsewhere.
        self._elsewhere: Path | None = None
        where = self.path
        if not read_only and where != MEMORY and "?" in os.path.realpath(where):
            self._elsewhere = Path(tempfile.mkdtemp(prefix="islands-"))
            where = str(self._elsewhere / "database")
            if Path(self.path).exists():
                shutil.copyfile(self.path, where)
        try:
            with self._told():
                if read_only or where == MEMORY:
                    self._open = duckdb.connect(where, read_only=read_only, config=config)
                else:
                    # Nor is a log of each statement kept, from which a half-made one could be
                    # restored.
                    self._open = duckdb.connect(config=config)
                    options = f"RECOVERY_MODE no_wal_writes, ROW_GROUP_SIZE {ROW_GROUP}"
                    if small and not Path(where).exists():
                        options += f", BLOCK_SIZE {SMALL_BLOCK}"
                    self._open.execute(f"ATTACH {literal(where)} AS built ({options})")
                    self._open.execute("USE built")
        except BaseException:
            self._forget_elsewhere()
            raise
        # Where the main module has no file DuckDB would draw bars of its own. In a notebook the
        # setting may not even be touched unless it is on.
        if self.fetch("SELECT current_setting('enable_progress_bar')")[0][0]:
            self.connection.execute("SET enable_progress_bar = false")
        if small:
            self.connection.execute(f"SET disabled_optimizers = '{','.join(NOT_FOR_FEW_ROWS)}'")
        if memory_limit is not None:
            self._keep_to(memory_limit)
        if words:
            self.execute(duckdb_words())

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection itself, for what the interface has no word for.

        Raises:
            RuntimeError: if the engine is closed.
        """
        if self._open is None:
            raise RuntimeError(f"The database {self.path} is closed; open a new engine.")
        return self._open

    def execute(self, sql: str, params: Sequence[Any] | None = None) -> None:
        """Run one or more statements for their effect; parameters are the last one's."""
        with self._told():
            *first, last = _statements(sql)
            for statement in first:
                self.connection.execute(statement)
            self.connection.execute(last, params)

    def query(self, sql: str, params: Sequence[Any] | None = None) -> pa.Table:
        import pyarrow.compute as pc

        with self._told():
            found = self.connection.sql(_statements(sql)[-1], params=params)
            table = found.to_arrow_table()
        for n, kind in enumerate(found.types):
            if kind == "UUID":
                text = pc.replace_substring(table.column(n), "-", "")
                table = table.set_column(n, table.column_names[n], text)
        return table

    def fetch(self, sql: str, params: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        self.execute(sql, params)
        with self._told():
            rows = self.connection.fetchall()
        ids = _ids(self.connection)
        for n, row in enumerate(rows if ids else ()):
            rows[n] = tuple(_text(v) if at in ids else v for at, v in enumerate(row))
        return rows

    def frame(self, sql: str, params: Sequence[Any] | None = None) -> pd.DataFrame:
        self.execute(sql, params)
        with self._told():
            return frame_of(self.connection)

    def create_schema(self, name: str) -> None:
        if name not in self._schemas:
            self.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(*name.split('.'))}")
            self._schemas.add(name)

    def create_table(self, name: str, *select_sql: str) -> None:
        self._schema_of(name)
        table = quoted(*name.split("."))
        first, *others = select_sql
        self._make(name, first)
        # Planning a long union takes longer than many short queries.
        if not others or self.beside() is None:
            for other in others:
                self.execute(f"INSERT INTO {table} {other}")
            return
        parts = {f"{name} part {n}": other for n, other in enumerate(others)}
        side_by_side(self, list(parts), lambda one, part: one._make(part, parts[part]))
        for part in parts:  # the rows come in the order of the queries, whichever was done first
            self.execute(f"INSERT INTO {table} FROM {quoted(*part.split('.'))}")
            self.drop(part)

    def _make(self, name: str, sql: str) -> None:
        self.execute(f"CREATE OR REPLACE TABLE {quoted(*name.split('.'))} AS {sql}")

    def create_view(self, name: str, select_sql: str) -> None:
        self._schema_of(name)
        self.execute(f"CREATE OR REPLACE VIEW {quoted(*name.split('.'))} AS {select_sql}")

    def create_table_from_parquet(self, name: str, path: Path) -> None:
        self._schema_of(name)
        self.execute(
            f"CREATE OR REPLACE TABLE {quoted(*name.split('.'))} AS SELECT * FROM read_parquet(?)",
            [str(path)],
        )

    def insert_arrow(self, name: str, table: pa.Table, append: bool = False) -> None:
        self._schema_of(name)
        self.connection.register("arriving", table)
        try:
            if append and self.table_exists(name):
                self.execute(f"INSERT INTO {quoted(*name.split('.'))} BY NAME FROM arriving")
            else:
                self.execute(f"CREATE OR REPLACE TABLE {quoted(*name.split('.'))} AS FROM arriving")
        finally:
            self.connection.unregister("arriving")

    def make_in_tasks(
        self, names: Sequence[str], work: Callable[[Any, Write], Any], pieces: Sequence[Any]
    ) -> list[Any]:
        raise ValueError("DuckDB works in this process alone and has no tasks.")

    def table_exists(self, name: str) -> bool:
        schema, table = split_name(name)
        found = self.fetch(
            "SELECT 1 FROM information_schema.tables WHERE table_catalog = current_catalog() "
            "AND table_schema = ? AND table_name = ?",
            [schema or "main", table],
        )
        return bool(found)

    def tables(self) -> list[str]:
        found = self.fetch(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE table_catalog = current_catalog() AND table_schema <> 'today' ORDER BY ALL"
        )
        return [name for (name,) in found]

    def columns(self, name: str) -> list[str]:
        return [row[0] for row in self.fetch(f"DESCRIBE {quoted(*name.split('.'))}")]

    def count(self, name: str) -> int:
        return self.fetch(f"SELECT count(*) FROM {quoted(*name.split('.'))}")[0][0]

    def drop(self, name: str) -> None:
        self.execute(f"DROP TABLE IF EXISTS {quoted(*name.split('.'))}")

    def beside(self, for_planning: bool = False) -> DuckDBEngine | None:
        """Another connection to the same open file, with the shared words; None with one thread, unless it
        is for planning."""
        if self._beside is None and not self._is_beside:
            catalog, threads = self.fetch(
                "SELECT current_catalog(), CAST(current_setting('threads') AS INTEGER)"
            )[0]
            if threads > 1 or for_planning:
                self._beside = copy.copy(self)
                self._beside._is_beside = True
                self._beside._open = self.connection.cursor()
                self._beside.execute(f"USE {quoted(catalog)}")
                self._beside.execute(duckdb_words())
        return self._beside

    def interrupt(self) -> None:
        self.connection.interrupt()

    def bring_to_disk_meanwhile(self) -> None:
        other = self.beside()
        thread = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._writing = thread.submit(self._write, other)
        thread.shutdown(wait=False)

    def _write(self, other: DuckDBEngine | None) -> None:
        """Compress what only memory holds, which DuckDB does in one thread, and bring the file to disk."""
        if other is not None:
            # DuckDB refuses while somebody writes; closing does it then.
            with contextlib.suppress(duckdb.TransactionException):
                other.execute("CHECKPOINT")
        self._to_disk()

    def close(self) -> None:
        """Bring all to disk and close the file, so that no write-ahead log is left."""
        if self._open is None:
            return
        try:
            if self._writing is not None:
                self._writing.result()
            self._close_beside()
            if not self.read_only and self.path != MEMORY:
                self.execute("CHECKPOINT")
            self._open.close()
            self._open = None
            if self._elsewhere is not None:
                shutil.move(self._elsewhere / "database", self.path)
                self._forget_elsewhere()
            self._to_disk()
        finally:
            self.discard()

    def discard(self) -> None:
        """Let go of a file that is not wanted, without bringing anything more to disk."""
        if self._writing is not None:
            wait([self._writing])
        if self._open is not None:
            self._close_beside()
            with contextlib.suppress(duckdb.Error):  # of a file that is thrown away
                self._open.execute("PRAGMA disable_checkpoint_on_shutdown")
            self._open.close()
            self._open = None
        self._forget_elsewhere()

    def attach(self, name: str, path: Path) -> None:
        self.files.append(str(path))
        self.execute(f"ATTACH {literal(str(path))} AS {name} (READ_ONLY)")

    def __exit__(self, *failure: object) -> None:
        # What went wrong first is what counts.
        with contextlib.suppress(*([DatabaseError, duckdb.Error] if any(failure) else ())):
            self.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say in one sentence what goes wrong with a file, the disk or the memory."""
        try:
            yield
        except (duckdb.Error, RuntimeError) as error:
            if str(error) == INTERRUPTED:
                raise KeyboardInterrupt from error
            told = sentence(str(error), self.files)
            if told is None:
                raise
            raise DatabaseError(told) from error

    def _to_disk(self) -> None:
        """Wait until the disk has what was written to the file."""
        if self.path != MEMORY and not self.read_only and self._elsewhere is None:
            with Path(self.path).open("rb+") as file:
                os.fsync(file.fileno())

    def _keep_to(self, memory_limit: int) -> None:
        ((own,),) = self.fetch("SELECT parse_formatted_bytes(current_setting('memory_limit'))")
        if memory_limit < own:
            self.execute(f"SET memory_limit = '{memory_limit}B'")

    def _close_beside(self) -> None:
        if self._beside is not None:
            self._beside.connection.close()
            self._beside = None

    def _forget_elsewhere(self) -> None:
        if self._elsewhere is not None:
            shutil.rmtree(self._elsewhere, ignore_errors=True)
            self._elsewhere = None

    def _schema_of(self, name: str) -> None:
        if schema := split_name(name)[0]:
            self.create_schema(schema)
