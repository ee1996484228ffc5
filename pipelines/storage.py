"""A home: where landing files, databases and results live, and how a new database takes the old one's place.

One writer at a time holds the home's lock. It builds a new file and, when that is whole, names it in the
pointer file `current.json`. Readers follow the pointer, so they never wait and never see half a build;
a killed writer leaves the last good database where it was.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout


class HomeError(ValueError):
    """Something is wrong with a home; the message says what and what to do."""


class Home:
    """The folder a laboratory works in.

    Args:
        path: the folder; it need not exist yet.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @property
    def landing(self) -> Path:
        """Delivered files."""
        return self.path / "landing"

    @property
    def world(self) -> Path:
        """The truth behind them, as Parquet."""
        return self.path / "world"

    @property
    def databases(self) -> Path:
        """Database files, numbered; the pointer says which counts."""
        return self.path / "databases"

    @property
    def pointer(self) -> Path:
        """The file that names the database in force."""
        return self.path / "current.json"

    @contextlib.contextmanager
    def lock(self, wait_seconds: float = 0) -> Iterator[None]:
        """Hold the home's lock while something is written.

        Raises:
            HomeError: if another run holds it for longer than `wait_seconds`.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(self.path / ".lock"))
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise HomeError(
                f"Another run is writing to {self.path}; wait for it, or use another --home."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def current(self) -> dict[str, Any]:
        """What the pointer says of the database in force.

        Raises:
            HomeError: if nothing has been built here.
        """
        try:
            return json.loads(self.pointer.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise HomeError(
                f"No database in {self.path} yet; run `islands generate` and `islands build` first."
            ) from error
        except json.JSONDecodeError as error:
            raise HomeError(
                f"{self.pointer} is not readable ({error}); run `islands build` again."
            ) from error

    def database(self) -> Path:
        """The database in force.

        Raises:
            HomeError: if there is none.
        """
        path = self.path / self.current()["database"]
        if not path.exists():
            raise HomeError(f"{path} is gone; run `islands build` again.")
        return path

    def next_database(self) -> Path:
        """A file name no database here has yet. Leftovers of killed runs are removed.

        Call it only while holding the lock.
        """
        self.databases.mkdir(parents=True, exist_ok=True)
        for leftover in self.databases.glob("*.building*"):
            leftover.unlink(missing_ok=True)
        numbers = [int(p.stem) for p in self.databases.glob("*.duckdb") if p.stem.isdigit()]
        return self.databases / f"{max(numbers, default=0) + 1:06d}.duckdb"

    def publish(self, database: Path, about: Mapping[str, Any]) -> None:
        """Make a finished database the one in force, at one stroke, and drop older ones.

        Args:
            about: what the pointer is to say beside the file's name.
        """
        node = {"database": database.relative_to(self.path).as_posix(), **about}
        write_json(self.pointer, node)
        for old in self.databases.glob("*.duckdb"):
            if old != database:
                with contextlib.suppress(OSError):  # a reader may still hold it open
                    old.unlink()


def write_json(path: Path, node: object) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(
        json.dumps(node, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8"
    )
    partial.replace(path)
