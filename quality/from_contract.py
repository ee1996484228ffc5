"""Expectations derived from a contract.

`landing_expectations` reads a feed's contract: what each column of a delivery must be, and how many
rows a delivery may have. `shape_expectations` reads the contract of a common shape in
`schemas/shapes/`: what `conform` promises the stages after it.
"""

from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from quality.expectations import Expectation, Speaks, expect
from schemas.code_lists import CODES, read_csv
from schemas.contract import DAYS, EARLIEST, EFFECTS, MOST, Column, Feed
from schemas.contract_keys import KEYS, see_keys
from schemas.shape import shape_contract
from schemas.sql import literal, quoted

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
    return tuple(row[column] for row in read_csv(path, needs=column))


# A day that may lie ahead of its publication lies at most so many days ahead: a hundred years, which no
# licence, loan or term outlasts. So a day written for "without end" (9999-12-31) is not taken for one.
FAR_AHEAD = 36_525

# What a row says of its record, from what does most to it.
EFFECT_RANK = " ".join(f"WHEN '{effect}' THEN {n}" for n, effect in enumerate(EFFECTS))


def effect_sql(feed: Feed, row: str = "l") -> str:
    """SQL that turns the island's own code for what a row does into one of our five effects.

    Args:
        row: alias of the row's table.
    """
    if not feed.effect_column:
        return "'assert'"
    cases = " ".join(
        f"WHEN {literal(code)} THEN '{effect}'"
        for code, effect in sorted(feed.effect_codes.items())
    )
    return f"CASE normal_form({row}.{quoted(feed.effect_column)}) {cases} ELSE 'assert' END"


def landing_expectations(feed: Feed) -> tuple[Expectation, ...]:
    """What the rows of `landing.<feed>` are expected to be; outcome warn or quarantine."""
    expected: list[Expectation] = []
    for column in feed.columns:
        expected.extend(_column_expectations(feed, column))
    expected.extend(_codes_agree(feed))
    if feed.format == "csv":
        expected.append(_one_record(feed))
    if feed.natural_key:
        expected.extend(_row_a_record(feed))
    return tuple(expected)


def _row_a_record(feed: Feed) -> list[Expectation]:
    """Which of several rows of one record in one delivery counts, and whether it meets the record."""
    table, ordered = f"landing.{feed.name}", feed.mode != "snapshot"
    speaks = Speaks(
        effect=effect_sql(feed, "t"),
        rank=f"CASE g.effect {EFFECT_RANK} END",
        ordered=ordered,
        others=tuple(c.name for c in feed.columns if not c.content and not ordered),
    )
    expected = []
    if not ordered:
        reason = (
            "A snapshot that says different things of one record contradicts itself; "
            "none is believed, and what was believed of the record before stays."
        )
        expected.append(
            expect(table, "one_version", "one_version", "quarantine", reason, speaks=speaks)
        )
    counts = (
        "of several rows of one record the last in the file counts."
        if ordered
        else "a row given twice counts once."
    )
    reason = f"A delivery says what it has to say of a record in one row; {counts}"
    expected.append(expect(table, "one_row", "one_row", "warn", reason, speaks=speaks))
    if ordered and set(feed.effect_codes.values()) - {"assert"}:
        reason = (
            "A withdrawal, change, correction or repeat of a record that is not believed shows "
            "a row that was lost, a key that is misspelt, or an old row sent again."
        )
        name, kind, column = "meets_no_record", "meets_record", feed.effect_column
        expected.append(expect(table, name, kind, "warn", reason, column, effect=speaks.effect))
    return expected


def _codes_agree(feed: Feed) -> list[Expectation]:
    """Of a row that gives one body under several numbers: each holds the same organisation code."""
    place = {"uscc": 9, "org_code": 1, "tax_no": 7}  # where it begins
    given = {s: [c.name for c in feed.columns if c.scheme == s] for s in place}
    if any(len(names) > 1 for names in given.values()):
        return []  # two of a kind are the numbers of two bodies
    code = {
        scheme: f"substr(compact({quoted(*names)}), {place[scheme]}, 9)"
        for scheme, names in given.items()
        if names
    }
    if "tax_no" in code:  # of 15 characters it holds the code, of 18 it is a unified one
        number = f"compact({quoted(*given['tax_no'])})"
        code["tax_no"] = (
            f"CASE length({number}) WHEN 15 THEN {code['tax_no']} "
            f"WHEN 18 THEN substr({number}, 9, 9) END"
        )
    pairs = [f"coalesce({one} = {other}, TRUE)" for one, other in combinations(code.values(), 2)]
    if not pairs:
        return []
    reason = (
        "The unified code, the organisation code and the tax number of one body hold the same nine "
        "characters (GB 32100-2015); where they differ, one of them is another's."
    )
    table, condition = f"landing.{feed.name}", " AND ".join(pairs)
    return [expect(table, "codes_agree", "holds", "warn", reason, condition=condition)]


