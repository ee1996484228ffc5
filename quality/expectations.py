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
reads_as       the text cannot be read as a day, money, an integer    as, open (optional)
in_bounds      what it reads as lies outside what can be              as, and not_before and ahead
                                                                      or at_least and at_most
check_digit    the identifier fails its scheme's check                scheme
holds          a condition over the row's own columns is false        condition
=============  =====================================================  ==========================

Kinds that need other rows (`SET_KINDS`):

=============  =====================================================  ==========================
one_version    a delivery says different things of one record         speaks
one_row        another row of the delivery speaks for the record      speaks
meets_record   it withdraws, changes or repeats what is not believed  effect
unique         two rows bear the same key                             key
no_overlap     two intervals of one key share a day                   key
refers_to      the key is not found in another table                  key, table, columns
no_rows        a written query finds rows                             query
=============  =====================================================  ==========================

Kinds that judge one delivery against earlier ones (`DELIVERY_KINDS`): `some_rows`, `first_rows`,
`previous_ratio`, `backlog_ratio`; `quality.gates` compiles them.

The first three of them judge rows that break nothing for which a row is kept aside; such a row takes
nobody's place. `speaks` says which of several rows of a record counts; see `Speaks`.

NULL breaks only `present`: what is missing cannot be wrong in another way.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from schemas.sql import literal, quoted

# Tables whose rows are versions of records, each seen from `from_day` on.
RECORDS = ("conform.statements", "conform.events", "conform.links", "resolve.mentions")
ROW_KINDS = ("present", "in_set", "matches", "reads_as", "in_bounds", "check_digit", "holds")
GATE_KINDS = ("one_version", "one_row", "meets_record")  # only a gate of landing has them
SET_KINDS = (*GATE_KINDS, "unique", "no_overlap", "refers_to", "no_rows")
DELIVERY_KINDS = ("some_rows", "first_rows", "previous_ratio", "backlog_ratio")

# From mildest to gravest: noted, the row kept aside, the delivery not believed, the build stopped.
OUTCOMES = ("warn", "quarantine", "hold", "fail")

# How grave it is if nothing else is said, by what follows.
SEVERITIES = {"warn": "minor", "quarantine": "major", "hold": "major", "fail": "critical"}

# Who is told if nobody else is named, by stage.
OWNERS = {
    "landing": "island",
    "conform": "island",
    "resolve": "platform",
    "merge": "platform",
    "lists": "list owner",
    "exchange": "holder",
    "consequences": "agency",
    "scores": "keeper",
}

TABLES_READ = re.compile(r"\b(?:(?<!DISTINCT )FROM|JOIN)\s+(\w+\.\w+)")

# How a text is read, by what it must read as: `{0}` is the column.
READERS = {
    "day": "parse_day({0})",
    # DD.MM.YYYY, turned round first
    "dotted_day": (
        "CASE WHEN regexp_matches({0}, '\\A[0-9][0-9][.][0-9][0-9][.][0-9]{{4}}\\z') "
        "THEN parse_day(substr({0}, 7, 4) || substr({0}, 4, 2) || substr({0}, 1, 2)) END"
    ),
    "money": "parse_money({0})",
    "wan": "parse_wan({0})",
    "integer": "parse_int({0})",
}

# What stands in the way of a row's being believed. A gate looks at (feed, delivery, line), which names
# one row; the ids of its record and version are there for readers.
ASIDE = "outcome = 'quarantine'"
SET_ASIDE = "(verdicts.outcome = 'quarantine' OR verdicts.expectation = 'one_row')"


class BrokenPromise(ValueError):
    """The build itself lost or invented something; the message is one sentence that says what.

    Bad data never raises it: it is kept aside or held. Only a failed check of conservation (read =
    landed + unreadable; every landed row judged once) or of evidence (every entry leads back to a
    record) does.
    """


