"""One question to a database in SQL, which can do no harm: it reads that database and nothing else.

The database is opened for reading, in an engine of its own that may touch no other file and no network,
loads nothing and lets no setting be changed. A statement must be one SELECT (or EXPLAIN); it is stopped
when its time is up, and only so many rows, and so many characters of a cell, come out.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb

from pipelines.engine.trouble import sentence as of_the_machine
from schemas.sql import literal

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.engine.duckdb_engine import DuckDBEngine

LONGEST = 20_000  # characters of a statement
MOST_ROWS = 1_000
MOST_CHARACTERS = 2_000  # of one cell
SECONDS = 10.0

_LOCKED = (
    "SET errors_as_json = true",  # so that an error says where in the statement it is
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)
_SETTINGS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "memory_limit": "1GB",
    "temp_directory": "",  # what does not fit into memory is refused, not written to disk
    "threads": 2,
}
# What a statement of a kind would do, for those that are refused.
_WOULD = {
    "ATTACH": "open another file",
    "DETACH": "close a database",
    "COPY": "read or write files",
    "EXPORT": "write files",
    "COPY_DATABASE": "write a database",
    "LOAD": "load a program",
    "EXTENSION": "load a program",
    "PRAGMA": "change or look at settings",
    "SET": "change settings",
    "VARIABLE_SET": "keep a variable",
    "CALL": "run a procedure",
    "MULTI": "run several statements at once",
}
# Beginning of DuckDB's words -> what to do.
_ADVICE = (
    (
        r"Table with name|Table .* does not exist",
        "`SHOW ALL TABLES` names every table; give the schema too, as in exchange.copies",
    ),
    (r"Referenced column", "`DESCRIBE schema.table` names the columns of a table"),
    (
        r"Referenced table",
        "a column is named after a table, or its alias, that stands behind FROM",
    ),
    (r"(Scalar |Table |Aggregate )?Function with name", "look for a function of another name"),
    (r"syntax error", "look at the word before it: a comma, a bracket or a keyword may be missing"),
    (r"column .* must appear in the GROUP BY", "name it behind GROUP BY, or write GROUP BY ALL"),
    (
        r"Could not convert|Conversion",
        "`TRY_CAST(x AS type)` gives NULL where a value does not fit",
    ),
    (r"Cannot compare values|No function matches", "cast one side: `CAST(x AS VARCHAR)`"),
    (r"Ambiguous reference", "put the name of the table before the column"),
)


class QueryError(ValueError):
    """A statement that is refused, or cannot be run; the message is one sentence.

    Attributes:
        line, column: where in the statement, from 1; None if it is about no one place.
        advice: what to try; empty if nothing can be said.
    """

    def __init__(
        self,
        message: str,
        line: int | None = None,
        column: int | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(message)
        self.line, self.column, self.advice = line, column, advice


@dataclass(frozen=True)
class Answer:
    """What a statement gave.

    Attributes:
        columns: names, in order.
        types: of the columns, as DuckDB calls them.
        rows: plain values: text, numbers, true and false, None; ids as 32 hexadecimal digits, days as ISO
            text; lists and structures as they are, of plain values.
        more: whether there are more rows than these.
        cut: how many cells were longer than they are shown.
        seconds: it took.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[list[Any]]
    more: bool
    cut: int
    seconds: float

    def json(self) -> dict[str, Any]:
        """As `schemas/json/ask.schema.json` has it."""
        return {
            "synthetic": True,
            "columns": [
                {"name": name, "type": kind}
                for name, kind in zip(self.columns, self.types, strict=True)
            ],
            "rows": self.rows,
            "more": self.more,
            "cut": self.cut,
            "seconds": round(self.seconds, 3),
        }


def ask(database: Path, sql: str, most_rows: int = MOST_ROWS, seconds: float = SECONDS) -> Answer:
    """Ask a database one question.

    Args:
        database: a file that `islands build` made.
        sql: one SELECT, in DuckDB's dialect, with the project's own macros.
        most_rows: rows that come out at most.
        seconds: after which it is stopped.

    Raises:
        QueryError: if the statement is none that may be run, cannot be, or takes too long.
        DatabaseError: if the file cannot be read.
    """
    if len(sql) > LONGEST:
        raise QueryError(f"A statement has at most {LONGEST:,} characters here, not {len(sql):,}.")
    with _opened(database) as connection:
        statement = _the_one(connection, sql)
        start = time.perf_counter()
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            connection.interrupt()

        alarm = threading.Timer(seconds, stop)
        alarm.daemon = True
        alarm.start()
        try:
            found = connection.execute(statement)
            described = found.description or ()
            rows = found.fetchmany(most_rows + 1)
        except duckdb.Error as error:
            if stopped.is_set():
                raise QueryError(
                    f"It took longer than {seconds:g} seconds and was stopped.",
                    advice="ask for fewer rows with WHERE or LIMIT, and join tables by their ids",
                ) from None
            raise _told(error, sql) from None
        except (OverflowError, ValueError) as error:  # what Python has no value for
            raise QueryError(
                f"It gives a value that cannot be shown: {str(error).rstrip('.')}.",
                advice="`CAST(x AS VARCHAR)` shows any value as text",
            ) from None
        finally:
            alarm.cancel()
        took = time.perf_counter() - start
    plain = _Plain()
    return Answer(
        columns=tuple(column[0] for column in described),
        types=tuple(str(column[1]) for column in described),
        rows=[[plain(value) for value in row] for row in rows[:most_rows]],
        more=len(rows) > most_rows,
        cut=plain.cut,
        seconds=took,
    )


