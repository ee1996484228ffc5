"""Promise 8: the same seed gives the same bytes.

One run is here, the other a process of its own, with another hash seed, time zone, locale and number of
threads, since these are the ways in which a machine leaks into what it draws. Nor does it matter how
many processes share the work.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sources.deliver import generate

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from pathlib import Path
from sources.deliver import generate
home = Path(sys.argv[1])
for size, shards in (("story", 1), ("tiny", int(sys.argv[2]))):
    generate(home / size / "landing", home / size / "world", size, 7, 20, 1.0, shards=shards)
"""
ELSEWHERE = {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C", "OMP_NUM_THREADS": "2"}


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by its path within it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def made_elsewhere(home: Path, shards: int) -> dict[str, str]:
    """What a process of its own makes, with some to share the work."""
    home.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **ELSEWHERE}
    command = [sys.executable, "-c", SCRIPT, str(home), str(shards)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=home)
    assert done.returncode == 0, done.stderr[-2000:]
    return digests(home)


@pytest.mark.parametrize("shards", [2, pytest.param(4, marks=pytest.mark.long)])
def test_same_seed_same_bytes(shards: int, tmp_path: Path) -> None:
    for size in ("story", "tiny"):
        home = tmp_path / "here" / size
        generate(home / "landing", home / "world", size, 7, 20, 1.0)
    here, elsewhere = digests(tmp_path / "here"), made_elsewhere(tmp_path / "elsewhere", shards)
    assert len(here) > 40
    assert not [name for name in here | elsewhere if here.get(name) != elsewhere.get(name)]


def test_another_seed_is_another_world(tmp_path: Path) -> None:
    for seed in (1, 2):
        home = tmp_path / str(seed)
        generate(home / "landing", home / "world", "tiny", seed, 3, 0.0, tier="story")
    first, second = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert first.keys() == second.keys()
    assert first["world/subjects.parquet"] != second["world/subjects.parquet"]
    assert any(first[name] != second[name] for name in first if name.startswith("landing/court/"))
