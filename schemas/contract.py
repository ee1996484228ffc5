"""An island's contract, read from its ODCS file into two small records: `Feed` and `Column`.

A contract follows the Open Data Contract Standard v3.1. What the standard has no word for (cadence,
delivery mode, natural key, fault rates ...) stands in its `customProperties`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from schemas.contract_keys import (
    BOUNDS,
    KEYS,
    OF_TEXT,
    ContractError,
    as_list,
    as_mapping,
    as_number,
    as_text,
    as_whole,
    as_yes_or_no,
    custom_properties,
    see_keys,
)
from schemas.normal_form import normal_form, see_normal
from schemas.said_once import read_yaml_file

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "sources"

TIERS = ("story", "core", "whole")
MOST_CADENCE = 3650  # days; ten years, as of an edge, are taken for a mistake
HORIZON_DAYS = 1095  # after the last delivery: three years, the longest term a list knows
MODES = ("snapshot", "changes", "append")
# What else a feed says in one of a few words; `none` is as good as leaving it out.
REGISTRIES = ("enterprise", "resident", "public_body", "none")
SHARING = ("public", "limited", "intergovernmental")
AREAS = ("government", "judicial", "social", "commercial")
# Format -> ending of its files.
FORMATS = {
    **{name: name for name in ("jsonl", "jsonl.gz", "json", "csv", "xlsx", "xml", "parquet")},
    "fixed": "txt",
}


# What a row does to its record. A repeat says again what is believed already.
EFFECTS = ("assert", "change", "correct", "withdraw", "repeat")

# What a text can be asked to read as; `quality.expectations.READERS` has the SQL of each.
PARSES = ("day", "dotted_day", "money", "wan", "integer")
DAYS = ("day", "dotted_day")

# Bounds of what a column may say where its contract gives none of its own. No office whose files come
# here is older than the state that set it up. The amounts leave room to add a thousand of them in
# DECIMAL(18, 2), in which every later stage keeps money.
EARLIEST = date(1949, 10, 1)
MOST = {
    "money": Decimal("9999999999999.99"),  # yuan
    "wan": Decimal("999999999.999999"),  # units of 10,000 yuan
    "integer": Decimal(999_999_999_999_999),
}


@dataclass(frozen=True)
class Column:
    """One column of a feed. Values travel as text; `parse` says what the text must read as.

    A day lies between `not_before` and the publication of its delivery, or, if it `may_lie_ahead`,
    within a hundred years after it. A number lies between `at_least` and `at_most`, in the column's
    own unit. A text that `means_open` says "without end" and reads as missing.
    """

    name: str
    title_zh: str
    description: str
    required: bool = False
    width: int | None = None  # bytes in the file's encoding, fixed-width files only
    valid_values: str | None = None  # name of a code list with a column `code`
    scheme: str | None = None  # identifier scheme, see schemas.identifiers.SCHEMES
    parse: str | None = None  # one of PARSES
    pattern: str | None = None  # regular expression the whole value must match
    content: bool = True  # False: not part of a version (a running number, say)
    not_before: date | None = None  # days; EARLIEST if the contract says nothing
    may_lie_ahead: bool = False  # days
    means_open: tuple[str, ...] = ()  # days
    at_least: Decimal | None = None  # numbers; 0 if the contract says nothing
    at_most: Decimal | None = None  # numbers; see MOST
    expected_where: tuple[str, str] | None = None  # given where another column says something


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
    may_be_empty: str | None = None  # why a snapshot of no rows can be right, if it can
    takes_tip_offs: bool = False  # whether rows can rest on what somebody said of another
    office: str | None = None  # column that names the office whose clerks wrote the record

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
        found = {column.name: column for column in self.columns}
        if name not in found:
            raise KeyError(f"feed {self.name} has no column {name!r}; it has {self.column_names}")
        return found[name]

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

    def effect_of(self, row: Mapping[str, str | None]) -> str | None:
        """What a row does to its record, one of `EFFECTS`, by its code in normal form; None if it gives none.

        `quality.from_contract.effect_sql` says the same in SQL.
        """
        code = normal_form(row[self.effect_column]) if self.effect_column else None
        return self.effect_codes.get(code or "")

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
        shapes = ("statements", "events", "links")
        paths = {shape: self.folder / "conform" / f"{shape}.sql" for shape in shapes}
        return {shape: path for shape, path in paths.items() if path.exists()}


def _where(custom: Mapping[str, Any], where: str) -> tuple[str, str] | None:
    found = custom.get("expected_where")
    if found is None:
        return None
    see_keys(found, ("column", "value"), f"{where}, expected_where", "key")
    if set(found) != {"column", "value"}:
        raise ContractError(f"{where}: expected_where needs a `column` and its `value`.")
    return str(found["column"]), str(found["value"])


def _column(node: Any, feed: str) -> Column:
    name = node.get("name") if isinstance(node, Mapping) else None
    where = f"{feed}, column {name}"
    see_keys(node, KEYS["column"], where, "key")
    if not isinstance(name, str):
        raise ContractError(f"{where}: every column needs a `name`.")
    custom = custom_properties(node, "column", where)
    for one in ("parse", "valid_values", "scheme", "pattern"):
        as_text(custom.get(one), one, where)
    parse, width = custom.get("parse"), custom.get("width")
    _see_one_of(custom, "parse", PARSES, where)
    _see_one_of(custom, "scheme", _schemes(), where)
    for names, kinds, what in (
        (("not_before", "may_lie_ahead", "means_open"), DAYS, "a day"),
        (("at_least", "at_most"), tuple(MOST), "a number"),
    ):
        for one in names:
            if one in custom and parse not in kinds:
                raise ContractError(
                    f"{where}: {one} is for {what}; give `parse` as {' or '.join(kinds)} too."
                )
    not_before = custom.get("not_before")
    if not isinstance(not_before, date | None):
        try:
            not_before = date.fromisoformat(not_before)
        except (TypeError, ValueError) as error:
            raise ContractError(f"{where}: not_before is a day, YYYY-MM-DD.") from error
    return Column(
        name=name,
        title_zh=as_text(node.get("businessName"), "businessName", where) or "",
        description=" ".join(str(node.get("description", "")).split()),
        required=as_yes_or_no(node.get("required", False), "required", where),
        width=None if width is None else as_whole(width, "width", 1, where),
        valid_values=custom.get("valid_values"),
        scheme=custom.get("scheme"),
        parse=parse,
        pattern=custom.get("pattern"),
        content=as_yes_or_no(custom.get("content", True), "content", where),
        not_before=not_before,
        may_lie_ahead=as_yes_or_no(custom.get("may_lie_ahead", False), "may_lie_ahead", where),
        means_open=tuple(
            str(value) for value in as_list(custom.get("means_open"), "means_open", where)
        ),
        at_least=as_number(custom, "at_least", where),
        at_most=as_number(custom, "at_most", where),
        expected_where=_where(custom, where),
    )


def _schemes() -> tuple[str, ...]:
    from schemas.identifiers import SCHEMES  # only here: what reads no contract needs no numpy

    return tuple(SCHEMES)


def _see_one_of(custom: Mapping[str, Any], name: str, known: Collection[str], where: str) -> None:
    """See that a custom property, if it is given, says one of the words that mean something."""
    value = custom.get(name)
    if value is not None and value not in known:
        raise ContractError(f"{where}: {name} {value!r} is none of {', '.join(known)}.")


def _bound(custom: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    """A bound on the size of a delivery, with its reason."""
    found = custom.get(name) or {}
    see_keys(found, BOUNDS[name], f"{where}, {name}", "key")
    if found and not str(found.get("reason") or "").strip():
        raise ContractError(f"{where}: {name} needs a `reason`; say why the bound is what it is.")
    for edge in found.keys() - {"reason"}:
        if edge == "min_rows":
            as_whole(found[edge], f"{name}, {edge}", 0, where)
        elif (as_number(found, edge, f"{where}, {name}") or 0) < 0:
            raise ContractError(f"{where}, {name}: {edge} is a share from 0, not {found[edge]!r}.")
    return dict(found)


def _feed(island: str, tier: str, node: Any, folder: Path) -> Feed:
    name = node.get("name") if isinstance(node, Mapping) else None
    where = f"{folder.name}/contract.odcs.yaml, feed {name}"
    see_keys(node, KEYS["feed"], where, "key")
    custom = custom_properties(node, "feed", where)
    if not as_text(name, "the name of a feed", where):
        raise ContractError(f"{where}: every feed needs a `name`.")
    for one in OF_TEXT:
        as_text(custom.get(one), one, where)
    for need in ("format", "cadence_days", "mode"):
        if custom.get(need) is None:
            raise ContractError(f"{where}: the custom property {need!r} is missing; add it.")
    if custom["format"] not in FORMATS:
        raise ContractError(f"{where}: format {custom['format']!r} is none of {sorted(FORMATS)}.")
    for one, known in (
        ("mode", MODES),
        ("identifier_scheme", (*_schemes(), "none")),
        ("registry", REGISTRIES),
        ("sharing", SHARING),
        ("area", AREAS),
    ):
        _see_one_of(custom, one, known, where)
    try:
        "".encode(custom.get("encoding") or "utf-8")  # knows nothing of what is no encoding of text
    except LookupError:
        raise ContractError(
            f"{where}: encoding {custom['encoding']!r} is not known; write utf-8 or gb18030, say."
        ) from None
    properties = as_list(node.get("properties"), "properties", where)
    columns = tuple(_column(prop, where) for prop in properties)
    names = [column.name for column in columns]
    natural_key = tuple(as_list(custom.get("natural_key"), "natural_key", where))
    effect_column, office = custom.get("effect_column"), custom.get("office")
    for one in (*natural_key, *(name for name in (effect_column, office) if name)):
        if one not in names:
            raise ContractError(
                f"{where}: {one!r} is named as a key, effect or office, but is no column."
            )
    for column in columns:
        if column.expected_where and column.expected_where[0] not in names:
            raise ContractError(
                f"{where}, column {column.name}: expected_where names "
                f"{column.expected_where[0]!r}, which is no column."
            )
    primary = {
        as_whole(p.get("primaryKeyPosition", 0), "primaryKeyPosition", 0, where): p["name"]
        for p in properties
        if p.get("primaryKey")
    }
    if tuple(primary[at] for at in sorted(primary)) != natural_key:
        raise ContractError(
            f"{where}: the columns marked `primaryKey` are not those of natural_key "
            f"({', '.join(natural_key) or 'none'}), in that order; make them the same."
        )
    if custom["mode"] == "changes" and not effect_column:
        raise ContractError(f"{where}: a feed of changes must name its effect_column.")
    effects = {
        str(k): v for k, v in as_mapping(custom.get("effect_codes"), "effect_codes", where).items()
    }
    for code, effect in effects.items():
        see_normal(code, where, "in effect_codes", ContractError)
        if effect not in EFFECTS:
            raise ContractError(
                f"{where}: effect_codes gives {code!r} the effect {effect!r}; "
                f"effects are {', '.join(EFFECTS)}."
            )
    if bool(effects) != bool(effect_column):
        raise ContractError(f"{where}: effect_column and effect_codes are given together or not.")
    if custom["format"] == "fixed" and any(column.width is None for column in columns):
        raise ContractError(f"{where}: every column of a fixed-width file needs a width.")
    empty = _bound(custom, "may_be_empty", where)
    if empty and custom["mode"] != "snapshot":
        raise ContractError(
            f"{where}: may_be_empty is for a snapshot; no rows of {custom['mode']} take nothing back."
        )
    registry = custom.get("registry")
    return Feed(
        island=island,
        name=name,
        title_zh=as_text(node.get("businessName"), "businessName", where) or "",
        description=" ".join(str(node.get("description", "")).split()),
        tier=tier,
        format=custom["format"],
        encoding=custom.get("encoding") or "utf-8",
        delimiter=custom.get("delimiter") or ",",
        cadence_days=as_whole(custom["cadence_days"], "cadence_days", 1, where, MOST_CADENCE),
        # A feed may begin later than one cadence after the others, but not after every window has ended.
        cadence_offset=as_whole(
            custom.get("cadence_offset") or 0, "cadence_offset", 0, where, MOST_CADENCE
        ),
        mode=custom["mode"],
        natural_key=natural_key,
        identifier_scheme=custom.get("identifier_scheme"),
        registry=None if registry in (None, "none") else registry,
        effect_column=effect_column,
        effect_codes=effects,
        sharing=custom.get("sharing") or "intergovernmental",
        area=custom.get("area") or "government",
        first_delivery=_bound(custom, "first_delivery", where),
        previous_ratio=_bound(custom, "previous_ratio", where),
        backlog_ratio=_bound(custom, "backlog_ratio", where),
        fault_rates=dict(as_mapping(custom.get("fault_rates"), "fault_rates", where)),
        root_tag=custom.get("root_tag") or "records",
        record_tag=custom.get("record_tag") or "record",
        columns=columns,
        folder=folder,
        may_be_empty=" ".join(str(empty["reason"]).split()) if empty else None,
        takes_tip_offs=as_yes_or_no(custom.get("takes_tip_offs", False), "takes_tip_offs", where),
        office=office,
    )


def read_contract(path: Path) -> Island:
    """Read one contract file.

    Raises:
        ContractError: if the file is no contract this project can use.
    """
    node = read_yaml_file(path, ContractError)
    if not isinstance(node, dict) or not node.get("id") or not node.get("schema"):
        raise ContractError(f"{path}: a contract needs an `id` and a `schema`.")
    where = f"{path.parent.name}/{path.name}"
    see_keys(node, KEYS["contract"], where, "key")
    see_keys(node.get("description") or {}, KEYS["description"], f"{where}, description", "key")
    custom = custom_properties(node, "contract", where)
    tier = custom.get("tier", "core")
    if tier not in TIERS:
        raise ContractError(f"{path}: tier {tier!r} is none of {TIERS}.")
    if custom.get("synthetic", True) is not True:
        raise ContractError(f"{where}: all data here is synthetic; write `synthetic` as true.")
    name = str(as_text(node["id"], "id", where))
    return Island(
        name=name,
        title=as_text(node.get("name"), "name", where) or name,
        publisher=as_text(custom.get("publisher"), "publisher", where) or "",
        tier=tier,
        feeds=tuple(
            _feed(name, tier, child, path.parent)
            for child in as_list(node["schema"], "schema", where)
        ),
        folder=path.parent,
        description=" ".join(str((node.get("description") or {}).get("purpose", "")).split()),
    )


@lru_cache(maxsize=8)
def _all_islands(root: Path) -> tuple[Island, ...]:
    return tuple(map(read_contract, sorted(root.glob("[!_]*/contract.odcs.yaml"))))


def islands(tier: str | None = None, root: Path = SOURCES) -> dict[str, Island]:
    """Every island by name; with `tier`, only those of that tier or a smaller one.

    Folders whose name begins with an underscore (the template) are left out.
    """
    depth = TIERS.index(tier) if tier else len(TIERS) - 1
    return {i.name: i for i in _all_islands(root) if TIERS.index(i.tier) <= depth}


def feeds(tier: str | None = None) -> dict[str, Feed]:
    """Every feed by name, in the order of island and contract.

    Raises:
        ContractError: if two islands name a feed alike.
    """
    found: dict[str, Feed] = {}
    for island in islands(tier).values():
        for feed in island.feeds:
            if feed.name in found:
                raise ContractError(
                    f"feed {feed.name!r} is in {found[feed.name].island} and in {island.name}; "
                    "rename one."
                )
            found[feed.name] = feed
    return found
