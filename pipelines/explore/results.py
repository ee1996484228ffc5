"""Results of experiments and matrices that lie in the home, or in a folder of it, and links to replays."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.explore.asked import RequestError, query_of
from pipelines.explore.laboratory import Laboratory
from pipelines.options import options_of

# What a folder of results holds, by what they are of.
FILES_OF_RESULT = {
    "experiment": ("replays.parquet", "cells.parquet", "gains.parquet", "manifest.json"),
    "matrix": ("instances.parquet", "caught.parquet", "cover.parquet", "manifest.json"),
}
DEEPEST = 3  # folders below the home
WORLD = ("size", "seed", "days", "dirt")


@dataclass(frozen=True)
class Result:
    """A folder of results."""

    name: str  # the folder, relative to the home
    path: Path
    manifest: Mapping[str, Any]


def results(laboratory: Laboratory, what: str) -> list[Result]:
    """The results of one sort that lie in the home, by the names of their folders."""
    home = laboratory.home.path
    first, *others = FILES_OF_RESULT[what]
    found = []
    for deep in range(1, DEEPEST + 1):
        for path in home.glob("/".join(["*"] * deep + [first])):
            if all((path.parent / other).is_file() for other in others):
                name = path.parent.relative_to(home).as_posix()
                found.append(Result(name, path.parent, _said_of(path.parent)))
    return sorted(found, key=lambda one: one.name)


def _said_of(folder: Path) -> dict[str, Any]:
    """What a folder says of itself; nothing if its manifest is not there, or damaged."""
    try:
        said = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def result(laboratory: Laboratory, what: str, name: str) -> Result:
    """The one of a name.

    Raises:
        RequestError: if there is none.
    """
    for one in results(laboratory, what):
        if one.name == name.strip("/"):
            return one
    raise RequestError(f"There is no {what} in the folder {name[:80]!r} of this home.", 404)


def frame(one: Result, table: str) -> pd.DataFrame:
    """One of its tables, missing values as None."""
    found = pd.read_parquet(one.path / f"{table}.parquet")
    return found.astype(object).where(found.notna(), None)


def rows(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; days as ISO text."""
    return json.loads(found.to_json(orient="records", date_format="iso", default_handler=str))


def replayed(
    laboratory: Laboratory, one: Result, world: int, pairs: Sequence[tuple[str, str]]
) -> dict[str, str | None]:
    """How to follow a fault of a world of a result.

    Returns:
        `address` of the replay if the home holds that very world, else None; and `command`.
    """
    folder = one.path / "worlds" / f"{world:03d}"
    there = _said_of(folder)
    same = bool(there) and all(there.get(k) == laboratory.about.get(k) for k in WORLD)
    return {
        "address": f"/replay?{query_of(pairs)}" if same else None,
        "command": f"islands replay {options_of([('home', folder.as_posix()), *pairs])}",
    }


def pairs_of_command(options: str) -> list[tuple[str, str]]:
    """The options of a replay as names and values of an address.

    >>> pairs_of_command("--fault wrong_unit --seed 2 --correct-after 30")
    [('fault', 'wrong_unit'), ('seed', '2'), ('correct_after', '30')]
    """
    words = shlex.split(options)
    names = {"delivery": "day"}
    return [
        (names.get(name, name), value)
        for option, value in zip(words[::2], words[1::2], strict=True)
        for name in (option.removeprefix("--").replace("-", "_"),)
    ]
