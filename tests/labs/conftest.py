"""One world of each lab, and submissions run in a warm process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from pipelines.lab import sandbox
from pipelines.lab.cases import World, class_world
from pipelines.lab.catalogue import labs
from pipelines.lab.worlds import Base, make_base, number_of

SALT = "a salt of the tests"


@pytest.fixture(scope="session")
def cache_folder(shared: Path) -> Path:
    """Where the worlds of the class lie."""
    return shared / "labs"


@pytest.fixture(scope="session")
def base(cache_folder: Path) -> Base:
    """The world that all labs are made from."""
    mark = f"{number_of('cache', SALT):012x}"
    return make_base(cache_folder / mark / "worlds" / "00", number_of("world", SALT, 0))


@pytest.fixture(scope="session")
def world_of(cache_folder: Path, base: Base) -> Callable[[str], World]:
    """`world_of(name)`: the first world of a lab."""

    @cache
    def get(name: str) -> World:
        return class_world(labs()[name], SALT, cache_folder, 0)

    return get


@pytest.fixture(scope="session")
def warm_process() -> Iterator[subprocess.Popen]:
    """See `warm`."""
    with subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).with_name("warm.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def warm(warm_process: subprocess.Popen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Submissions run in forks of a process that has imported everything."""

    def start(job: Path, seconds: int, hidden: object) -> str:
        warm_process.stdin.write(f"{job}\n")
        warm_process.stdin.flush()
        return f"it ended with {warm_process.stdout.readline().strip()}."

    monkeypatch.setattr(sandbox, "_start", start)
