"""Worlds, landing files and databases that tests share, each made once a session.

`built("tiny", 1)` gives the folder of one world with its landing files and its database. Under
pytest-xdist the workers share them: the first to ask builds, the others wait.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from filelock import FileLock
from hypothesis import settings

from tests.how_many import LONG, how_many

if TYPE_CHECKING:  # not before a test asks for it
    from pipelines.home import Home

SEEDS = (1, 2)

# Folders of a home for what can be made again from its files.
KEPT = ("prepared", "levels")

# What one process works out of texts the others of a run read, and no other run does.
CACHE = "ISLANDS_CACHE"


def pytest_configure(config: pytest.Config) -> None:
    """Give a run a cache folder of its own; its workers are given the same."""
    if config.option.markexpr != "not long":
        os.environ[LONG] = "yes"
    settings.register_profile("ours", max_examples=how_many(100))
    settings.load_profile("ours")
    if not hasattr(config, "workerinput"):
        os.environ[CACHE] = tempfile.mkdtemp(prefix="islands-tests-")


@dataclass(frozen=True)
class Built:
    """One world, its landing files and the database built from them."""

    folder: Path
    size: str
    seed: int

    @property
    def landing(self) -> Path:
        """Delivered files."""
        return self.folder / "landing"

    @property
    def world(self) -> Path:
        """The truth behind them, as Parquet."""
        return self.folder / "world"

    @property
    def database(self) -> Path:
        """The database."""
        return self.folder / "built.duckdb"

    def home(self, place: Path) -> Home:
        """A home in an empty folder whose database in force is this one.

        What its first replay would lay out beside the database is laid out once for all such homes, and
        databases of these files at other levels of joining are built once for all of them.
        """
        from pipelines.replay.compare.universes import Universes

        home = self._pointed(place)

        def lay_out(folder: Path) -> None:
            for kept in KEPT:
                (folder / kept).mkdir()
            first = self._pointed(folder)
            Universes(first).close()

        laid_out = make_once(self.folder.with_name(f"{self.folder.name}-laid-out"), lay_out)
        for kept in KEPT:
            (home.path / kept).symlink_to(laid_out / kept)
        return home

    def _pointed(self, place: Path) -> Home:
        from pipelines.home import Home, write_json

        made = json.loads((self.landing / "manifest.json").read_text(encoding="utf-8"))
        home = Home(place)
        world = {name: made[name] for name in ("size", "seed", "days", "dirt", "tier")}
        about = {"database": str(self.database), "landing": str(self.landing), "policy": {}}
        write_json(home.pointer, about | world)
        return home

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the database for reading, with every id as its 32 hexadecimal digits."""
        return _reader(self.database).cursor()

    def rows(self, sql: str) -> list[tuple]:
        """The rows of one query."""
        with closing(self.connect()) as connection:
            return connection.execute(sql).fetchall()


@cache
def _reader(database: Path) -> duckdb.DuckDBPyConnection:
    """A database of the session's, attached once: its views take longer to make than most queries."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{database}' AS built (READ_ONLY)")
    for schema, table, ids in connection.execute(
        "SELECT schema_name, table_name, list(column_name) FILTER (data_type = 'UUID') "
        "FROM duckdb_columns() WHERE database_name = 'built' GROUP BY ALL"
    ).fetchall():
        texts = ", ".join(f"replace(CAST({c} AS VARCHAR), '-', '') AS {c}" for c in ids or ())
        columns = f"* REPLACE ({texts})" if texts else "*"
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        connection.execute(
            f'CREATE VIEW {schema}."{table}" AS SELECT {columns} FROM built.{schema}."{table}"'
        )
    return connection


def make_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Let whoever comes first make a folder; give it when it is whole."""
    with FileLock(f"{folder}.lock"):
        done = folder / "done"
        if not done.exists():
            folder.mkdir(parents=True, exist_ok=True)
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this session share."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if own.name.startswith("popen-") else own
    return folder


@pytest.fixture(scope="session")
def generated(shared: Path) -> Callable[..., Built]:
    """`generated(size, seed, dirt=1.0, days=365)`: a world and its landing files."""
    from sources.deliver import generate

    def get(size: str, seed: int = 1, dirt: float = 1.0, days: int = 365) -> Built:
        def make(folder: Path) -> None:
            generate(folder / "landing", folder / "world", size, seed, days, dirt)

        name = f"{size}-{seed}-dirt-{dirt:g}-days-{days}"
        return Built(make_once(shared / name, make), size, seed)

    return get


