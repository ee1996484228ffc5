"""An island's contract, read from its ODCS file into two small records: `Feed` and `Column`.

A contract follows the Open Data Contract Standard v3.1. What the standard has no word for (cadence,
delivery mode, natural key, fault rates ...) stands in its `customProperties`.
"""

import csv
import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from schemas.normal_form import normal_form
from schemas.said_once import read_yaml_file

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "sources"
CODES = ROOT / "schemas" / "codes"

TIERS = ("story", "core", "whole")
MODES = ("snapshot", "changes", "append")
# Format -> ending of its files.
FORMATS = {
    **{name: name for name in ("jsonl", "jsonl.gz", "json", "csv", "xlsx", "xml", "parquet")},
    "fixed": "txt",
}


# What names a row of a code list that has no column `code`; such lists are made longer by hand.
NAMED_BY = {
    "audiences": ("audience", "sharing"),
    "contagion": ("links", "keeper", "step"),
    "grades": ("keeper", "grade"),
    "holders": ("holder",),
    "holidays": ("day",),
    "join_methods": ("join_level", "method", "id_scheme"),
    "keepers": ("keeper",),
    "lists": ("list",),
    "measures": ("measure", "agency", "list", "step1", "step2"),
    "mishaps": ("mishap",),
    "points": ("keeper", "list", "ground"),
    "remedies": ("remedy", "step"),
    "score_lists": ("list", "grade"),
    "trust": ("feed",),
    "usual_amounts": ("event_kind", "ground"),
    "usual_delays": ("feed",),
}


def read_csv(path: Path, needs: str | None = None) -> list[dict[str, str]]:
    """The rows of a code list; see `columns_and_rows`."""
    return columns_and_rows(path, needs)[1]


def columns_and_rows(
    path: Path, needs: str | None = None
) -> tuple[list[str], list[dict[str, str]]]:
    """The columns of a code list, a CSV file in UTF-8, and its rows, each as column -> text.

    Args:
        needs: a column it must have.

    Raises:
        ValueError: naming the file and the line, if that is missing, a row has more or fewer cells than
            there are columns, what names a row names two or could never be met, or it is no text in UTF-8.
    """
    rows = []
    lines_of: dict[tuple[str, ...], int] = {}  # what names a row -> its line
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if needs and needs not in (reader.fieldnames or ()):
                raise ValueError(f"{path}: the code list needs a column `{needs}`.")
            for row in reader:
                if None in row or None in row.values():
                    raise ValueError(
                        f"{path}, line {reader.line_num}: it has not as many cells as there are columns; "
                        "put a text that holds a comma in quotes."
                    )
                rows.append(row)
                names = ("code",) if "code" in row else NAMED_BY.get(path.stem, ())
                named = {name: row[name] for name in names if name in row}
                if any(named.values()):
                    _see_name(lines_of, named, f"{path}, line {reader.line_num}")
                    lines_of[tuple(named.values())] = reader.line_num
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: {error.object[error.start]:#x} is not UTF-8; save it so."
        ) from None
    return list(reader.fieldnames or ()), rows


def _see_name(
    lines_of: Mapping[tuple[str, ...], int], named: Mapping[str, str], where: str
) -> None:
    """See that what names a row of a code list names no other, and that a row of a file can say a code.

    Whatever says a name is joined to all rows of the list that bear it, so a second one would make two acts
    of one, or count points twice.

    Args:
        lines_of: the names before it, each with its line.
        named: column -> what it says.

    Raises:
        ValueError: beginning with `where`.
    """
    before = lines_of.get(tuple(named.values()))
    if before is not None:
        said = ", ".join(f"{column} {value!r}" for column, value in named.items())
        raise ValueError(f"{where}: {said} stands on line {before} already; keep one of the two.")
    if "code" in named:
        _see_normal(named["code"], where, "the code", ValueError)


def _see_normal(name: str, where: str, what: str, error: type[ValueError]) -> None:
    """See that a text stands in the form in which rows are compared with it."""
    if (normal := normal_form(name)) != name:
        instead = f"write {normal!r}" if normal else "write something that can be seen"
        raise error(
            f"{where}: {what} {name!r} would be met by no row, since texts are compared in one "
            f"form; {instead}."
        )


# What a feed's custom properties say in words.
OF_TEXT = (
    "format", "mode", "encoding", "delimiter", "identifier_scheme", "registry", "effect_column",
    "office", "sharing", "area", "root_tag", "record_tag",
)  # fmt: skip


class ContractError(ValueError):
    """A contract that cannot be used; the message names the file, the place and the rule."""


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


