"""The labs there are: one folder each, read from `lab.yml` and `properties.py`."""

import hashlib
import importlib.util
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pipelines.lab.property import Made, Property
from schemas.contract import ROOT
from schemas.said_once import read_yaml_file
from schemas.suggest import suggestion

LABS = ROOT / "labs"
TYPES = ("text", "day", "whole", "number", "yes_no")


@dataclass(frozen=True)
class Lab:
    """One lab, as its folder says."""

    name: str  # that of the folder, as `03_a_check_that_holds`
    folder: Path  # where it lies
    # `title`, `teaches`: for people.
    title: str
    teaches: str
    minutes: int
    # Name of the file that a student edits; others of `starters` may be handed in instead.
    starter: str
    inputs: dict[str, str]  # table -> what a row of it is
    output: dict[str, str]  # column -> one of `TYPES`
    key: tuple[str, ...]  # columns that tell rows of the output apart
    # Table -> the column that says from which day on a row is known, and perhaps one that says
    # until when; empty if the lab has no time.
    known: dict[str, tuple[str, ...]]
    # The same of the output; empty if days that come must not change it at all.
    known_output: tuple[str, ...]
    # (table, column) if instead rows of the output are known when a row of a table is that has the
    # same value in a column of that name.
    known_by: tuple[str, str] | None
    # (table, column) that holds the last day a submission is asked about, if it is told.
    known_until: tuple[str, str] | None
    landing: tuple[str, ...]  # feeds whose files the student gets as well

    @property
    def number(self) -> int:
        """Its place in the course."""
        return int(self.name.partition("_")[0])

    @property
    def starters(self) -> list[Path]:
        """The starter, and the same as a notebook if there is one."""
        return [p for p in sorted(self.folder.glob("solution.*")) if p.suffix in SUFFIXES]

    @property
    def make(self) -> Callable[..., Made]:
        """`make(base, draw)`: the data of the lab in a world."""
        return _module(self.folder).make

    @property
    def properties(self) -> Sequence[Property]:
        """Its own properties; the first is what the lab is about."""
        return tuple(_module(self.folder).PROPERTIES)

    @property
    def digest(self) -> str:
        """Changes when data or properties may."""
        said = [(self.folder / name).read_bytes() for name in ("lab.yml", "properties.py")]
        return hashlib.sha256(b"|".join(said)).hexdigest()[:16]


SUFFIXES = (".sql", ".py", ".ipynb")


@cache
def labs() -> dict[str, Lab]:
    """Name -> lab, in order."""
    return {path.parent.name: _read(path) for path in sorted(LABS.glob("*/lab.yml"))}


def lab_of(given: str) -> Lab:
    """The lab that a number or a name means.

    Raises:
        ValueError: if none does.
    """
    for lab in labs().values():
        if given in (lab.name, str(lab.number), f"{lab.number:02}"):
            return lab
    near = suggestion(given, list(labs()))
    raise ValueError(f"There is no lab {given!r}; `islands lab list` shows them.{near}")


def _read(path: Path) -> Lab:
    said: dict[str, Any] = read_yaml_file(path)
    try:
        pairs = {
            name: (table, column) if column else None
            for name in ("known_by", "known_until")
            for table, _, column in [said.get(name, "").partition(".")]
        }
        lab = Lab(
            name=path.parent.name,
            folder=path.parent,
            title=said["title"],
            teaches=said["teaches"],
            minutes=said["minutes"],
            starter=said["starter"],
            inputs=said["inputs"],
            output=said["output"],
            key=tuple(said["key"]),
            known={name: tuple(columns) for name, columns in said.get("known", {}).items()},
            known_output=tuple(said.get("known_output", ())),
            **pairs,
            landing=tuple(said.get("landing", ())),
        )
    except KeyError as error:
        raise ValueError(f"{path} has no line `{error.args[0]}:`; add it.") from None
    if not re.fullmatch(r"\d\d_[a-z_]+", lab.name):
        raise ValueError(f"{path.parent} must be named like 03_a_check_that_holds.")
    if wrong := [c for c, kind in lab.output.items() if kind not in TYPES]:
        raise ValueError(f"{path}: output {wrong[0]!r} is none of {', '.join(TYPES)}.")
    if wrong := [c for c in (*lab.key, *lab.known_output) if c not in lab.output]:
        raise ValueError(f"{path}: {wrong[0]!r} is no column of the output.")
    return lab


@cache
def _module(folder: Path) -> ModuleType:
    """`properties.py` of a lab; its folder's name begins with a number, so it is loaded by path."""
    spec = importlib.util.spec_from_file_location(f"lab_{folder.name}", folder / "properties.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where classes look for the module they were made in
    spec.loader.exec_module(module)
    return module
