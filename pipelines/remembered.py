"""What is worked out from a text alone, remembered from one run to the next.

Which tables a model names, how changes pass through it, its text for many universes at once: each of
these depends on the model's SQL and on this program, on no data. Working them out takes a command
seconds, so they are written down in the user's cache folder, and the next command reads them there. An
entry is found by all that it depends on: the program's own text, the versions of the two parsers, and
what was asked. So whoever changes a model or a line of Python gets other entries, never old ones; and
where the folder cannot be written, or an entry cannot be read, all is worked out anew.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from schemas.contract import ROOT

PROGRAM = ("pipelines", "schemas")  # the packages whose text decides what is worked out
PARSERS = ("duckdb", "sqlglot")
FOLDER = "ISLANDS_CACHE"  # names another folder for the cache; empty: nothing is remembered
OLDER = 3  # files of other states of the program that are left where they are
WAIT = 1.0  # seconds for another process that is writing


def remembered(what: str, asked: object, work: Callable[[], Any]) -> Any:
    """What was worked out before, or else what `work` gives, which is then remembered.

    Args:
        what: the name of the work.
        asked: all it depends on beside the program; plain values.
        work: gives plain values: text, numbers, lists, objects, as JSON has them.

    Returns:
        The same either way: what JSON makes of the values.
    """
    book = _book()
    if book is None:
        return work()
    said = json.dumps([what, asked], ensure_ascii=False)
    key = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    with contextlib.suppress(sqlite3.Error, ValueError), _opened(book) as opened:
        row = opened.execute("SELECT value FROM remembered WHERE key = ?", [key]).fetchone()
        if row:
            return json.loads(row[0])
    text = json.dumps(work(), ensure_ascii=False)
    with contextlib.suppress(sqlite3.Error), _opened(book) as opened, opened:
        opened.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", [key, text])
    return json.loads(text)


def folder() -> Path | None:
    """The folder of the cache; None if nothing is to be remembered."""
    if FOLDER in os.environ:
        return Path(os.environ[FOLDER]) if os.environ[FOLDER] else None
    from platformdirs import user_cache_path  # only here: it is not asked for where FOLDER is set

    return user_cache_path("joined-islands", appauthor=False)


@cache
def _book() -> Path | None:
    """The file of this state of the program, made if it is not there; None if it cannot be."""
    try:
        place = folder()
        if place is None:
            return None
        book = place / f"{_program()}.sqlite"
        if not book.exists():
            place.mkdir(parents=True, exist_ok=True)
            _forget_older(place)
        try:
            _make(book)
        except sqlite3.OperationalError:  # another process holds it, or it cannot be written
            return None
        except sqlite3.DatabaseError:  # it is damaged
            book.unlink()
            _make(book)
    except (OSError, RuntimeError, sqlite3.Error):  # no home folder is a RuntimeError
        return None
    return book


def _make(book: Path) -> None:
    with _opened(book) as opened, opened:
        opened.execute("CREATE TABLE IF NOT EXISTS remembered (key TEXT PRIMARY KEY, value TEXT)")


@contextlib.contextmanager
def _opened(book: Path):  # noqa: ANN202 - a context manager
    """The file, opened for one question, so that threads and forks have none in common."""
    with contextlib.closing(sqlite3.connect(book, timeout=WAIT)) as opened:
        # What a failing machine loses is worked out anew.
        opened.execute("PRAGMA synchronous = OFF")
        yield opened


def _program() -> str:
    """A digest of all that decides what is worked out, beside what is asked."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in PARSERS]).encode())
    for package in PROGRAM:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _forget_older(place: Path) -> None:
    """Remove all but the newest few files of other states of the program."""
    books = sorted(place.glob("*.sqlite"), key=lambda book: book.stat().st_mtime, reverse=True)
    for book in books[OLDER:]:
        book.unlink(missing_ok=True)
