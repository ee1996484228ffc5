"""Promise 9: a killed build leaves the last good database, and the next run completes.

The build is a process of its own, killed from within when it comes to a given table, or to the very
point of publishing: no handler runs, nothing is cleaned up or flushed. Readers go on finding the old
database by the pointer.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = """
import os, signal, sys
from pathlib import Path
from pipelines.engine.duckdb_engine import DuckDBEngine
from pipelines.run import build_home
from pipelines.home import Home

home, victim = Path(sys.argv[1]), sys.argv[2]

def killing(method):
    def called(self, what, *more, **named):
        if victim in (what, method.__name__):
            os.kill(os.getpid(), signal.SIGKILL)
        return method(self, what, *more, **named)
    return called

DuckDBEngine.create_table = killing(DuckDBEngine.create_table)
Home.publish = killing(Home.publish)
build_home(Home(home), join="none")
"""


def killed_at(home: Path, victim: str) -> bool:
    """Whether a build, in a process of its own, was killed when it came to this."""
    command = [sys.executable, "-c", BUILD, str(home), victim]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
    return done.returncode != 0


def state(home: Path) -> tuple[bytes, str, str]:
    """The pointer, the digest of the database it names, and what the database says it is."""
    pointer = (home / "current.json").read_bytes()
    database = home / json.loads(pointer)["database"]
    with duckdb.connect(str(database), read_only=True) as connection:
        (join,) = connection.execute("SELECT join_level FROM codes.run").fetchone()
    return pointer, hashlib.sha256(database.read_bytes()).hexdigest(), join


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_build_leaves_the_last_good_database(story, tmp_path: Path) -> None:
    from pipelines.home import Home
    from pipelines.run import build_home

    home = tmp_path / "home"
    home.mkdir()
    (home / "landing").symlink_to(story.landing)
    (home / "world").symlink_to(story.world)
    place = Home(home)
    database = place.next_database()
    shutil.copyfile(story.database, database)
    place.publish(database, {"tier": "story"})
    good = state(home)
    assert good[2] == "full"
    for victim in ("merge.facts", "publish"):
        assert killed_at(home, victim), f"not killed at {victim}"
        assert state(home) == good, f"killed at {victim}, the build left its mark"
    build_home(place, join="none")
    assert state(home)[2] == "none"
    left = sorted(path.name for path in (home / "databases").iterdir())
    assert left == [Path(json.loads((home / "current.json").read_bytes())["database"]).name]
