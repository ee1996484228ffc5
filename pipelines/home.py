"""A home: where landing files, databases and results live, and how a new database takes the old one's place.

One writer at a time holds the home's lock. It builds a new file beside the others and, when that is
whole, names it in the pointer file `current.json`. Readers follow the pointer, so they never wait and
never see half a build; a killed writer leaves the last good database where it was. Spark's tables are
one folder with a manifest inside: `HOME/spark`, or one elsewhere, which `spark.json` names.
"""

import atexit
import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipelines.exchange.joins import JOINS
from pipelines.json_text import json_text
from pipelines.places import Place, PlaceError, place, remove, write

LOCK_SECONDS = 5  # for which a run waits for another that holds the home
BUILD_AGAIN = "or run `islands build` again."
BUILDING = ".building"  # ends the name of what is not whole yet


class HomeError(ValueError):
    """Something is wrong with a home; the message says what and what to do."""


class Home:
    """The folder a laboratory works in.

    Args:
        path: the folder; it need not exist yet.

    Attributes:
        world: the truth behind them, as Parquet.
        databases: database files, numbered; the pointer says which counts.
        spark: the folder of the tables that Spark built, unless it was told another place.
        elsewhere: the file that says which place, if it was.
        docs: Great Expectations' pages on the database last checked.
        pointer: the file that names the database in force.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.landing = self.path / "landing"
        self.world = self.path / "world"
        self.databases = self.path / "databases"
        self.spark = self.path / "spark"
        self.elsewhere = self.path / "spark.json"
        self.docs = self.path / "docs"
        self.pointer = self.path / "current.json"

    @property
    def kept(self) -> Path:
        """Where what can be made again from this home is kept: the home itself.

        A home that can only be read is looked at as any other, so for one there is a temporary
        folder, which goes away with the process.
        """
        return self.path if self.writable() else _temporary(self.path.resolve())

    def delivered(self) -> Place:
        """Where the files are from which the database in force was built.

        Raises:
            HomeError: if there is none.
        """
        return place(self.current().get("landing") or self.landing)

    def truth_behind(self, landing: Place) -> Path | None:
        """The folder of the truth behind some delivered files; None if they are not the home's own.

        Args:
            landing: the folder they are in, however its path is written.
        """
        return self.world if landing.resolve() == self.landing.resolve() else None

    def writable(self) -> bool:
        """Whether a file can be made in the home; tried, since permissions do not tell everything."""
        try:
            with tempfile.TemporaryFile(dir=self.path):
                return True
        except OSError:
            return False

    @contextlib.contextmanager
    def lock(self, wait_seconds: float = 0) -> Iterator[None]:
        """Hold the home's lock while something is written.

        Raises:
            HomeError: if another run holds it for longer than `wait_seconds`, or nothing can be
                written there.
        """
        from filelock import FileLock, Timeout  # only here: most commands write to no home

        lock = FileLock(str(self.path / ".lock"))
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            raise HomeError(
                f"Another run is writing to {self.path}; wait for it, or use another --home."
            ) from error
        except OSError as error:
            raise HomeError(
                f"Nothing can be written to the home {self.path} "
                f"({error.strerror or error}); give another --home."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def current(self) -> dict[str, Any]:
        """What the pointer says of the database in force.

        Raises:
            HomeError: if nothing has been built here, or the pointer cannot be understood.
        """
        from schemas.said_once import SaidTwiceError, read_json

        try:
            node = read_json(self.pointer.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise HomeError(
                f"No database in {self.path} yet; run `islands generate` and `islands build` first."
            ) from error
        except NotADirectoryError as error:
            raise HomeError(
                f"The home {self.path} is a file, not a folder; give --home a folder."
            ) from error
        except OSError as error:
            raise HomeError(f"{self.pointer} cannot be read: {error.strerror or error}.") from error
        except SaidTwiceError as error:
            raise HomeError(f"{self.pointer}: {error}, or run `islands build` again.") from error
        except (ValueError, RecursionError) as error:  # not JSON, or not even UTF-8
            raise HomeError(
                f"{self.pointer} does not say which database is in force, since it is not JSON; run "
                "`islands build` again."
            ) from error
        fault = _wrong(node)
        if fault:
            raise HomeError(f"{self.pointer}: {fault}; run `islands build` again.")
        return node

    def database(self) -> Path:
        """The database in force.

        Raises:
            HomeError: if there is none.
        """
        path = self.path / self.current()["database"]
        if not path.is_file():
            raise HomeError(f"{path} is gone; run `islands build` again.")
        return path

    def next_database(self) -> Path:
        """Where the next database is to stand, a file name that none here has yet. What killed runs left of
        databases is removed.

        Call it only while holding the lock.
        """
        self.databases.mkdir(parents=True, exist_ok=True)
        for leftover in self.databases.glob(f"*{BUILDING}*"):
            remove_database(leftover)
        numbers = [int(p.stem) for p in self.databases.glob("*.duckdb") if p.stem.isdigit()]
        return self.databases / f"{max(numbers, default=0) + 1:06d}.duckdb"

    def next_tables(self, at: Place | None = None) -> Place:
        """Where Spark's next tables are to stand. What a killed run left of some elsewhere is removed.

        Call it only while holding the lock.

        Args:
            at: a folder, or its address, in which they are to have a folder of their own; None: HOME/spark.
        """
        noted = self._elsewhere()
        if "unfinished" in noted:
            with contextlib.suppress(OSError, PlaceError):  # its storage may be gone
                left = place(noted.pop("unfinished"))
                remove(left)
                building_place(left)  # beside it too
        if at is None or at.resolve() == self.spark.resolve():
            return self.spark
        at = at.resolve()  # whoever reads where it is may stand in another folder
        numbers = (
            [int(one.name) for one in at.iterdir() if one.name.isdigit()] if at.exists() else []
        )
        new = at / f"{max(numbers, default=0) + 1:06d}"
        write_json(self.elsewhere, {**noted, "unfinished": str(new)})
        return new

    def spark_tables(self) -> Place:
        """The folder of the tables that Spark built last.

        Raises:
            HomeError: if there are none.
        """
        there = place(self._elsewhere().get("tables", self.spark))
        if not (there / "codes" / "run").is_dir():
            raise HomeError(
                f"{there} holds no tables of Spark's; run `islands build --engine spark` first."
            )
        return there

    def publish_tables(self, tables: Place) -> None:
        """Make finished tables of Spark's those in force, and remove older ones."""
        older = self._elsewhere().get("tables")
        if tables == self.spark:
            self.elsewhere.unlink(missing_ok=True)
        else:
            write_json(self.elsewhere, {"tables": str(tables)})
            if not (isinstance(tables, Path) and tables.is_relative_to(self.spark.resolve())):
                remove(self.spark)
        if older and older != str(tables):
            with contextlib.suppress(OSError, PlaceError):
                remove(place(older))

    def _elsewhere(self) -> dict[str, str]:
        """Where tables of Spark's stand that are not in the home: `tables` in force, `unfinished`.

        Raises:
            HomeError: if the file that says it cannot be understood.
        """
        if not self.elsewhere.exists():
            return {}
        try:
            node = json.loads(self.elsewhere.read_text("utf-8-sig"))
        except (ValueError, RecursionError):
            node = None
        if not isinstance(node, dict) or not all(isinstance(one, str) for one in node.values()):
            raise HomeError(
                f"{self.elsewhere} does not say where Spark's tables are; remove it, and run "
                "`islands build --engine spark` again."
            )
        return node

    def publish(self, database: Path, about: Mapping[str, Any]) -> None:
        """Make a finished database the one in force, at one stroke, and drop older ones.

        Args:
            about: what it says of itself, which the pointer is to say beside the file's name.
        """
        try:
            write_json(self.pointer, self.named(database, about))
        except OSError:
            remove_database(database)  # nothing names it, so nobody would find it
            raise
        write_json(self.path / "manifest.json", about)
        for old in self.databases.glob("*.duckdb"):
            if old != database:
                with contextlib.suppress(OSError):  # a reader may still hold it open
                    old.unlink()

    def named(self, database: Path, about: Mapping[str, Any]) -> dict[str, Any]:
        """What the pointer says once a database is in force; see `publish`."""
        return {"database": database.relative_to(self.path).as_posix(), **about}


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other run makes anything in a folder that several may fill, and keep others waiting.

    Whoever had to wait should look again whether there is still anything to make.
    """
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(str(folder / ".lock")):
        yield


def building_place(target: Place) -> Place:
    """A free path beside a target, to build at; what a killed run left there is removed.

    At an address, where a folder may not be moved at one stroke, that is the target itself: nothing names it
    until it is whole.
    """
    if not isinstance(target, Path):
        remove(target)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(target.name + BUILDING)
    remove_database(building)
    return building


@contextlib.contextmanager
def under_construction(target: Place) -> Iterator[Place]:
    """A free place beside a target to build at; what stands there is removed if the block fails.

    Once it is closed and whole, `finished` lets it take the target's place.
    """
    building = building_place(target)
    try:
        yield building
    except BaseException:
        remove_database(building)
        raise


def finished(building: Place, about: Mapping[str, Any]) -> Place:
    """Let a database that is closed and whole take the place it was built for, of an older one too.

    Args:
        building: where it was built, as `building_place` said.
        about: what it says of itself; a folder of tables keeps it in its `manifest.json`.

    Returns:
        Where it stands now.
    """
    if not isinstance(building, Path):
        write(f"{json_text(about)}\n".encode(), building / "manifest.json")
        return building
    target = building.with_name(building.name.removesuffix(BUILDING))
    if not building.is_dir():
        return building.replace(target)
    write_json(building / "manifest.json", about)
    old = target.with_name(target.name + ".old")
    remove_database(old)
    if target.exists():
        target.replace(old)
    building.replace(target)
    remove_database(old)
    return target


def remove_database(database: Place) -> None:
    """Remove a database if it is there: a folder of tables, or a file with what DuckDB put beside it."""
    if not isinstance(database, Path) or database.is_dir():
        remove(database)
        return
    for part in (database, database.with_name(database.name + ".wal")):
        part.unlink(missing_ok=True)
    shutil.rmtree(database.with_name(database.name + ".tmp"), ignore_errors=True)


def _wrong(node: object) -> str | None:
    """What a pointer file says that cannot be; None if it can."""
    if not isinstance(node, dict):
        return "it holds no JSON object"
    if not isinstance(node.get("database"), str) or not node["database"]:
        return "it names no database"
    for key, kind in (("join", str), ("tier", str), ("landing", str), ("policy", dict)):
        if not isinstance(node.get(key), kind | None):
            return f"its {key} is {node[key]!r}, which it cannot be"
    from schemas.contract import TIERS

    for key, known in (("join", JOINS), ("tier", TIERS)):
        if node.get(key) not in (None, *known):
            return f"its {key} is {node[key]!r}, which is none of {', '.join(known)}"
    return None


_TEMPORARY: dict[Path, Path] = {}


def _temporary(home: Path) -> Path:
    """A temporary folder for what is made of a home, one a process and home."""
    if home not in _TEMPORARY:
        _TEMPORARY[home] = Path(tempfile.mkdtemp(prefix="islands-"))
        atexit.register(shutil.rmtree, _TEMPORARY[home], ignore_errors=True)
    return _TEMPORARY[home]


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write a file that takes its place at one stroke when all is written, or is not there.

    What is there already and is no file, such as a pipe or `/dev/stdout`, is itself written to.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        if error.filename == str(partial):
            error.filename = str(path)  # the name that somebody gave, and can change
        raise
    finally:
        with contextlib.suppress(OSError):  # where its name is too long, say, there is none
            partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 whole or not at all; of a link, the file that it leads to.

    Raises:
        OSError: if it cannot be written.
    """
    with whole(path.resolve() if path.is_symlink() else path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, node: object) -> None:
    """Write a JSON file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json_text(node) + "\n")
