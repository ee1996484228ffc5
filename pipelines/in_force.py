"""The database in force in a home, and whether a file is such a database at all."""

import contextlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.engine.trouble import DatabaseError
from pipelines.home import Home, HomeError

DATABASE_MARK = b"DUCK"  # bytes 8 to 11 of every DuckDB file


def see_database(path: Path) -> Path:
    """The path, if a database that was built here lies there.

    Raises:
        HomeError: if there is no file, or it is no database.
    """
    if not path.is_file():
        raise HomeError(f"{path} is no file; give a database that `islands build` made.")
    with path.open("rb") as file:
        if file.read(12)[8:] != DATABASE_MARK:
            raise HomeError(f"{path} is no database; give one that `islands build` made.")
    state = path.stat()
    _see_tables(path, state.st_ino, state.st_size, state.st_mtime_ns)
    return path


@lru_cache(maxsize=64)
def _see_tables(path: Path, inode: int, size: int, changed: int) -> None:
    """See that a database has tables of a build; each is opened for it once, as none changes.

    Raises:
        HomeError, DatabaseError: if not, or if it cannot be opened; it is looked at again the next time.
    """
    with open_engine("duckdb", path, read_only=True, words=False) as engine:
        if not engine.table_exists("codes.run") or not engine.table_exists("exchange.copies"):
            raise HomeError(f"{path} is a database, but not one that `islands build` made.")


def is_database(path: Path) -> bool:
    """Whether a database that was built here lies there and is not damaged, as far as opening it tells."""
    try:
        see_database(path)
    except (HomeError, DatabaseError):
        return False
    return True


@contextlib.contextmanager
def opened(home: Home) -> Iterator[Engine]:
    """The database in force, open for reading.

    Raises:
        HomeError: if there is none, or the file is no database.
    """
    with open_engine("duckdb", see_database(home.database()), read_only=True) as engine:
        yield engine
