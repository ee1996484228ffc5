"""How a home gets a new database: a place to build it, and the step that puts it in force.

The command line, the demo and the steps of Dagster do both alike. DuckDB's files are numbered and a
pointer names the one in force; Spark's tables are one folder, `HOME/spark`, with a manifest inside.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.storage import Home, remove_database, write_json

ENDING = ".building"


def spark_tables(home: Home) -> Path:
    """The folder of the tables that Spark built."""
    return home.path / "spark"


def building_place(home: Home, engine: str) -> Path:
    """A free path to build at; what a killed run left there is removed.

    Call it only while holding the home's lock.

    Args:
        engine: `duckdb` (a file) or `spark` (a folder).
    """
    target = home.next_database() if engine == "duckdb" else spark_tables(home)
    building = target.with_name(target.name + ENDING)
    remove(building)
    return building


def put_in_force(home: Home, engine: str, building: Path, about: Mapping[str, Any]) -> Path:
    """Let a finished database, closed and whole, take the last good one's place.

    Args:
        building: where it was built, as `building_place` said.
        about: its manifest.

    Returns:
        Where it stands now.
    """
    target = building.with_name(building.name.removesuffix(ENDING))
    if engine == "duckdb":
        building.replace(target)
        home.publish(target, about)
        write_json(home.path / "manifest.json", about)
        return target
    write_json(building / "manifest.json", about)
    old = target.with_name(target.name + ".old")
    remove(old)
    if target.exists():
        target.replace(old)
    building.replace(target)
    remove(old)
    return target


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        remove_database(path)
