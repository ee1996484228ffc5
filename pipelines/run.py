"""The verbs of the command line on a home: generate, build, check. Each holds the home's lock."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.build import Progress
from pipelines.landing import LandingError, read_manifest
from pipelines.manifest import make_manifest
from pipelines.storage import Home, write_json
from schemas.contract import feeds

LOCK_SECONDS = 5


def dirt_value(text: str | float) -> float:
    """The dirt a user gave: a number from 0.

    Raises:
        ValueError: if it is no such number.
    """
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError(f"--dirt takes a number from 0, not {text!r}.") from error
    if not 0 <= value < float("inf"):
        raise ValueError(f"--dirt takes a number from 0, not {text!r}.")
    return value


def generate_home(
    home: Home,
    *,
    size: str,
    seed: int,
    days: int = 365,
    dirt: str | float = 1,
    progress: Progress | None = None,
    command: Sequence[str] = (),
) -> dict[str, Any]:
    """Make a world and its deliveries in a home.

    Raises:
        ValueError: if an argument makes no sense, or another run holds the home.
    """
    from sources.deliver import generate

    rate = dirt_value(dirt)
    with home.lock(LOCK_SECONDS):
        made = generate(home.landing, home.world, size, seed, days, rate, progress)
        manifest = make_manifest(command, made)
        write_json(home.path / "manifest.json", manifest)
    files = sum(1 for p in home.landing.rglob("*") if p.is_file()) - 1
    return {**manifest, "landing": str(home.landing), "files": files}


def build_home(
    home: Home,
    *,
    landing: Path | None = None,
    join: str = "full",
    engine: str = "duckdb",
    policy: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    command: Sequence[str] = (),
) -> dict[str, Any]:
    """Build a home's database from delivered files, as the Dagster job `build` does, in this process.

    Returns:
        What was built: database, join, tables, rows by stage, seconds by stage, sentences.

    Raises:
        ValueError: in one sentence, if the files, the policy or the level of joining cannot be used;
            the database in force stays as it was.
    """
    from pipelines.definitions import run_build

    folder = landing or home.landing
    if not folder.is_dir():
        raise LandingError(
            f"There is no landing folder {folder}; run `islands generate` or give --landing."
        )
    read_manifest(folder)
    with home.lock(LOCK_SECONDS):
        return run_build(
            home=home,
            landing=folder,
            join=join,
            engine=engine,
            policy=dict(policy or {}),
            progress=progress,
            command=list(command),
        )


def check_home(home: Home, progress: Progress | None = None) -> Any:
    """Check the database in force: our checks, then Great Expectations with its pages in HOME/docs.

    Returns:
        A `quality.report.Report`.

    Raises:
        ValueError: if there is no database.
    """
    from pipelines.engine import open_engine
    from quality import checks
    from quality.great import validate
    from quality.report import report

    database = home.database()
    about = home.current()
    used = feeds(about.get("tier") or "whole")
    tell = progress or (lambda label, at, of: None)
    step = _counter(tell)
    with open_engine("duckdb", database, read_only=True) as engine:
        results = checks(engine, used, progress=step, write=False)
    validations = validate(database, used, docs_dir=home.path / "docs", progress=step)
    with open_engine("duckdb", database, read_only=True) as engine:
        return report(engine, results, validations)


def _counter(tell: Progress) -> Callable[[str], None]:
    """A progress callback of one label, for work whose length is not known."""
    done = 0

    def step(label: str) -> None:
        nonlocal done
        done += 1
        tell(label, done, 0)

    return step


def fresh_folder(path: Path) -> Path:
    """The folder, made anew and empty."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def last_day(landing: Path) -> date:
    """Last day of deliveries of a landing folder."""
    return date.fromisoformat(str(read_manifest(landing)["last_day"]))
