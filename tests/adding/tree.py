"""A copy of the project to which a test adds something, and what then happens in a world built there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("schemas", "sources", "pipelines", "quality", "tests")

# The story's fault: the court's clerk writes the code of another firm. See `sources/world/story`.
NOODLE_HOUSE = {"feed": "court", "record": "0000000001", "values": {"cardNum": "PDY006219"}}


class Tree:
    """A copy of the project's packages; what a test adds there, and nothing else, is not the project's."""

    def __init__(self, folder: Path) -> None:
        """Copy the packages to `folder/tree`; worlds built from it lie in `folder/home`."""
        self.root, self.home = folder / "tree", folder / "home"
        ignored = shutil.ignore_patterns("*.pyc.*")  # what another process is just compiling
        for (
            package
        ) in PACKAGES:  # with what is compiled already, which goes by a file's size and time
            shutil.copytree(ROOT / package, self.root / package, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", self.root)
        self.home.mkdir()

    def write(self, path: str, text: str) -> None:
        """Add a file that is not there."""
        with (self.root / path).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)

    def append(self, path: str, text: str) -> None:
        """Add lines at the end of a file that is there."""
        file = self.root / path
        file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8", newline="\n")

    def insert(self, path: str, before: str, text: str) -> None:
        """Add lines to a file that is there, before a line that stands in it once."""
        file = self.root / path
        found = file.read_text(encoding="utf-8")
        assert found.count(before) == 1, f"{before!r} stands {found.count(before)} times in {path}"
        file.write_text(found.replace(before, text + before), encoding="utf-8", newline="\n")

    def follow(
        self,
        *,
        sql: str,
        listed: str | None = None,
        walk: bool = True,
        check: bool = True,
        check_fault: bool = False,
        **asked: Any,
    ) -> dict[str, Any]:
        """Build a world, replay a fault in it both ways, and walk it day by day; see `follow`.

        Args:
            sql: a query on the database; its rows are given as `rows`.
            listed: the command that lists what was added; what it prints is given as `listed`.
            walk: whether the simulator walks the world too.
            check: whether `broken` is to say which expectations the world does not meet.
            check_fault: whether `broken_by_the_fault` is to say it of the faulty state.
            asked: size, seed, days, dirt, tier, policy, fault; by default the story and its fault.
        """
        given = {"size": "story", "fault": NOODLE_HOUSE, **asked}
        given |= {"home": str(self.home), "sql": sql, "list": listed, "walk": walk}
        given |= {"check": check, "check_fault": check_fault}
        done = subprocess.run(
            [sys.executable, "-m", "tests.adding.follow", json.dumps(given)],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": str(self.root)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found = json.loads(done.stdout.splitlines()[-1])
        assert found["replayed"] == found["rebuilt"]
        return found