@dataclass(frozen=True)
class Speaks:
    """Which of several good rows of one record in one delivery counts.

    Where their order means something, as in a feed of changes, what the last one says holds; among
    rows that say it, the one that does most to the record (to assert is more than to repeat). In a
    snapshot all must say the same, and the order of the file decides nothing.
    """

    effect: str  # SQL of a row's effect, from columns of `t`
    rank: str  # SQL of an effect's rank, from a column `effect`, least first
    ordered: bool  # whether the order of rows in the file means something
    # Columns that are no content, by which rows that say the same are told apart.
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """What one table, or one column of it, is expected to be."""

    name: str  # unique within the table, in lower_snake_case; stands in verdicts and reports
    table: str  # qualified name, `landing.court`; its schema is the stage
    kind: str  # one of the kinds above
    outcome: str  # what follows for what breaks it, one of `OUTCOMES`
    reason: str  # one sentence saying why this is expected
    # The column judged, or None where the rule is about the row or the table.
    column: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)  # what the kind needs
    owner: str = ""  # who is told of what breaks it, a word of `OWNERS` by default
    severity: str = ""  # minor, major or critical; by default, as the outcome is
    # Whether neither a run nor anybody may let in a row that breaks it, since nobody could say which record
    # the row means, or what it does to it, or add up what it says.
    no_choice: bool = False

    def __post_init__(self) -> None:
        if self.kind not in (*ROW_KINDS, *SET_KINDS, *DELIVERY_KINDS):
            raise ValueError(f"{self.table}.{self.name}: no kind of expectation is {self.kind!r}.")
        if self.outcome not in OUTCOMES:
            raise ValueError(
                f"{self.table}.{self.name}: outcome {self.outcome!r} not in {OUTCOMES}."
            )
        severity = self.severity or SEVERITIES[self.outcome]
        if severity not in SEVERITIES.values():
            raise ValueError(
                f"{self.table}.{self.name}: severity {severity!r} is not minor, major or critical."
            )
        object.__setattr__(self, "severity", severity)
        object.__setattr__(self, "owner", self.owner or OWNERS.get(self.stage, "platform"))

    @property
    def stage(self) -> str:
        """The stage it belongs to; what is judged of deliveries, `quality.*`, belongs to landing."""
        schema = self.table.partition(".")[0]
        return "landing" if schema == "quality" else schema

    @property
    def id(self) -> str:
        """Its stable name among all, `<stage>.<name>`."""
        return f"{self.stage}.{self.name}"

    @property
    def policy(self) -> str:
        """What follows for what breaks it, in the word that a run may be told."""
        return self.outcome

    @property
    def gate(self) -> str:
        """The gate it is part of: its id; or, of those derived for each column, stage and kind.

        >>> expect("landing.a", "check_no", "check_digit", "warn", "", "no", scheme="uscc").gate
        'landing.check_digit'
        """
        of_column = self.column and self.name.endswith(f"_{self.column.lower()}")
        return f"{self.stage}.{self.kind}" if of_column else self.id

    @property
    def may_be_released(self) -> bool:
        """Whether a row that it keeps aside enters when somebody says so: not a value that no later stage
        can work with, nor one of several rows of which one at most is right.
        """
        return not self.no_choice and self.kind not in ("in_bounds", "one_version")

    @cached_property
    def reads(self) -> frozenset[str]:
        """Qualified names of every table the expectation looks at."""
        if self.kind in DELIVERY_KINDS:
            return frozenset({self.table, "landing.deliveries", "quality.row_verdicts"})
        if self.kind == "refers_to":
            return frozenset({self.table, self.arguments["table"]})
        if self.kind in ("one_version", "one_row"):
            return frozenset({self.table, "quality.verdicts"})
        if self.kind == "meets_record":
            return frozenset({self.table, "quality.verdicts", "quality.deliveries"})
        if self.kind != "no_rows":
            return frozenset({self.table})
        # Parsing every query would take longer than running it; ours all name `schema.table`.
        return frozenset({self.table, *TABLES_READ.findall(self.arguments["query"])})


def expect(
    table: str,
    name: str,
    kind: str,
    outcome: str,
    reason: str,
    column: str | None = None,
    **arguments: Any,
) -> Expectation:
    """An expectation, with what its kind needs given by name; see `Expectation`."""
    return Expectation(name, table, kind, outcome, reason, column, arguments)


def one_of(values: Iterable[str]) -> str:
    r"""A pattern of a closed list of texts.

    Not by `IN`: DuckDB makes a join of each list, outside the CASE that would spare most rows the
    question, and such joins take longer to plan than the rows of a small delivery to judge.

    >>> one_of(["A1", "1.5"])
    'A1|1\\.5'
    """
    return "|".join(map(re.escape, values))


def whole_match(pattern: str) -> str:
    r"""The pattern anchored at both ends, so that it must match the whole text in either engine.

    Not by `$`, which for one of them also stands before a last end of line.
    """
    return rf"\A(?:{pattern})\z"


