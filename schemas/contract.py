"""An island's contract, read from its ODCS file into two small records: `Feed` and `Column`.

A contract follows the Open Data Contract Standard v3.1. What the standard has no word for (cadence,
delivery mode, natural key, fault rates ...) stands in its `customProperties`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "sources"

TIERS = ("story", "core", "whole")
MODES = ("snapshot", "changes", "append")
FORMATS = {
    "jsonl": "jsonl",
    "jsonl.gz": "jsonl.gz",
    "json": "json",
    "csv": "csv",
    "fixed": "txt",
    "xlsx": "xlsx",
    "xml": "xml",
    "parquet": "parquet",
}


def read_yaml(text: str) -> Any:
    """A YAML document, by libyaml where it is there, which is ten times as quick."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class ContractError(ValueError):
    """A contract that cannot be used; the message names the file, the place and the rule."""


@dataclass(frozen=True)
class Column:
    """One column of a feed. Values travel as text; `parse` says what the text must read as."""

    name: str
    title_zh: str
    description: str
    required: bool = False
    width: int | None = None  # bytes in the file's encoding, fixed-width files only
    valid_values: str | None = None  # name of a code list with a column `code`
    scheme: str | None = None  # identifier scheme, see schemas.identifiers.SCHEMES
    parse: str | None = None  # day | money | integer
    pattern: str | None = None  # regular expression the whole value must match
    content: bool = True  # False: not part of a version (a running number, say)


@dataclass(frozen=True)
class Feed:
    """One dataset an island publishes, as its contract promises it."""

    island: str
    name: str
    title_zh: str
    description: str
    tier: str
    format: str
    encoding: str
    delimiter: str
    cadence_days: int
    cadence_offset: int
    mode: str
    natural_key: tuple[str, ...]
    identifier_scheme: str | None
    registry: str | None
    effect_column: str | None
    effect_codes: dict[str, str]
    sharing: str
    area: str
    first_delivery: dict[str, Any]
    previous_ratio: dict[str, Any]
    backlog_ratio: dict[str, Any]
    fault_rates: dict[str, float]
    root_tag: str
    record_tag: str
    columns: tuple[Column, ...]
    folder: Path = field(compare=False)

    @property
    def extension(self) -> str:
        """Ending of the feed's files, without the leading dot."""
        return FORMATS[self.format]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in the order of the contract."""
        return tuple(column.name for column in self.columns)

    @property
    def content_columns(self) -> tuple[str, ...]:
        """The columns that make a version: all but the effect and those marked `content: false`."""
        return tuple(c.name for c in self.columns if c.content and c.name != self.effect_column)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: if the feed has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"feed {self.name} has no column {name!r}; it has {self.column_names}")

    def delivery_days(self, day0: date, days: int) -> list[date]:
        """Days on which the feed is published in a window of `days` days from `day0`."""
        return [
            day0 + timedelta(days=n) for n in range(self.cadence_offset, days, self.cadence_days)
        ]

    def effect_code(self, effect: str) -> str:
        """The code the island writes for an effect such as `withdraw`.

        Raises:
            KeyError: if the feed has no code for it.
        """
        for code, meaning in self.effect_codes.items():
            if meaning == effect:
                return code
        raise KeyError(f"feed {self.name} has no code for {effect!r}")

    def observe_file(self) -> Path:
        """The SQL file that selects from the world what this feed's island sees."""
        own = self.folder / f"observe.{self.name}.sql"
        return own if own.exists() else self.folder / "observe.sql"


@dataclass(frozen=True)
class Island:
    """An organisation that keeps its own register: one folder under `sources/`."""

    name: str
    title: str
    publisher: str
    tier: str
    feeds: tuple[Feed, ...]
    folder: Path = field(compare=False)
    description: str = ""

    def conform_files(self) -> dict[str, Path]:
        """Shape -> SQL file, for each of statements, events, links the island gives."""
        found = {}
        for shape in ("statements", "events", "links"):
            path = self.folder / "conform" / f"{shape}.sql"
            if path.exists():
                found[shape] = path
        return found


def _custom(node: dict[str, Any]) -> dict[str, Any]:
    return {item["property"]: item.get("value") for item in node.get("customProperties") or []}


def _column(node: dict[str, Any]) -> Column:
    custom = _custom(node)
    width = custom.get("width")
    return Column(
        name=node["name"],
        title_zh=node.get("businessName", ""),
        description=" ".join(str(node.get("description", "")).split()),
        required=bool(node.get("required", False)),
        width=int(width) if width is not None else None,
        valid_values=custom.get("valid_values"),
        scheme=custom.get("scheme"),
        parse=custom.get("parse"),
        pattern=custom.get("pattern"),
        content=bool(custom.get("content", True)),
    )


