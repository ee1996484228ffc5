"""Promise 8: the same seed gives the same bytes.

Each run is a process of its own, with another hash seed, time zone, locale and number of threads,
since these are the ways in which a machine leaks into what it draws. Nor does it matter how many
processes share the work.
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
size, seed, shards = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
generate(home / "landing", home / "world", size, seed, 20, 1.0, shards=shards)
"""
SURROUNDINGS = [
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C", "OMP_NUM_THREADS": "2"},
]


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by its path within it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def generated(
    home: Path, size: str, seed: int, surroundings: dict[str, str], shards: int = 1
) -> dict[str, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **surroundings}
    command = [sys.executable, "-c", SCRIPT, str(home), size, str(seed), str(shards)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=home)
    assert done.returncode == 0, done.stderr[-2000:]
    return digests(home)


@pytest.mark.parametrize(
    ("size", "shards"), [("story", 1), ("tiny", 2), pytest.param("tiny", 4, marks=pytest.mark.long)]
)
def test_same_seed_same_bytes(size: str, shards: int, tmp_path: Path) -> None:
    runs = []
    for n, surroundings in enumerate(SURROUNDINGS):
        (tmp_path / str(n)).mkdir()
        runs.append(generated(tmp_path / str(n), size, 7, surroundings, shards if n else 1))
    assert len(runs[0]) > 20
    different = [name for name in runs[0] | runs[1] if runs[0].get(name) != runs[1].get(name)]
    assert not different


def test_another_seed_is_another_world(tmp_path: Path) -> None:
    for seed in (1, 2):
        home = tmp_path / str(seed)
        generate(home / "landing", home / "world", "tiny", seed, 3, 0.0, tier="story")
    first, second = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert first.keys() == second.keys()
    assert first["world/subjects.parquet"] != second["world/subjects.parquet"]
    assert any(first[name] != second[name] for name in first if name.startswith("landing/court/"))