def reader_sql(reads_as: str, value: str) -> str:
    """SQL of what a text reads as, NULL if it does not; one of `READERS`."""
    return READERS[reads_as].format(value)


def breaks_sql(
    expectation: Expectation, row: str = "", parsed: Mapping[tuple[str, str], str] | None = None
) -> str:
    """A condition, TRUE or FALSE but never NULL, that a row breaks a row expectation.

    Args:
        row: alias of the row's table, if columns need one (not for `holds`, whose condition is
            written out).
        parsed: (column, what it reads as) -> SQL of that, where it is worked out already.

    Raises:
        ValueError: if the kind does not judge one row by itself.
    """
    kind, arguments = expectation.kind, expectation.arguments
    if kind == "holds":
        return f"NOT coalesce({arguments['condition']}, TRUE)"
    if kind not in ROW_KINDS:
        raise ValueError(f"{expectation.name}: {kind!r} cannot be judged row by row.")
    value = f"{row}.{quoted(expectation.column)}" if row else quoted(expectation.column)
    if kind == "present" and arguments.get("blank") == "allowed":
        return f"{value} IS NULL"
    if kind == "present":
        # Blank text begins with a character that is neither printed ASCII nor Chinese: only such text
        # is looked at more closely, so that nearly every row needs no regular expression.
        return (
            f"CASE WHEN {value} BETWEEN '!' AND '~' OR {value} BETWEEN '一' AND '鿿' THEN FALSE "
            f"ELSE clean_text({value}) IS NULL END"
        )
    if kind in ("in_set", "matches"):
        pattern = arguments["pattern"] if kind == "matches" else one_of(arguments["values"])
        written, in_normal_form = (
            f"regexp_matches({text}, {literal(whole_match(pattern))})"
            for text in (value, f"normal_form({value})")
        )
        return (
            f"CASE WHEN {written} THEN FALSE "
            f"ELSE {value} IS NOT NULL AND NOT coalesce({in_normal_form}, FALSE) END"
        )
    if kind in ("reads_as", "in_bounds"):
        known = (parsed or {}).get((expectation.column, arguments["as"]))
        read = known or reader_sql(arguments["as"], value)
        means_open = literal(whole_match(one_of(arguments.get("open", ()))))
        said = f"coalesce(normal_form({value}), '')"
        open_sql = f" AND NOT regexp_matches({said}, {means_open})" if arguments.get("open") else ""
        if kind == "reads_as":
            return f"({value} IS NOT NULL{open_sql} AND {read} IS NULL)"
        dot = f"{row}." if row else ""
        if "not_before" in arguments:
            low = f"DATE {literal(arguments['not_before'])}"
            high = f"{dot}published + {arguments['ahead']}"
        else:
            low, high = (
                f"CAST({literal(str(arguments[b]))} AS DECIMAL(24, 6))"
                for b in ("at_least", "at_most")
            )
        return f"coalesce(({read} < {low} OR {read} > {high}){open_sql}, FALSE)"
    # A starred number hides what its check would need; an organisation code may bear its hyphen.
    scheme = arguments["scheme"]
    compact = f"replace({value}, '-', '')" if scheme == "org_code" else value
    starred = "" if scheme.startswith("masked") else f"{value} NOT LIKE '%*%' AND "
    return f"({value} IS NOT NULL AND {starred}NOT coalesce({scheme}_ok({compact}), FALSE))"


def repeated_when(expectation: Expectation) -> str:
    """When a row `s` of `rows_of_repeated_sql` breaks an expectation of kind `one_version` or `one_row`."""
    if expectation.kind == "one_version":
        return "s.least <> s.greatest"
    speaks: Speaks = expectation.arguments["speaks"]
    return "s.nth > 1" if speaks.ordered else "s.nth > 1 AND s.least = s.greatest"


