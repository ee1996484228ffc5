"""One plain description of what a table is expected to be, and the SQL that finds what breaks it.

An `Expectation` is data. Gates compile many of them into one scan, Great Expectations gets the same
ones as a suite, and reports print their sentences: one definition, three uses.

Kinds that judge one row by itself (`ROW_KINDS`):

=============  =====================================================  ==========================
kind           a row breaks it when                                   arguments
=============  =====================================================  ==========================
present        the column is NULL, or blank unless blank is allowed   blank (optional)
in_set         the value, in normal form, is none of a closed list    values
matches        the whole text, in normal form, does not match a       pattern
               regular expression
reads_as       the text cannot be read as a day, money, an integer    as
check_digit    the identifier fails its scheme's check                scheme
holds          a condition over the row's own columns is false        condition
=============  =====================================================  ==========================

Kinds that need other rows (`SET_KINDS`):

=============  =====================================================  ==========================
one_version    a key comes with several contents; the greatest stays  key, version
unique         two rows bear the same key                             key
no_overlap     two intervals of one key share a day                   key
refers_to      the key is not found in another table                  key, table, columns
no_rows        a written query finds rows                             query
=============  =====================================================  ==========================

Kinds that judge one delivery against earlier ones (`DELIVERY_KINDS`): `first_rows`,
`previous_ratio`, `backlog_ratio`; `quality.gates` compiles them.

NULL breaks only `present`: what is missing cannot be wrong in another way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

ROW_KINDS = ("present", "in_set", "matches", "reads_as", "check_digit", "holds")
SET_KINDS = ("one_version", "unique", "no_overlap", "refers_to", "no_rows")
DELIVERY_KINDS = ("first_rows", "previous_ratio", "backlog_ratio")

# From mildest to gravest: noted, the row kept aside, the delivery not believed, the build stopped.
OUTCOMES = ("warn", "quarantine", "hold", "fail")

TABLES_READ = re.compile(r"\b(?:FROM|JOIN)\s+(\w+\.\w+)")

READERS = {"day": "parse_day", "money": "parse_money", "wan": "parse_wan", "integer": "parse_int"}


class BrokenPromise(ValueError):
    """The build itself lost or invented something; the message is one sentence that says what.

    Bad data never raises it: it is kept aside or held. Only a failed check of conservation (read =
    landed + unreadable; every landed row judged once) or of evidence (every entry leads back to a
    record) does.
    """


@dataclass(frozen=True)
class Expectation:
    """What one table, or one column of it, is expected to be.

    Attributes:
        name: unique within the table, in lower_snake_case; stands in verdicts and reports.
        table: qualified name, `landing.court`; its schema is the stage.
        column: the column judged, or None where the rule is about the row or the table.
        kind: one of the kinds above.
        arguments: what the kind needs.
        outcome: what follows for what breaks it, one of `OUTCOMES`.
        reason: one sentence saying why this is expected.
    """

    name: str
    table: str
    kind: str
    outcome: str
    reason: str
    column: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.kind not in (*ROW_KINDS, *SET_KINDS, *DELIVERY_KINDS):
            raise ValueError(f"{self.table}.{self.name}: no kind of expectation is {self.kind!r}.")
        if self.outcome not in OUTCOMES:
            raise ValueError(
                f"{self.table}.{self.name}: outcome {self.outcome!r} not in {OUTCOMES}."
            )

    @cached_property
    def reads(self) -> frozenset[str]:
        """Qualified names of every table the expectation looks at."""
        if self.kind in DELIVERY_KINDS:
            return frozenset({self.table, "landing.deliveries"})
        if self.kind == "refers_to":
            return frozenset({self.table, self.arguments["table"]})
        if self.kind != "no_rows":
            return frozenset({self.table})
        # Parsing every query would take longer than running it; ours all name `schema.table`.
        return frozenset({self.table, *TABLES_READ.findall(self.arguments["query"])})


def text_sql(value: str) -> str:
    """A SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def name_sql(name: str) -> str:
    """A quoted SQL identifier; islands name columns as they like, reserved words included."""
    return '"' + name.replace('"', '""') + '"'


def whole_match(pattern: str) -> str:
    r"""The pattern anchored at both ends, so that it must match the whole text in either engine.

    Not by `$`, which for one of them also stands before a last end of line. A contract's own `^` and
    `$` at the ends are dropped for the same reason.
    """
    return rf"\A(?:{pattern.removeprefix('^').removesuffix('$')})\z"