def _feed(island: str, tier: str, node: dict[str, Any], folder: Path) -> Feed:
    custom = _custom(node)
    where = f"{folder.name}/contract.odcs.yaml, feed {node.get('name')}"
    for need in ("format", "cadence_days", "mode"):
        if need not in custom:
            raise ContractError(f"{where}: the custom property {need!r} is missing; add it.")
    if custom["format"] not in FORMATS:
        raise ContractError(f"{where}: format {custom['format']!r} is none of {sorted(FORMATS)}.")
    if custom["mode"] not in MODES:
        raise ContractError(f"{where}: mode {custom['mode']!r} is none of {MODES}.")
    columns = tuple(_column(prop) for prop in node["properties"])
    names = [column.name for column in columns]
    natural_key = tuple(custom.get("natural_key") or ())
    effect_column = custom.get("effect_column")
    for name in (*natural_key, *([effect_column] if effect_column else [])):
        if name not in names:
            raise ContractError(f"{where}: {name!r} is named as a key or effect, but is no column.")
    if custom["mode"] == "changes" and not effect_column:
        raise ContractError(f"{where}: a feed of changes must name its effect_column.")
    if custom["format"] == "fixed" and any(column.width is None for column in columns):
        raise ContractError(f"{where}: every column of a fixed-width file needs a width.")
    registry = custom.get("registry")
    return Feed(
        island=island,
        name=node["name"],
        title_zh=node.get("businessName", ""),
        description=" ".join(str(node.get("description", "")).split()),
        tier=tier,
        format=custom["format"],
        encoding=custom.get("encoding") or "utf-8",
        delimiter=custom.get("delimiter") or ",",
        cadence_days=int(custom["cadence_days"]),
        cadence_offset=int(custom.get("cadence_offset") or 0),
        mode=custom["mode"],
        natural_key=natural_key,
        identifier_scheme=custom.get("identifier_scheme"),
        registry=None if registry in (None, "none") else registry,
        effect_column=effect_column,
        effect_codes={str(k): v for k, v in (custom.get("effect_codes") or {}).items()},
        sharing=custom.get("sharing") or "intergovernmental",
        area=custom.get("area") or "government",
        first_delivery=custom.get("first_delivery") or {},
        previous_ratio=custom.get("previous_ratio") or {},
        backlog_ratio=custom.get("backlog_ratio") or {},
        fault_rates=dict(custom.get("fault_rates") or {}),
        root_tag=custom.get("root_tag") or "records",
        record_tag=custom.get("record_tag") or "record",
        columns=columns,
        folder=folder,
    )


def read_contract(path: Path) -> Island:
    """Read one contract file.

    Raises:
        ContractError: if the file is no contract this project can use.
    """
    try:
        node = read_yaml(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContractError(f"{path}: not readable as YAML: {error}") from error
    if not isinstance(node, dict) or not node.get("id") or not node.get("schema"):
        raise ContractError(f"{path}: a contract needs an `id` and a `schema`.")
    custom = _custom(node)
    tier = custom.get("tier", "core")
    if tier not in TIERS:
        raise ContractError(f"{path}: tier {tier!r} is none of {TIERS}.")
    name = node["id"]
    return Island(
        name=name,
        title=node.get("name", name),
        publisher=custom.get("publisher", ""),
        tier=tier,
        feeds=tuple(_feed(name, tier, child, path.parent) for child in node["schema"]),
        folder=path.parent,
        description=" ".join(str((node.get("description") or {}).get("purpose", "")).split()),
    )


@lru_cache(maxsize=8)
def _all_islands(root: Path) -> tuple[Island, ...]:
    found = []
    for path in sorted(root.glob("*/contract.odcs.yaml")):
        if not path.parent.name.startswith("_"):
            found.append(read_contract(path))
    return tuple(found)


def islands(tier: str | None = None, root: Path = SOURCES) -> dict[str, Island]:
    """Every island by name; with `tier`, only those of that tier or a smaller one.

    Folders whose name begins with an underscore (the template) are left out.
    """
    depth = TIERS.index(tier) if tier else len(TIERS) - 1
    return {i.name: i for i in _all_islands(root) if TIERS.index(i.tier) <= depth}


def feeds(tier: str | None = None, root: Path = SOURCES) -> dict[str, Feed]:
    """Every feed by name, in the order of island and contract.

    Raises:
        ContractError: if two islands name a feed alike.
    """
    found: dict[str, Feed] = {}
    for island in islands(tier, root).values():
        for feed in island.feeds:
            if feed.name in found:
                raise ContractError(
                    f"feed {feed.name!r} is in {found[feed.name].island} and in {island.name}; "
                    "rename one."
                )
            found[feed.name] = feed
    return found