def rows_of_repeated_sql(expectation: Expectation, aside: str, table: str) -> str:
    """Good rows of records that a delivery gives more than one of, whichever rule they break.

    Args:
        expectation: of kind `one_version` or `one_row`.
        aside: a query of `delivery` and `line` of the rows that are kept aside anyway.
        table: the table judged.

    Returns:
        A query of feed, delivery, record_id, version and line; `nth`, 1 for the row that speaks for its
        record; `least` and `greatest` of the versions that the delivery gives of it.
    """
    speaks: Speaks = expectation.arguments["speaks"]
    own = "".join(f", t.{quoted(c)}" for c in speaks.others)
    others = "".join(f"g.{quoted(c)}, " for c in speaks.others)
    names = "feed, delivery, record_id, version, line"
    same = "PARTITION BY g.delivery, g.record_id"
    state = "CASE g.effect WHEN 'withdraw' THEN NULL ELSE g.version END"
    last = f"first_value({state}) OVER ({same} ORDER BY g.line DESC)" if speaks.ordered else state
    return f"""
    SELECT
        g.*,
        row_number() OVER (
            {same}
            ORDER BY
                CASE WHEN g.state IS NOT DISTINCT FROM g.last_state THEN 0 ELSE 1 END,
                {speaks.rank}, {others}g.line
        ) AS nth
    FROM (
        SELECT
            g.*,
            {state} AS state,
            {last} AS last_state,
            min(g.version) OVER ({same}) AS least,
            max(g.version) OVER ({same}) AS greatest
        FROM (
            SELECT
                {", ".join(f"t.{c}" for c in names.split(", "))}{own},
                {speaks.effect} AS effect
            FROM {table} AS t
            INNER JOIN (
                SELECT delivery, record_id FROM {table}
                GROUP BY delivery, record_id HAVING count(*) > 1
            ) AS r ON r.delivery = t.delivery AND r.record_id = t.record_id
            LEFT JOIN ({aside}) AS a ON a.delivery = t.delivery AND a.line = t.line
            WHERE a.line IS NULL
        ) AS g
    ) AS g
"""


def meets_no_record_sql(expectation: Expectation, verdicts: str = "quality.verdicts") -> str:
    """Rows that withdraw, change, correct or repeat a record that is not believed when they arrive.

    Only to assert is to say something of a record that need not be known yet.

    Only rows before it count, of deliveries that are believed: earlier deliveries, and earlier lines
    of its own. A record withdrawn before is not believed either.

    Args:
        expectation: of kind `meets_record`.
        verdicts: the table that says which rows are kept aside.

    Returns:
        A query of feed, delivery, record_id, version and line.
    """
    table, effect = expectation.table, expectation.arguments["effect"]
    feed = literal(table.removeprefix("landing."))
    names = ("feed", "delivery", "record_id", "version", "line")
    return f"""SELECT {", ".join(f"s.{c}" for c in names)}
FROM (
    SELECT
        g.*,
        lag(g.effect) OVER (PARTITION BY g.record_id ORDER BY g.published, g.line) AS before
    FROM (
        SELECT
            {", ".join(f"t.{c}" for c in names)},
            t.published,
            {effect} AS effect
        FROM {table} AS t
        LEFT JOIN {verdicts} AS v
            ON v.feed = {feed} AND v.{ASIDE} AND v.delivery = t.delivery AND v.line = t.line
        LEFT JOIN quality.deliveries AS d
            ON d.feed = {feed} AND d.outcome = 'hold' AND d.delivery = t.delivery
        WHERE t.record_id IN (
            SELECT t.record_id FROM {table} AS t
            WHERE {effect} <> 'assert'
        )
        AND v.feed IS NULL
        AND d.feed IS NULL
    ) AS g
) AS s
WHERE
    s.effect <> 'assert'
    AND (s.before IS NULL OR s.before = 'withdraw')"""


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
    if e.kind == "meets_record":
        return meets_no_record_sql(e)
    if e.kind in GATE_KINDS:
        feed = literal(e.table.removeprefix("landing."))
        aside = (
            "SELECT DISTINCT v.delivery, v.line FROM quality.verdicts AS v "
            f"WHERE v.feed = {feed} AND v.{ASIDE} AND v.expectation <> 'one_version'"
        )
        return f"""SELECT s.feed, s.delivery, s.record_id, s.version, s.line
FROM ({rows_of_repeated_sql(e, aside, e.table)}) AS s
WHERE {repeated_when(e)}"""
    if e.kind == "unique":
        key = ", ".join(quoted(c) for c in arguments["key"])
        return f"SELECT {key}, count(*) AS times FROM {e.table} GROUP BY {key} HAVING count(*) > 1"
    if e.kind == "no_overlap":
        key = ", ".join(quoted(c) for c in arguments["key"])
        return (
            f"SELECT * FROM (SELECT {key}, from_day, to_day, "
            f"lead(from_day) OVER (PARTITION BY {key} ORDER BY from_day, to_day) AS next_from_day "
            f"FROM {e.table}) AS r WHERE r.next_from_day < until(r.to_day)"
        )
    if e.kind == "refers_to":
        pairs = zip(arguments["key"], arguments["columns"], strict=True)
        same = " AND ".join(f"o.{quoted(b)} = r.{quoted(a)}" for a, b in pairs)
        given = " AND ".join(f"r.{quoted(a)} IS NOT NULL" for a in arguments["key"])
        # Of `NOT EXISTS` DuckDB makes a second pass over the rows, four times as long.
        return (
            f"SELECT r.* FROM {e.table} AS r LEFT JOIN {arguments['table']} AS o ON {same} "
            f"WHERE {given} AND o.{quoted(arguments['columns'][0])} IS NULL"
        )
    raise ValueError(f"{e.name}: {e.kind!r} judges a delivery, not rows.")