def breaks_sql(expectation: Expectation, row: str = "") -> str:
    """A condition, TRUE or FALSE but never NULL, that a row breaks a row expectation.

    Args:
        expectation: one of `ROW_KINDS`.
        row: alias of the row's table, if columns need one (not for `holds`, whose condition is
            written out).

    Raises:
        ValueError: if the kind does not judge one row by itself.
    """
    kind, arguments = expectation.kind, expectation.arguments
    if kind == "holds":
        return f"NOT coalesce({arguments['condition']}, TRUE)"
    if kind not in ROW_KINDS:
        raise ValueError(f"{expectation.name}: {kind!r} cannot be judged row by row.")
    value = f"{row}.{name_sql(expectation.column)}" if row else name_sql(expectation.column)
    if kind == "present" and arguments.get("blank") == "allowed":
        return f"{value} IS NULL"
    if kind == "present":
        # Blank text begins with a character that is neither printed ASCII nor Chinese: only such text
        # is looked at more closely, which spares nearly every row a regular expression.
        return (
            f"CASE WHEN {value} BETWEEN '!' AND '~' OR {value} BETWEEN '一' AND '鿿' THEN FALSE "
            f"ELSE clean_text({value}) IS NULL END"
        )
    if kind == "in_set":
        values = ", ".join(text_sql(v) for v in arguments["values"])
        return (
            f"CASE WHEN {value} IN ({values}) THEN FALSE "
            f"ELSE {value} IS NOT NULL AND coalesce(normal_form({value}), '') NOT IN ({values}) END"
        )
    if kind == "matches":
        pattern = text_sql(whole_match(arguments["pattern"]))
        return (
            f"CASE WHEN regexp_matches({value}, {pattern}) THEN FALSE ELSE {value} IS NOT NULL "
            f"AND NOT coalesce(regexp_matches(normal_form({value}), {pattern}), FALSE) END"
        )
    if kind == "reads_as":
        return f"({value} IS NOT NULL AND {READERS[arguments['as']]}({value}) IS NULL)"
    # A starred number hides what its check would need; an organisation code may bear its hyphen.
    scheme = arguments["scheme"]
    compact = f"replace({value}, '-', '')" if scheme == "org_code" else value
    starred = "" if scheme.startswith("masked") else f"{value} NOT LIKE '%*%' AND "
    return f"({value} IS NOT NULL AND {starred}NOT coalesce({scheme}_ok({compact}), FALSE))"


def conflicts_sql(expectation: Expectation, table: str | None = None) -> str:
    """Keys that come with several versions, each with the greatest: columns of the key, `kept`."""
    key = ", ".join(name_sql(c) for c in expectation.arguments["key"])
    version = name_sql(expectation.arguments["version"])
    return (
        f"SELECT {key}, max({version}) AS kept FROM {table or expectation.table} "
        f"GROUP BY {key} HAVING min({version}) < max({version})"
    )


def violations_sql(expectation: Expectation) -> str:
    """The query for the rows that break an expectation, for any kind but those of deliveries.

    Raises:
        ValueError: for a delivery kind, which `quality.gates.delivery_verdicts_sql` compiles.
    """
    e, arguments = expectation, expectation.arguments
    if e.kind in ROW_KINDS:
        return f"SELECT * FROM {e.table} WHERE {breaks_sql(e)}"
    if e.kind == "no_rows":
        return arguments["query"]
    if e.kind == "one_version":
        same = " AND ".join(f"c.{name_sql(k)} = r.{name_sql(k)}" for k in arguments["key"])
        version = name_sql(arguments["version"])
        return (
            f"SELECT r.* FROM {e.table} AS r INNER JOIN ({conflicts_sql(e)}) AS c "
            f"ON {same} WHERE r.{version} <> c.kept"
        )
    if e.kind == "unique":
        key = ", ".join(name_sql(c) for c in arguments["key"])
        return f"SELECT {key}, count(*) AS times FROM {e.table} GROUP BY {key} HAVING count(*) > 1"
    if e.kind == "no_overlap":
        key = ", ".join(name_sql(c) for c in arguments["key"])
        return (
            f"SELECT * FROM (SELECT {key}, from_day, to_day, "
            f"lead(from_day) OVER (PARTITION BY {key} ORDER BY from_day, to_day) AS next_from_day "
            f"FROM {e.table}) AS r WHERE r.next_from_day < until(r.to_day)"
        )
    if e.kind == "refers_to":
        pairs = zip(arguments["key"], arguments["columns"], strict=True)
        same = " AND ".join(f"o.{name_sql(b)} = r.{name_sql(a)}" for a, b in pairs)
        given = " AND ".join(f"r.{name_sql(a)} IS NOT NULL" for a in arguments["key"])
        return (
            f"SELECT r.* FROM {e.table} AS r WHERE {given} "
            f"AND NOT EXISTS (SELECT 1 FROM {arguments['table']} AS o WHERE {same})"
        )
    raise ValueError(f"{e.name}: {e.kind!r} judges a delivery, not rows.")


def sentence(expectation: Expectation) -> str:
    """The expectation in one line of plain English, without its reason."""
    e, arguments = expectation, expectation.arguments
    if e.kind == "present":
        return f"{e.column} is present"
    if e.kind == "in_set":
        values = list(arguments["values"])
        return f"{e.column} is one of {', '.join(values[:8])}{' …' if len(values) > 8 else ''}"
    if e.kind == "matches":
        return f"{e.column} matches {arguments['pattern']}"
    if e.kind == "reads_as":
        return f"{e.column} reads as {arguments['as']}"
    if e.kind == "check_digit":
        return f"{e.column} passes the check of a {arguments['scheme']}"
    if e.kind == "one_version":
        return f"one content per {', '.join(arguments['key'])}"
    if e.kind == "unique":
        return f"{', '.join(arguments['key'])} occurs once"
    if e.kind == "no_overlap":
        return f"intervals of one {', '.join(arguments['key'])} do not overlap"
    if e.kind == "refers_to":
        return f"{', '.join(arguments['key'])} is found in {arguments['table']}"
    return re.sub(r"_", " ", e.name)
