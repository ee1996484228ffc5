"""One question to a database in SQL, which can do no harm: it reads that database and nothing else.

The database is opened for reading, in an engine of its own that may touch no other file and no network,
loads nothing and lets no setting be changed. A statement must be one SELECT (or EXPLAIN). DuckDB stops it
when its time is up, but not within one call of a function, nor does its bound of memory hold there; so
these functions run in a process that can be ended (`child`), and who asks calls those of `bounded`.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.ask.answers import Answer, Plain
from pipelines.ask.errors import QueryError, told, too_long, too_much
from pipelines.engine.trouble import NO_MEMORY, DatabaseError, sentence
from schemas.sql import literal

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 20_000  # characters of a statement
OwnEngine = duckdb.DuckDBPyConnection  # serves one question, see `new_engine`

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
# What a statement would do, for those that are refused: by its first word, or by its kind.
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
    "IMPORT": "read files",
    "CHECKPOINT": "write the database",
}
# Kinds of which DuckDB makes one of several statements: of these the first word says which it is.
_SEVERAL = ("LOAD", "SET", "PRAGMA", "CALL")


def new_engine() -> OwnEngine:
    """An engine that has opened nothing yet; it serves one question."""
    return duckdb.connect(config=dict(_SETTINGS))


def ask(engine: OwnEngine, database: Path, sql: str, most_rows: int, seconds: float) -> Answer:
    """As `pipelines.ask.bounded.ask`, with an engine of `new_engine`, which is closed."""
    if len(sql) > LONGEST:
        raise QueryError(f"A statement has at most {LONGEST:,} characters here, not {len(sql):,}.")
    with _opened(engine, database):
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            engine.interrupt()

        alarm = threading.Timer(seconds, stop)
        alarm.daemon = True
        alarm.start()
        start = time.perf_counter()
        plain = Plain()
        try:
            found = engine.execute(_the_one(engine, sql))
            described = found.description or ()
            rows = found.fetchmany(most_rows + 1)
            took = time.perf_counter() - start
            shown = [[plain(value) for value in row] for row in rows[:most_rows]]
        except (duckdb.OutOfMemoryException, MemoryError):
            raise (too_long(seconds) if stopped.is_set() else too_much()) from None
        except duckdb.Error as error:
            raise (too_long(seconds) if stopped.is_set() else told(error, sql)) from None
        except QueryError:
            raise
        except (OverflowError, ValueError) as error:  # what Python, or a page, has no value for
            raise QueryError(
                f"It gives a value that cannot be shown: {str(error).rstrip('.')}.",
                advice="`CAST(x AS VARCHAR)` shows any value as text",
            ) from None
        finally:
            alarm.cancel()
        return Answer(
            columns=tuple(column[0] for column in described),
            types=tuple(str(column[1]) for column in described),
            rows=shown,
            more=len(rows) > most_rows,
            cut=plain.cut,
            seconds=took,
        )


def framed(engine: OwnEngine, database: Path, sql: str, params: Sequence[Any]) -> pd.DataFrame:
    """As `pipelines.ask.bounded.framed`, with an engine of `new_engine`, which is closed.

    It may take the memory and the threads that DuckDB takes by itself, and what does not fit into memory is
    put on the disk beside the database.
    """
    from pipelines.engine.duckdb_engine import frame_of

    for setting in ("memory_limit", "threads"):
        engine.execute(f"RESET {setting}")
    engine.execute(f"SET temp_directory = {literal(f'{database}.tmp')}")
    with _opened(engine, database):
        try:
            _the_one(engine, sql)
            return frame_of(engine.execute(sql, params))
        except MemoryError:
            raise DatabaseError(NO_MEMORY) from None
        except duckdb.Error as error:
            if said := sentence(str(error), [database]):
                raise DatabaseError(said) from None
            raise told(error, sql) from None


@contextmanager
def _opened(engine: OwnEngine, database: Path) -> Iterator[None]:
    """Let an engine read one file; what it may do is locked."""
    with closing(engine):
        try:
            engine.execute(f"ATTACH {literal(str(database))} AS islands (READ_ONLY)")
        except duckdb.Error as error:
            said = sentence(str(error), [database])
            raise DatabaseError(said or f"{database} cannot be opened.") from None
        engine.execute("USE islands")
        for setting in _LOCKED:
            engine.execute(setting)
        yield


def _the_one(engine: OwnEngine, sql: str) -> duckdb.Statement:
    """The one statement, if it is one that only reads.

    Raises:
        QueryError: if not.
        duckdb.Error: if it cannot be understood.
    """
    statements = engine.extract_statements(sql)
    if len(statements) != 1:
        here = f"are {len(statements)} statements" if statements else "is no statement"
        raise QueryError(f"Give one SELECT; here {here}.")
    (statement,) = statements
    kind = statement.type.name
    if kind in _SEVERAL and (typed := re.match(r"\s*(?:FORCE\s+)?([a-z]+)", statement.query, re.I)):
        word = typed[1].upper()
    else:
        word = kind.replace("_", " ")
    if statement.type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        would = _WOULD.get(word) or _WOULD.get(kind, "change the database")
        raise QueryError(
            f"{word} would {would}, and here the database is only read; give a SELECT.",
            advice="every table can be looked at: SELECT … FROM … WHERE …",
        )
    return statement