# Every key a contract may have, so that a misspelt or unknown one is named and never passed over.
# The standard has more; what no stage would heed is refused, with what to write instead.
_ABOUT = ("apiVersion", "kind", "id", "name", "version", "status", "domain", "tenant")
KEYS = {
    "contract": (*_ABOUT, "description", "customProperties", "schema"),
    "description": ("purpose", "usage", "limitations"),
    "feed": (
        "name", "physicalName", "physicalType", "businessName", "description",
        "dataGranularityDescription", "customProperties", "properties",
    ),
    "column": (
        "name", "businessName", "description", "logicalType", "physicalType", "required",
        "primaryKey", "primaryKeyPosition", "classification", "examples", "customProperties",
    ),
    "custom property": ("property", "value", "description"),
}  # fmt: skip
CUSTOM = {
    "contract": ("tier", "publisher", "synthetic"),
    "feed": (
        "format", "encoding", "delimiter", "root_tag", "record_tag", "cadence_days",
        "cadence_offset", "mode", "natural_key", "identifier_scheme", "registry", "effect_column",
        "effect_codes", "sharing", "area", "first_delivery", "previous_ratio", "backlog_ratio",
        "may_be_empty", "fault_rates", "takes_tip_offs", "office",
    ),
    "column": (
        "width", "valid_values", "scheme", "parse", "pattern", "content", "not_before",
        "may_lie_ahead", "means_open", "at_least", "at_most", "expected_where",
    ),
}  # fmt: skip
BOUNDS = {
    "first_delivery": ("min_rows", "reason"),
    "previous_ratio": ("min", "max", "reason"),
    "backlog_ratio": ("max", "reason"),
    "may_be_empty": ("reason",),
}

# Rules of the standard's `quality` blocks -> what says the same here.
INSTEAD = {
    "nullValues": "`required: true` on the column",
    "missingValues": "`required: true` on the column",
    "invalidValues": "the custom property `valid_values` or `pattern` of the column",
    "duplicateValues": "the columns in `natural_key`",
    "rowCount": "the custom properties `first_delivery` and `previous_ratio` or `backlog_ratio`",
    "sql": "an expectation in the stage's file under quality/",
}


def see_keys(node: Any, known: Collection[str], where: str, what: str) -> None:
    """Refuse a part of a contract that has a key nobody heeds.

    Args:
        node: the part, as read.
        known: the keys it may have.
        where: which part it is, for the message.
        what: the kind of key, for the message.

    Raises:
        ContractError: naming the first such key, and the nearest that is known.
    """
    if not isinstance(node, Mapping):
        raise ContractError(f"{where}: this must be keys with values, not {node!r}.")
    for key in node:
        if key in known:
            continue
        if key == "quality":
            raise ContractError(f"{where}: {_rules(node[key])}")
        near = difflib.get_close_matches(str(key), known, 1)
        hint = f"write {near[0]!r}" if near else f"it may have {', '.join(known)}"
        raise ContractError(
            f"{where}: the {what} {key!r} is not known and would do nothing; {hint}."
        )


def _rules(block: Any) -> str:
    """What to write instead of a `quality` block."""
    rules = block if isinstance(block, list) else [block]
    asked = [
        word
        for rule in rules
        if isinstance(rule, Mapping)
        for word in (rule.get("metric"), rule.get("rule"), rule.get("type"))
        if word in INSTEAD
    ]
    wanted = dict.fromkeys(asked or INSTEAD)
    said = "; ".join(f"for {word} write {INSTEAD[word]}" for word in wanted)
    return f"a `quality` block is not used here and would do nothing; {said}."