# Each kind in one line of plain English, but for those that `sentence` has more to say of.
SENTENCES = {
    "present": "{column} is present",
    "in_set": "{column} is one of {values}",
    "matches": "{column} matches {pattern}",
    "reads_as": "{column} reads as {as}",
    "check_digit": "{column} passes the check of the scheme {scheme}",
    "one_version": "a delivery says one thing of a record",
    "one_row": "a delivery gives a record in one row",
    "meets_record": "what is withdrawn, changed, corrected or repeated is believed",
    "unique": "{key} occurs once",
    "no_overlap": "intervals of one {key} do not overlap",
    "refers_to": "{key} is found in {table}",
}
# What a text must read as, in words.
READ = {
    "day": "a day",
    "dotted_day": "a day, written DD.MM.YYYY",
    "money": "a sum in yuan",
    "wan": "a sum in ten thousands of yuan",
    "integer": "a whole number",
}


def sentence(expectation: Expectation) -> str:
    """The expectation in one line of plain English, without its reason."""
    e, said = expectation, {"column": expectation.column, **expectation.arguments}
    if e.kind == "in_bounds" and "not_before" in said:
        ahead = said["ahead"]
        end = f"{ahead // 365} years after its publication" if ahead else "its publication"
        return f"{e.column} lies between {said['not_before']} and {end}"
    if e.kind == "in_bounds":
        unit = "" if said["as"] == "integer" else " yuan"
        least, most = (f"{Decimal(str(said[b])).normalize():f}" for b in ("at_least", "at_most"))
        return f"{e.column} lies between {least} and {most}{unit}"
    if e.kind in DELIVERY_KINDS:
        return OF_ALL[e.kind]
    if e.kind == "holds" and e.gate != e.id:
        return f"{e.column} is given where another column asks for it"
    if e.kind not in SENTENCES:
        return e.name.replace("_", " ")
    values = list(said.get("values", ()))
    said["values"] = f"{', '.join(values[:8])}{' …' if len(values) > 8 else ''}"
    said["key"] = ", ".join(said.get("key", ()))
    said["as"] = READ.get(said.get("as", ""))
    return SENTENCES[e.kind].format_map(said)


# What a gate expects that has many columns, feeds or tables, by kind.
OF_ALL = {
    "present": "what must be given is given",
    "in_set": "a value of a closed list is one of that list",
    "matches": "a value has the form that its column asks for",
    "reads_as": "what must be a day, a sum or a whole number can be read as one",
    "in_bounds": "a day, a sum or a number lies within the bounds of its column",
    "check_digit": "an identifier passes the check of its scheme",
    "holds": "a value is given where another column asks for it",
    "one_row": "a delivery says what it has to say of a record in one row",
    "some_rows": "a delivery has rows",
    "first_rows": "the first delivery has as many rows as its contract expects",
    "previous_ratio": "a delivery has about as many rows as the one before",
    "backlog_ratio": "a delivery has few rows beside the first, which is the backlog",
}


def sentence_of_gate(e: Expectation) -> str:
    """What its whole gate expects, in one line; of one that is written down, the reason it gives."""
    written_down = e.gate == e.id and e.kind in ROW_KINDS
    if e.kind not in OF_ALL or written_down:
        return e.reason or sentence(e)
    said = OF_ALL[e.kind]
    return f"{said[0].upper()}{said[1:]}."