def _one_record(feed: Feed) -> Expectation:
    """Of delimited text: no value goes over several lines and holds as many delimiters as a record."""
    most = max(len(feed.columns) - 1, 1) * len(feed.delimiter)
    delimiter = literal(feed.delimiter)
    condition = " AND ".join(
        f"({name} NOT LIKE '%\n%' OR length({name}) - length(replace({name}, {delimiter}, '')) < {most})"
        for name in map(quoted, feed.column_names)
    )
    reason = (
        "A quote opened in one row and closed in a later one makes one value of the rows between, "
        "and one row of two."
    )
    table, name = f"landing.{feed.name}", "holds_one_record"
    return expect(table, name, "holds", "quarantine", reason, condition=condition)


def _column_expectations(feed: Feed, column: Column) -> list[Expectation]:
    table, label = f"landing.{feed.name}", f"{column.name} ({column.title_zh})"

    expected: list[Expectation] = []

    def add(
        prefix: str, kind: str, outcome: str, reason: str, no_choice: bool = False, **arguments: Any
    ) -> None:
        name = f"{prefix}_{column.name.lower()}"
        e = Expectation(
            name, table, kind, outcome, reason, column.name, arguments, no_choice=no_choice
        )
        expected.append(e)

    says_effect = column.name == feed.effect_column
    if column.name in feed.natural_key:
        reason = f"{label} is part of the key: without it nobody can say which record is meant."
        add("key", "present", "quarantine", reason, no_choice=True)
    elif column.required or says_effect:
        reason = f"The contract of {feed.name} requires {label}."
        add("required", "present", "quarantine", reason, no_choice=says_effect)
    if says_effect:
        reason = f"{label} says what the row does to the record; another code cannot be acted on."
        values = tuple(feed.effect_codes)
        add("valid", "in_set", "quarantine", reason, no_choice=True, values=values)
    elif column.valid_values:
        reason = f"{label} is coded by the list {column.valid_values}; nobody knows another value."
        values = codes(column.valid_values)
        add("valid", "in_set", "quarantine", reason, values=values)
    if column.pattern:
        reason = f"{label} is always written in the form {column.pattern}."
        add("pattern", "matches", "quarantine", reason, pattern=column.pattern)
    if column.parse:
        reason = f"{label} must read as {column.parse}, or later stages have nothing to work with."
        reads = {"as": column.parse} | ({"open": column.means_open} if column.means_open else {})
        add("parse", "reads_as", "quarantine", reason, **reads)
        said, bounds = _bounds(column)
        reason = f"{label} {said}"
        # A day out of bounds can be worked with; the sums of an amount may be more than a column holds.
        amount = column.parse not in DAYS
        add("bounds", "in_bounds", "quarantine", reason, no_choice=amount, **reads, **bounds)
    if column.expected_where:
        other, value = column.expected_where
        reason = (
            f"{label} is left out though {other} says {value}: what follows from it is not known, "
            "so the row is kept and flagged."
        )
        condition = (
            f"coalesce(normal_form({quoted(other)}), '') <> {literal(value)} "
            f"OR clean_text({quoted(column.name)}) IS NOT NULL"
        )
        add("expected", "holds", "warn", reason, condition=condition)
    if column.scheme:
        reason = (
            f"{label} should pass the check of the scheme {column.scheme}; lawful codes exist that fail it, "
            "so the row is kept and flagged."
        )
        add("check", "check_digit", "warn", reason, scheme=column.scheme)
    return expected


def _bounds(column: Column) -> tuple[str, dict[str, Any]]:
    """What a day or a number cannot be, in words and as arguments of the kind `in_bounds`."""
    if column.parse in DAYS:
        first = column.not_before or EARLIEST
        bounds = {"not_before": first.isoformat(), "ahead": FAR_AHEAD * column.may_lie_ahead}
        if column.may_lie_ahead:
            return "may lie ahead of its publication, but not a hundred years.", bounds
        return "is a day of the past: nobody can report what has not happened yet.", bounds
    # Amounts in units of 10,000 yuan are compared as what they read as, in yuan.
    unit = 10_000 if column.parse == "wan" else 1
    least = 0 if column.at_least is None else column.at_least
    most = MOST[column.parse] if column.at_most is None else column.at_most
    said = "is no less than nothing, and no more than what later stages can add up."
    return said, {"at_least": str(least * unit), "at_most": str(most * unit)}