@pytest.fixture(scope="session")
def built(shared: Path, generated: Callable[..., Built]) -> Callable[..., Built]:
    """`built(size, seed, dirt=1.0, days=365, join="full")`: the same with a database."""
    from pipelines.build import build

    def get(
        size: str, seed: int = 1, dirt: float = 1.0, days: int = 365, join: str = "full"
    ) -> Built:
        source = generated(size, seed, dirt, days)

        def make(folder: Path) -> None:
            build(source.landing, folder / "built.duckdb", join=join)
            (folder / "landing").symlink_to(source.landing)
            (folder / "world").symlink_to(source.world)

        return Built(make_once(shared / f"{source.folder.name}-{join}", make), size, seed)

    return get


@pytest.fixture(scope="session")
def hard_at(shared: Path, generated: Callable[..., Built]) -> Callable[[str, str], Built]:
    """`hard_at(join, gates)`: the hard world built so; its folder is a home."""

    from pipelines.home import Home
    from pipelines.run import build_home
    from tests.promises.hard_world import DAYS, make_hard

    def get(join: str, gates: str) -> Built:
        dirty = generated("tiny", 5, dirt=4.0, days=DAYS)

        def spoil(folder: Path) -> None:
            make_hard(dirty.landing, folder / "landing")

        def make(folder: Path) -> None:
            home, policy = Home(folder), {"gates.out_of_bounds": gates}
            build_home(home, landing=files / "landing", join=join, policy=policy)
            (folder / "landing").symlink_to(files / "landing")
            (folder / "built.duckdb").symlink_to(home.database())

        files = make_once(shared / "hard", spoil)
        return Built(make_once(shared / f"hard-{join}-{gates}", make), "tiny", 5)

    return get


@pytest.fixture(scope="session")
def story(built: Callable[..., Built]) -> Built:
    """The story world, without dirt: every number can be counted by hand."""
    return built("story", 1, dirt=0.0)


# Of what is tried in several worlds, one in every run and the others with the long tests.
IN_TURN = [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.long) for seed in SEEDS[1:])]


@pytest.fixture(scope="session", params=IN_TURN, ids="seed-{}".format)
def tiny(request: pytest.FixtureRequest, built: Callable[..., Built]) -> Built:
    """A tiny world a seed, dirty as real files are."""
    return built("tiny", request.param)


@pytest.fixture(scope="session")
def one_tiny(built: Callable[..., Built]) -> Built:
    """The first of the dirty tiny worlds, for tests that one world is enough for."""
    return built("tiny", SEEDS[0])


@pytest.fixture(scope="session", params=IN_TURN, ids="seed-{}".format)
def clean(request: pytest.FixtureRequest, built: Callable[..., Built]) -> Built:
    """A tiny world a seed, without dirt; of another size if ISLANDS_TEST_SIZE names one."""
    return built(os.environ.get("ISLANDS_TEST_SIZE", "tiny"), request.param, dirt=0.0)


def pytest_collection_finish() -> None:
    """Look for garbage between tests only: what is collected here stays, and Python would look through
    it again and again."""
    gc.collect()
    gc.freeze()
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Clear away what tests have left, once it has become much."""
    if gc.get_count()[0] > 300_000:
        gc.collect()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the cache; and let Python clear all away as it ends.

    What Python may not look through counts as leaked.
    """
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(CACHE), ignore_errors=True)
    gc.unfreeze()
    gc.enable()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """`tell(line)`: a result worth reading also if the test passes; printed at the end."""

    def say(line: str) -> None:
        request.node.user_properties.append(("told", line))

    return say


def pytest_terminal_summary(terminalreporter) -> None:
    """Print what tests told, also from other processes."""
    lines = [
        line
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, line in report.user_properties
        if name == "told"
    ]
    if lines:
        terminalreporter.section("what the tests measured")
        terminalreporter.write("\n".join([*lines, ""]))


# Files whose tests take long begin first, so that no worker is left with one at the end.
FIRST = ("test_experiment", "test_intervals_are_days", "test_replay_equals_rebuild", "test_passing",
         "test_no_dead_end", "test_readme", "test_order", "test_matrix", "test_definitions_runs",
         "test_definitions_recorded", "test_same_bytes", "test_one_folder", "test_adding", "test_demo",
         "test_notebook", "test_killed_build")  # fmt: skip

# What shares something slow to make (a Spark session, an experiment, a page) stays on one worker: the tests
# of one file, and those of these folders.
TOGETHER = ("/engine/", "/experiment/", "/matrix/", "/browser/", "/labs/", "/definitions/")


@pytest.hookimpl(optionalhook=True)  # where tests run on several workers
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Hand tests out file by file, and what else belongs together to one worker."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        # Groups that are told by marks are lost with pytest 9.2, which keeps a test's name apart.
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return next((part for part in TOGETHER if part in file), file)

    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what comes first."""

    def place(item: pytest.Item) -> int:
        if "/engine/" in item.nodeid:
            return 0
        return 1 if item.path.stem in FIRST else 2

    items.sort(key=place)