def framed(engine: DuckDBEngine, sql: str, params: Sequence[Any] = ()) -> pd.DataFrame:
    """The rows of one question to an engine that is open, with the types they have.

    Args:
        engine: of a database that is only read.
        sql: one SELECT.
        params: values for what is marked `?`, in order.

    Raises:
        QueryError: if it is none, or cannot be.
    """
    _the_one(engine.connection, sql)
    try:
        return engine.frame(sql, list(params))
    except duckdb.Error as error:
        raise _told(error, sql) from None


@contextmanager
def _opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine of its own that can read one file; what it may do is locked."""
    from pipelines.engine.trouble import DatabaseError

    with duckdb.connect(config=dict(_SETTINGS)) as connection:
        try:
            connection.execute(f"ATTACH {literal(str(database))} AS islands (READ_ONLY)")
        except duckdb.Error as error:
            said = of_the_machine(str(error), [database])
            raise DatabaseError(said or f"{database} cannot be opened.") from None
        connection.execute("USE islands")
        for setting in _LOCKED:
            connection.execute(setting)
        yield connection


def _the_one(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """The one statement, if it is one that only reads.

    Raises:
        QueryError: if not.
    """
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise _told(error, sql) from None
    if len(statements) != 1:
        how_many = "no statement" if not statements else f"{len(statements)} statements"
        raise QueryError(f"Give one SELECT; here are {how_many}.")
    (statement,) = statements
    kind = statement.type.name
    if statement.type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        would = _WOULD.get(kind, "change the database")
        raise QueryError(
            f"{kind.replace('_', ' ')} would {would}, and here the database is only read; give a SELECT.",
            advice="every table can be looked at: SELECT … FROM … WHERE …",
        )
    return statement


def _told(error: duckdb.Error, sql: str) -> QueryError:
    """What DuckDB says is wrong, in a sentence, with the place in the statement."""
    text = str(error)
    try:
        node = json.loads(text[text.index("{") :])
    except ValueError:
        node = {"exception_message": text.partition(": ")[2] or text}
    said = str(node.get("exception_message") or text)
    if node.get("exception_type") == "Permission":
        return QueryError("A question reads the database alone, no file and no network.")
    if node.get("exception_type") == "Out of Memory":
        return QueryError(
            "It takes more memory than a question may have, a gigabyte.",
            advice="ask for fewer rows or columns, or join by more of the key",
        )
    line, column = _place(node.get("position"), sql)
    where = "" if line is None else f"Line {line}, column {column}: "
    sentence = ". ".join(part.strip().rstrip(".!") for part in said.splitlines() if part.strip())
    advice = next((what for pattern, what in _ADVICE if re.match(pattern, said)), "")
    return QueryError(f"{where}{sentence}.", line, column, advice)


def _place(position: Any, sql: str) -> tuple[int | None, int | None]:
    """Line and column, from 1, of a place that DuckDB counts in bytes."""
    try:
        before = sql.encode()[: int(position)].decode("utf-8", "ignore")
    except (TypeError, ValueError):
        return None, None
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


class _Plain:
    """Values as JSON knows them; counts the cells that it cuts."""

    def __init__(self) -> None:
        self.cut = 0

    def __call__(self, value: Any) -> Any:
        """A cell: a list, a map or a struct in it has together no more characters than a text may have."""
        self._left, self._whole = MOST_CHARACTERS, True
        plain = self._plain(value)
        self.cut += not self._whole
        return plain

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            pairs = self._as_many(value.items())
            return {self._plain(str(key)): self._plain(one) for key, one in pairs}
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            return [self._plain(one) for one in self._as_many(value)]
        one = self._one(value)
        self._left -= len(str(one))
        return one

    def _one(self, value: Any) -> Any:
        """A value that holds no others."""
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return value if value == value and abs(value) != float("inf") else str(value)
        if isinstance(value, Decimal):
            if value == int(value):
                return int(value)
            return float(value) if Decimal(repr(float(value))) == value else str(value)
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, datetime | date | clock):
            return value.isoformat()
        text = str(value) if isinstance(value, str | timedelta) else repr(value)
        if len(text) > MOST_CHARACTERS:
            self._whole = False
            return text[:MOST_CHARACTERS] + "…"
        return text

    def _as_many(self, parts: Iterable[Any]) -> Iterator[Any]:
        """So many parts of a cell as may be shown."""
        for part in parts:
            if self._left <= 0:
                self._whole = False
                return
            self._left -= 1  # what stands between two
            yield part