def feed_expectations(feed: Feed) -> tuple[Expectation, ...]:
    """All that the contract of a feed expects: of its rows, and of its deliveries."""
    return (*landing_expectations(feed), *delivery_expectations(feed))


def delivery_expectations(feed: Feed) -> tuple[Expectation, ...]:
    """How many rows a delivery of the feed may have, judged by earlier deliveries only.

    Ratios are kept in thousandths, so that no engine has to round.
    """
    expected = []

    def add(kind: str, outcome: str, reason: str, **arguments: int) -> None:
        expected.append(expect(f"landing.{feed.name}", kind, kind, outcome, reason, **arguments))

    snapshot = feed.mode == "snapshot"
    if snapshot and feed.may_be_empty is None:
        reason = "A register without a single record is a failed export, however often it comes."
        add("some_rows", "hold", reason)
    if feed.first_delivery:
        least = int(feed.first_delivery.get("min_rows", 1))
        add("first_rows", "warn", _reason(feed.first_delivery), min_rows=least)
    if snapshot and feed.previous_ratio:
        bounds = {
            edge: _thousandths(feed.previous_ratio[edge])
            for edge in ("min", "max")
            if edge in feed.previous_ratio
        }
        add("previous_ratio", "hold", _reason(feed.previous_ratio), **bounds)
    if not snapshot and "max" in feed.backlog_ratio:
        most = _thousandths(feed.backlog_ratio["max"])
        add("backlog_ratio", "hold", _reason(feed.backlog_ratio), max=most)
    return tuple(expected)


def _thousandths(ratio: float | int | str) -> int:
    return round(float(ratio) * 1000)


def _reason(bound: dict[str, Any]) -> str:
    return " ".join(str(bound.get("reason", "")).split())


def shape_expectations(shape: str, table: str | None = None) -> tuple[Expectation, ...]:
    """What the contract of a shape promises of its table; every outcome is `warn`.

    Required columns are present, coded columns hold codes of their list, the primary key is unique,
    and belief lasts at least a day. A row that breaks one got past its island's gate and SQL:
    nothing is thrown away any more, it is reported.

    Args:
        shape: name of a contract in `schemas/shapes/`.
        table: the table judged, if another than the shape's own.

    Raises:
        FileNotFoundError: if the shape has no contract.
    """
    table = table or f"{SHAPE_STAGES[shape]}.{shape}"
    node = shape_contract(shape)
    expected, key = [], {}

    def add(name: str, kind: str, reason: str, column: str | None = None, **arguments: Any) -> None:
        expected.append(expect(table, name, kind, "warn", reason, column, **arguments))

    where = f"schemas/shapes/{shape}.odcs.yaml"
    see_keys(node, KEYS["feed"], where, "key")
    for prop in node["properties"]:
        see_keys(prop, KEYS["column"], f"{where}, column {prop.get('name')}", "key")
        custom = {c["property"]: c.get("value") for c in prop.get("customProperties") or []}
        name = prop["name"]
        if prop.get("required"):
            reason = f"The shape {shape} promises {name} in every row."
            add(f"required_{name}", "present", reason, name, blank="allowed")
        if custom.get("valid_values"):
            reason = f"Later stages know no other {name} than those of its code list."
            values = codes(custom["valid_values"])
            add(f"valid_{name}", "in_set", reason, name, values=values)
        if prop.get("primaryKey"):
            key[prop.get("primaryKeyPosition", 0)] = name
    names = {prop["name"] for prop in node["properties"]}
    if key:
        columns = tuple(key[position] for position in sorted(key))
        add("key_once", "unique", "No two rows of a table have the same key.", key=columns)
    if {"from_day", "to_day"} <= names:
        expected.append(interval_expectation(table))
    return tuple(expected)


def interval_expectation(table: str) -> Expectation:
    """What every table of intervals is expected to be: none is empty or ends before it begins."""
    reason = "What is believed is believed for at least a day."
    condition = "to_day IS NULL OR from_day < to_day"
    return expect(table, "interval", "holds", "warn", reason, condition=condition)
