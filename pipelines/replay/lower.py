"""The same files joined one level less, built once and kept: what the gain of joining is told against."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pipelines.build import Progress, build
from pipelines.exchange.network import JOINS
from pipelines.storage import Home


def lower_database(home: Home, progress: Progress | None = None) -> Path | None:
    """A database of a home's files at the level of joining below that of the database in force.

    It lies in HOME/levels and is built on the first call; later calls find it, as long as the landing
    files are the same.

    Returns:
        The database, or None where nothing is joined, so that there is no lower level.

    Raises:
        HomeError: if nothing has been built in the home.
    """
    about = home.current()
    at = JOINS.index(about.get("join") or "full")
    if at == 0:
        return None
    below = JOINS[at - 1]
    said = json.dumps([about.get("landing_digest"), about.get("version"), below])
    folder = home.path / "levels"
    target = folder / f"{below}-{hashlib.sha256(said.encode()).hexdigest()[:12]}.duckdb"
    if not target.exists():
        for older in folder.glob(f"{below}-*"):
            older.unlink()
        landing = Path(about.get("landing") or home.landing)
        build(landing, target, join=below, world=home.world, progress=progress, checks=False)
    return target
