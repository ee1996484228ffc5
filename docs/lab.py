"""A folder in which the commands and queries of the pages run as a reader would type them.

It holds `build/story`, the story world as `islands demo` makes it, and beside it the files a command
may name. `islands` runs in this very process, which saves starting it again for every line. Where a page
adds to the project itself, the folder is a copy of the project, and each command a process that runs it.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docs.ask import table
from pipelines.demo import make_story, tell_story
from pipelines.engine import open_engine
from pipelines.home import Home
from pipelines.replay import Replay
from schemas.contract import ROOT

COLUMNS = 100  # width of what a page shows
BESIDE = ("labs", "Makefile")
PROJECT = ("schemas", "sources", "pipelines", "quality", "pyproject.toml")
ALONE = ("check",)  # Great Expectations keeps the file open until its process ends


class ExampleError(ValueError):
    """A command or query of a page that does not work; the message holds it and what it said."""


@dataclass
class Lab:
    """A folder with the story world in it.

    Attributes:
        folder: where commands run.
        told: the story's replay, if it was told.
        environment: what `export` lines set, from the start what the pages begin with.
        copied: whether the folder is a copy of the project, which commands run.
    """

    folder: Path
    told: Replay | None = None
    environment: dict[str, str] = field(default_factory=lambda: {"ISLANDS_HOME": "build/story"})
    copied: bool = False

    @property
    def home(self) -> Home:
        """The story world's home."""
        return Home(self.folder / "build" / "story")

    def query(self, sql: str) -> str:
        """The rows of a query on the story world, as `python -m docs.ask` prints them."""
        with open_engine("duckdb", self.home.database(), read_only=True) as engine:
            return table(engine, sql)

    def python(self, body: str, names: dict[str, Any]) -> str:
        """What lines of Python print when they are run in the folder.

        Args:
            names: what lines before these have defined; these add theirs.

        Raises:
            ExampleError: if they fail.
        """
        said = io.StringIO()
        try:
            with contextlib.chdir(self.folder), contextlib.redirect_stdout(said):
                exec(compile(body, "<page>", "exec"), names)
        except Exception as error:  # whatever a reader would see
            raise ExampleError(f"{body}ended with {type(error).__name__}: {error}") from error
        return "\n".join(line.rstrip() for line in said.getvalue().splitlines())

    def run(self, line: str) -> str:
        """What a command line prints. An `export` holds for the lines after it.

        Raises:
            ExampleError: if it fails.
        """
        words = shlex.split(line, comments=True)
        if not words or words[0] == ".":
            return ""
        if words[0] == "export":
            self.environment |= dict(word.split("=", 1) for word in words[1:])
            return ""
        if words[0] == "make":
            return self._make(words[1:])
        if words[0] == "islands" and words[1] not in ALONE and not self.copied:
            code, said = self._islands(words[1:])
        else:
            code, said = self._shell(line)
        if code:
            raise ExampleError(f"`{line}` ended with {code}: {said[-2000:]}")
        return said

    def _make(self, targets: list[str]) -> str:
        """Look whether the targets are there; making them would make all this again."""
        rules = (self.folder / "Makefile").read_text(encoding="utf-8").splitlines()
        for target in targets:
            if not any(rule.startswith(f"{target}:") for rule in rules):
                raise ExampleError(f"`make {target}`: the Makefile has no such target.")
        return ""

    def _shell(self, line: str) -> tuple[int, str]:
        """What the pages use of the shell: cp, sed, head, echo, python, and `islands` in its own process."""
        program, _, rest = line.partition(" ")
        if program in ("python", "islands"):
            program = shlex.quote(sys.executable) + (
                " -m pipelines.cli" if program == "islands" else ""
            )
        done = subprocess.run(
            f"{program} {rest}",
            shell=True,
            cwd=self.folder,
            env={
                **os.environ,
                **self.environment,
                "COLUMNS": str(COLUMNS),
                "PYTHONPATH": str(self.folder if self.copied else ROOT),
            },
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        said = (done.stdout + done.stderr).rstrip()
        return done.returncode, "\n".join(line.rstrip() for line in said.splitlines())

    def _islands(self, words: list[str]) -> tuple[int, str]:
        from pipelines.cli import main

        said = io.StringIO()
        with (
            self._as_typed(words),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            try:
                main()
                code: object = 0
            except SystemExit as end:
                code = end.code
            except Exception as error:  # a crash: what a reader must never see
                print(f"{type(error).__name__}: {error}")
                code = 1
        status = code if isinstance(code, int) else int(code is not None)
        return status, "\n".join(line.rstrip() for line in said.getvalue().rstrip().splitlines())

    @contextlib.contextmanager
    def _as_typed(self, words: list[str]) -> Iterator[None]:
        """The process as it would be if it had been started by these words."""
        argv, before = sys.argv, dict(os.environ)
        sys.argv = ["islands", *_globbed(words, self.folder)]
        os.environ |= {**self.environment, "COLUMNS": str(COLUMNS)}
        try:
            with contextlib.chdir(self.folder):
                yield
        finally:
            sys.argv = argv
            os.environ.clear()
            os.environ |= before


def _globbed(words: list[str], folder: Path) -> list[str]:
    """Words with `*` replaced by the files they mean, as a shell does."""
    found: list[str] = []
    for word in words:
        files = (
            sorted(p.relative_to(folder).as_posix() for p in folder.glob(word))
            if "*" in word
            else []
        )
        found += files or [word]
    return found


def make_lab(folder: Path, *, tell: bool = False) -> Lab:
    """A lab in a folder that is empty or not there yet.

    Args:
        tell: whether to follow the story's wrong cell as well.
    """
    lab = Lab(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in BESIDE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    if tell:
        lab.told = tell_story(lab.home)
    else:
        make_story(lab.home)
    return lab


def make_copy(folder: Path) -> Lab:
    """A lab in a copy of the project, in a folder that is not there yet; no world is made."""
    ignored = shutil.ignore_patterns("*.pyc.*")  # what another process is just compiling
    folder.mkdir(parents=True)
    for name in (*PROJECT, *BESIDE):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return Lab(folder, copied=True)