def _custom(node: Mapping[str, Any], level: str, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in _list(node.get("customProperties"), "customProperties", where):
        see_keys(item, KEYS["custom property"], where, "key of a custom property")
        name = _text(item.get("property"), "the `property` of a custom property", where)
        see_keys({name: None}, CUSTOM[level], where, "custom property")
        if name in found:
            raise ContractError(f"{where}: the custom property {name!r} is given twice; keep one.")
        found[name] = item.get("value")
    return found


def _list(value: Any, name: str, where: str) -> list[Any]:
    if not isinstance(value, list | None):
        raise ContractError(f"{where}: {name} is a list, a line with a hyphen each, not {value!r}.")
    return value or []


def _mapping(value: Any, name: str, where: str) -> dict[Any, Any]:
    if not isinstance(value, dict | None):
        raise ContractError(f"{where}: {name} is names with their values, not {value!r}.")
    return value or {}


def _text(value: Any, name: str, where: str) -> str | None:
    if not isinstance(value, str | None):
        raise ContractError(f"{where}: {name} is a text, not {value!r}; write it in quotes.")
    return value


def _yes_or_no(value: Any, name: str, where: str) -> bool:
    if not isinstance(value, bool):
        raise ContractError(f"{where}: {name} is true or false, not {value!r}.")
    return value


def _number(custom: Mapping[str, Any], name: str, where: str) -> Decimal | None:
    if name not in custom:
        return None
    try:
        value = Decimal(str(custom[name]))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise ContractError(f"{where}: {name} is a number, not {custom[name]!r}.")
    return value


def _whole(value: Any, name: str, least: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ContractError(f"{where}: {name} is a whole number from {least}, not {value!r}.")
    return value


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
    custom = _custom(node, "column", where)
    for one in ("parse", "valid_values", "scheme", "pattern"):
        _text(custom.get(one), one, where)
    parse, width = custom.get("parse"), custom.get("width")
    if parse is not None and parse not in PARSES:
        raise ContractError(f"{where}: parse {parse!r} is none of {', '.join(PARSES)}.")
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
        title_zh=_text(node.get("businessName"), "businessName", where) or "",
        description=" ".join(str(node.get("description", "")).split()),
        required=_yes_or_no(node.get("required", False), "required", where),
        width=None if width is None else _whole(width, "width", 1, where),
        valid_values=custom.get("valid_values"),
        scheme=custom.get("scheme"),
        parse=parse,
        pattern=custom.get("pattern"),
        content=_yes_or_no(custom.get("content", True), "content", where),
        not_before=not_before,
        may_lie_ahead=_yes_or_no(custom.get("may_lie_ahead", False), "may_lie_ahead", where),
        means_open=tuple(
            str(value) for value in _list(custom.get("means_open"), "means_open", where)
        ),
        at_least=_number(custom, "at_least", where),
        at_most=_number(custom, "at_most", where),
        expected_where=_where(custom, where),
    )


def _bound(custom: Mapping[str, Any], name: str, where: str) -> dict[str, Any]:
    """A bound on the size of a delivery, with its reason."""
    found = custom.get(name) or {}
    see_keys(found, BOUNDS[name], f"{where}, {name}", "key")
    if found and not str(found.get("reason") or "").strip():
        raise ContractError(f"{where}: {name} needs a `reason`; say why the bound is what it is.")
    return dict(found)


def _feed(island: str, tier: str, node: Any, folder: Path) -> Feed:
    name = node.get("name") if isinstance(node, Mapping) else None
    where = f"{folder.name}/contract.odcs.yaml, feed {name}"
    see_keys(node, KEYS["feed"], where, "key")
    custom = _custom(node, "feed", where)
    if not _text(name, "the name of a feed", where):
        raise ContractError(f"{where}: every feed needs a `name`.")
    for one in OF_TEXT:
        _text(custom.get(one), one, where)
    for need in ("format", "cadence_days", "mode"):
        if need not in custom:
            raise ContractError(f"{where}: the custom property {need!r} is missing; add it.")
    if custom["format"] not in FORMATS:
        raise ContractError(f"{where}: format {custom['format']!r} is none of {sorted(FORMATS)}.")
    if custom["mode"] not in MODES:
        raise ContractError(f"{where}: mode {custom['mode']!r} is none of {MODES}.")
    properties = _list(node.get("properties"), "properties", where)
    columns = tuple(_column(prop, where) for prop in properties)
    names = [column.name for column in columns]
    natural_key = tuple(_list(custom.get("natural_key"), "natural_key", where))
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
        _whole(p.get("primaryKeyPosition", 0), "primaryKeyPosition", 0, where): p["name"]
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
        str(k): v for k, v in _mapping(custom.get("effect_codes"), "effect_codes", where).items()
    }
    for code, effect in effects.items():
        _see_normal(code, where, "in effect_codes", ContractError)
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
        title_zh=_text(node.get("businessName"), "businessName", where) or "",
        description=" ".join(str(node.get("description", "")).split()),
        tier=tier,
        format=custom["format"],
        encoding=custom.get("encoding") or "utf-8",
        delimiter=custom.get("delimiter") or ",",
        cadence_days=_whole(custom["cadence_days"], "cadence_days", 1, where),
        cadence_offset=_whole(custom.get("cadence_offset") or 0, "cadence_offset", 0, where),
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
        fault_rates=dict(_mapping(custom.get("fault_rates"), "fault_rates", where)),
        root_tag=custom.get("root_tag") or "records",
        record_tag=custom.get("record_tag") or "record",
        columns=columns,
        folder=folder,
        may_be_empty=" ".join(str(empty["reason"]).split()) if empty else None,
        takes_tip_offs=_yes_or_no(custom.get("takes_tip_offs", False), "takes_tip_offs", where),
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
    custom = _custom(node, "contract", where)
    tier = custom.get("tier", "core")
    if tier not in TIERS:
        raise ContractError(f"{path}: tier {tier!r} is none of {TIERS}.")
    if custom.get("synthetic", True) is not True:
        raise ContractError(f"{where}: all data here is synthetic; write `synthetic` as true.")
    name = str(_text(node["id"], "id", where))
    return Island(
        name=name,
        title=_text(node.get("name"), "name", where) or name,
        publisher=_text(custom.get("publisher"), "publisher", where) or "",
        tier=tier,
        feeds=tuple(
            _feed(name, tier, child, path.parent)
            for child in _list(node["schema"], "schema", where)
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
