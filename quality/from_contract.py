"""Expectations that need not be written by hand: a contract already says them.

`landing_expectations` reads a feed's contract: what each column of a delivery must be, and how many
rows a delivery may have. `shape_expectations` reads the contract of a common shape in
`schemas/shapes/`: what `conform` promises the stages after it.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from quality.expectations import Expectation
from schemas.contract import ROOT, Column, Feed, read_yaml

CODES = ROOT / "schemas" / "codes"
SHAPES = ROOT / "schemas" / "shapes"

SHAPE_STAGES = {
    "statements": "conform",
    "events": "conform",
    "links": "conform",
    "matches": "resolve",
    "entries": "lists",
    "copies": "exchange",
    "measures": "consequences",
    "grades": "scores",
}


@cache
def codes(name: str, folder: Path = CODES, column: str = "code") -> tuple[str, ...]:
    """The values of a code list, in the order of its file.

    Raises:
        FileNotFoundError: if no such list is kept; the message names the file.
        ValueError: if the list has no such column.
    """
    path = folder / f"{name}.csv"
    if not path.exists():
        raise FileNotFoundError(f"A contract names the code list {name!r}; {path} does not exist.")
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if column not in (reader.fieldnames or ()):
            raise ValueError(f"{path}: the code list needs a column `{column}`.")
        return tuple(row[column] for row in reader)


def landing_expectations(feed: Feed) -> tuple[Expectation, ...]:
    """What the rows of `landing.<feed>` are expected to be; outcome warn or quarantine."""
    found: list[Expectation] = []
    for column in feed.columns:
        found.extend(_column_expectations(feed, column))
    if feed.natural_key:
        found.append(
            Expectation(
                name="one_version",
                table=f"landing.{feed.name}",
                kind="one_version",
                arguments={"key": ("delivery", "record_id"), "version": "version"},
                outcome="quarantine",
                reason=(
                    "A delivery that says two things of one record contradicts itself; "
                    "the greatest version is kept, whatever the order of the rows."
                ),
            )
        )
    return tuple(found)


def _column_expectations(feed: Feed, column: Column) -> list[Expectation]:
    table, label = f"landing.{feed.name}", f"{column.name} ({column.title_zh})"

    def expect(prefix: str, kind: str, outcome: str, reason: str, **arguments: Any) -> Expectation:
        return Expectation(
            name=f"{prefix}_{column.name.lower()}",
            table=table,
            column=column.name,
            kind=kind,
            arguments=arguments,
            outcome=outcome,
            reason=reason,
        )

    found = []
    if column.name in feed.natural_key:
        reason = f"{label} is part of the key: without it nobody can say which record is meant."
        found.append(expect("key", "present", "quarantine", reason))
    elif column.required or column.name == feed.effect_column:
        reason = f"The contract of {feed.name} requires {label}."
        found.append(expect("required", "present", "quarantine", reason))
    if column.name == feed.effect_column:
        reason = f"{label} says what the row does to the record; another code cannot be acted on."
        found.append(
            expect("valid", "in_set", "quarantine", reason, values=tuple(feed.effect_codes))
        )
    elif column.valid_values:
        reason = f"{label} is coded by the list {column.valid_values}; nobody knows another value."
        values = codes(column.valid_values)
        found.append(expect("valid", "in_set", "quarantine", reason, values=values))
    if column.pattern:
        reason = f"{label} is always written in the form {column.pattern}."
        found.append(expect("pattern", "matches", "quarantine", reason, pattern=column.pattern))
    if column.parse:
        reason = f"{label} must read as {column.parse}, or later stages have nothing to work with."
        found.append(expect("parse", "reads_as", "quarantine", reason, **{"as": column.parse}))
    if column.scheme:
        reason = (
            f"{label} should pass the check of a {column.scheme}; lawful codes exist that fail it, "
            "so the row is kept and flagged."
        )
        found.append(expect("check", "check_digit", "warn", reason, scheme=column.scheme))
    return found


def delivery_expectations(feed: Feed) -> tuple[Expectation, ...]:
    """How many rows a delivery of the feed may have, judged by earlier deliveries only.

    Ratios are kept in thousandths, so that no engine has to round.
    """
    table = f"landing.{feed.name}"
    found = []
    if feed.first_delivery:
        found.append(
            Expectation(
                name="first_rows",
                table=table,
                kind="first_rows",
                arguments={"min_rows": int(feed.first_delivery.get("min_rows", 1))},
                outcome="warn",
                reason=_reason(feed.first_delivery),
            )
        )
    if feed.mode == "snapshot" and feed.previous_ratio:
        bounds = {
            edge: _thousandths(feed.previous_ratio[edge])
            for edge in ("min", "max")
            if edge in feed.previous_ratio
        }
        found.append(
            Expectation(
                name="previous_ratio",
                table=table,
                kind="previous_ratio",
                arguments=bounds,
                outcome="hold",
                reason=_reason(feed.previous_ratio),
            )
        )
    if feed.mode != "snapshot" and "max" in feed.backlog_ratio:
        found.append(
            Expectation(
                name="backlog_ratio",
                table=table,
                kind="backlog_ratio",
                arguments={"max": _thousandths(feed.backlog_ratio["max"])},
                outcome="hold",
                reason=_reason(feed.backlog_ratio),
            )
        )
    return tuple(found)


def _thousandths(ratio: float | int | str) -> int:
    return round(float(ratio) * 1000)


def _reason(bound: dict[str, Any]) -> str:
    return " ".join(str(bound.get("reason", "")).split())


def shape_expectations(
    shape: str, table: str | None = None, shapes: Path = SHAPES
) -> tuple[Expectation, ...]:
    """What the contract of a shape promises of its table; every outcome is `warn`.

    Required columns are present, coded columns hold codes of their list, the primary key is unique,
    and belief lasts at least a day. A row that breaks one got past its island's gate and SQL:
    nothing is thrown away any more, it is reported.

    Args:
        shape: name of a contract in `schemas/shapes/`.
        table: the table judged, if another than the shape's own.
        shapes: the folder of the contracts.

    Raises:
        FileNotFoundError: if the shape has no contract.
    """
    table = table or f"{SHAPE_STAGES[shape]}.{shape}"
    path = shapes / f"{shape}.odcs.yaml"
    node = read_yaml(path.read_text(encoding="utf-8"))["schema"][0]
    found, key = [], {}

    def expect(name: str, kind: str, reason: str, column: str | None = None, **args: Any) -> None:
        found.append(Expectation(name, table, kind, "warn", reason, column, args))

    for prop in node["properties"]:
        custom = {c["property"]: c.get("value") for c in prop.get("customProperties") or []}
        name = prop["name"]
        if prop.get("required"):
            reason = f"The shape {shape} promises a {name} in every row."
            expect(f"required_{name}", "present", reason, name, blank="allowed")
        if custom.get("valid_values"):
            reason = f"Later stages know no other {name} than those of its code list."
            values = codes(custom["valid_values"])
            expect(f"valid_{name}", "in_set", reason, name, values=values)
        if prop.get("primaryKey"):
            key[prop.get("primaryKeyPosition", 0)] = name
    names = {prop["name"] for prop in node["properties"]}
    if key:
        columns = tuple(key[position] for position in sorted(key))
        expect("key_once", "unique", f"{', '.join(columns)} is the key of {shape}.", key=columns)
    if {"from_day", "to_day"} <= names:
        condition = "to_day IS NULL OR from_day < to_day"
        expect(
            "interval", "holds", "What is believed is believed a day at least.", condition=condition
        )
    return tuple(found)
