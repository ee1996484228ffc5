"""Promise 10: one folder.

The template, copied under another name, is a working island without another line changed. And it
moves nothing: the world and what every other island delivers stay the same to the byte.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.promises.test_same_bytes import digests

ROOT = Path(__file__).resolve().parents[2]
NAME = "bicycle_hire"
RUN = """
import json, sys
from pathlib import Path
import duckdb
from pipelines.build import build
from sources.deliver import generate

home, feed = Path(sys.argv[1]), sys.argv[2]
generate(home / "landing", home / "world", "tiny", 4, 120, 1.0)
build(home / "landing", home / "built.duckdb")
with duckdb.connect(str(home / "built.duckdb"), read_only=True) as connection:
    print(json.dumps([
        connection.execute(f"SELECT count(*) FROM {table} WHERE feed = ?", [feed]).fetchone()[0]
        for table in (f"landing.{feed}", f"conform.{feed}", "conform.events", "merge.events")
    ]))
"""


def test_the_template_copied_is_an_island(generated, tmp_path: Path) -> None:
    tree, home = tmp_path / "tree", tmp_path / "home"
    for package in ("schemas", "sources", "pipelines", "quality"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tree / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tree)
    folder = shutil.copytree(tree / "sources" / "_template", tree / "sources" / NAME)
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace("library_fines", NAME)
            path.write_text(text, encoding="utf-8", newline="\n")
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(home), NAME],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    landed, believed, events, matched = json.loads(done.stdout.splitlines()[-1])
    assert landed and believed and events and matched

    # The same seed without the new island: nothing else has moved.
    world = generated("tiny", 4, days=120)
    before, after = digests(world.landing), digests(home / "landing")
    assert {file for file in after if file.startswith(NAME)} == after.keys() - before.keys()
    assert {file for file in before if before[file] != after.get(file)} <= {"manifest.json"}
    assert digests(world.world) == digests(home / "world")
