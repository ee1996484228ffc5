"""The gates of landing: which rows are kept aside, and which deliveries are not believed.

A table's row expectations compile into ONE scan. Each is a flag; rows without a flag, nearly all of
them, leave the query at its filter, and only the few that are left are spread out into one verdict
an expectation. What needs other rows (several rows of one record) is found by key columns alone.

A verdict is about one row, which feed, delivery and line name: a row that is kept aside takes no good
row of the same record with it, whatever the two say.

A delivery is judged by its own rows and the row counts of earlier deliveries of its own feed and
nothing else, so that no verdict of day d changes when later deliveries arrive. Rows that conform are
counted, one a record; a snapshot that has none is held, however many came like it before. Else a held
delivery does not become believed later; but the next one is compared with it, so that a new level that
lasts is believed from its second delivery on.

Absence from a snapshot means something only if the snapshot is *whole*: nothing in the file was
unreadable, and every row kept aside still names its record.

In order: `quality.row_verdicts` (what the rows say themselves), `quality.deliveries`, and
`quality.verdicts`, which adds what can only be said once it is known which deliveries are believed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from quality.expectations import (
    ASIDE,
    ROW_KINDS,
    SET_ASIDE,
    Expectation,
    breaks_sql,
    meets_no_record_sql,
    reader_sql,
    repeated_when,
    rows_of_repeated_sql,
)
from quality.from_contract import delivery_expectations, landing_expectations
from schemas.contract import Feed
from schemas.sql import literal, quoted

if TYPE_CHECKING:
    import pyarrow as pa

_COUNT, _TEXT = "BIGINT", "VARCHAR"
VERDICTS_COLUMNS = {
    **dict.fromkeys(("feed", "delivery", "record_id", "version"), _TEXT),
    "line": _COUNT,
    **dict.fromkeys(("stage", "expectation", "column_name", "outcome"), _TEXT),
}
DELIVERIES_COLUMNS = {
    "feed": _TEXT,
    "delivery": _TEXT,
    "published": "DATE",
    "rows": _COUNT,
    "conformed": _COUNT,  # rows not kept aside, one a record
    "whole": "BOOLEAN",  # whether absence from it means anything
    **dict.fromkeys(("expectation", "outcome", "reason"), _TEXT),
}
ROW_COUNTS_COLUMNS = {
    "feed": _TEXT,
    **dict.fromkeys(("landed", "conformed", "quarantined", "held", "unreadable"), _COUNT),
}

ROW_VERDICTS = "quality.row_verdicts"
POLICIES = "codes.gate_policies"  # what a run tells its gates

# A feed of changes may bring this many rows however small its first delivery was.
BACKLOG_ALLOWANCE = 100


class Engine(Protocol):
    """What quality needs of an engine; `pipelines.engine` provides two."""

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query; its rows as tuples."""

    def query(self, sql: str) -> pa.Table:
        """Run a query; its rows as an Arrow table."""

    def create_table(self, name: str, *sql: str) -> None:
        """Create or replace the table `schema.table` from the rows of one SELECT or several."""

    def insert_arrow(self, name: str, table: pa.Table) -> None:
        """Create or replace a table from Arrow columns."""

    def tables(self) -> list[str]:
        """Names `schema.table` of all tables."""


def empty_sql(columns: dict[str, str]) -> str:
    """A query of no rows with the given columns, so that a table exists before there is data."""
    nulls = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(c)}" for c, kind in columns.items())
    return f"SELECT {nulls} WHERE FALSE"


def row_verdicts_sql(
    feed: Feed,
    decided: bool = False,
    rows: str | None = None,
    strict: bool = False,
    policies: str = POLICIES,
) -> str:
    """One scan of a feed's landed rows that gives a row for every expectation a row breaks.

    Args:
        decided: whether rows of it were released or discarded.
        rows: the table to judge, if it is not `landing.<feed>` (the edited rows of a replay, say).
        strict: whether to look only for what keeps a row aside.
        policies: the table of what the gates are told, if it stands elsewhere.

    Returns:
        A query with the columns of `quality.verdicts`.

    Raises:
        ValueError: if the contract expects something that this does not judge.
    """
    table = rows or f"landing.{feed.name}"
    expectations = [
        e for e in landing_expectations(feed) if e.outcome == "quarantine" or not strict
    ]
    by_row = [e for e in expectations if e.kind in ROW_KINDS]
    repeats = [e for e in expectations if e.kind in ("one_version", "one_row")]
    for e in expectations:
        if e not in by_row and e not in repeats and e.kind != "meets_record":
            raise ValueError(f"{e.table}.{e.name}: {e.kind!r} does not name rows of a delivery.")
    flagged = _flags_sql(table, by_row, policies) if by_row else empty_sql(VERDICTS_COLUMNS)
    if decided:
        bound = [e.name for e in by_row if not e.may_be_released]
        flagged = _decided_sql(table, flagged, bound)
    if not repeats:
        return flagged
    named = ", ".join(VERDICTS_COLUMNS)
    return f"""WITH flagged AS (
{flagged}
)
SELECT {named} FROM flagged
UNION ALL
{_repeated_verdicts_sql(repeats, table)}"""


def _repeated_verdicts_sql(repeats: Sequence[Expectation], table: str) -> str:
    """Verdicts on rows of records that a delivery gives more than one of; a row breaks one of the rules at
    most, so one look at them serves all.
    """
    aside = f"SELECT DISTINCT delivery, line FROM flagged WHERE {ASIDE}"
    first, *_ = repeats
    rules = " ".join(f"WHEN {repeated_when(e)} THEN {literal(e.name)}" for e in repeats)
    outcomes = " ".join(f"WHEN {literal(e.name)} THEN {literal(e.outcome)}" for e in repeats)
    return f"""SELECT
    b.feed, b.delivery, b.record_id, b.version, b.line,
    'landing' AS stage, b.expectation,
    CAST(NULL AS VARCHAR) AS column_name,
    CASE b.expectation {outcomes} END AS outcome
FROM (
    SELECT s.*, CASE {rules} END AS expectation FROM ({rows_of_repeated_sql(first, aside, table)}) AS s
) AS b
WHERE b.expectation IS NOT NULL"""


# One decision a row as it lands: of rows corrected so that they say the same, a release counts for all.
DECIDED = (
    "SELECT feed, delivery, version, max(decision) AS decision FROM codes.decisions "
    "GROUP BY feed, delivery, version"
)


def _decided_sql(table: str, flagged: str, bound: Sequence[str]) -> str:
    """Verdicts of single rows, as they are after what somebody decided: a row that was released is let
    through, and one that was discarded has a verdict that says so and keeps it aside.

    Args:
        bound: names of the expectations of which no row that breaks them is let through.
    """
    free = f"f.expectation NOT IN ({', '.join(map(literal, bound))}) AND " if bound else ""
    tied = "d.feed = {0}.feed AND d.delivery = {0}.delivery AND d.version = {0}.version"
    named = ", ".join(f"f.{c}" for c in VERDICTS_COLUMNS if c != "outcome")
    return f"""SELECT
    {named},
    CASE WHEN {free}f.{ASIDE} AND d.decision = 'release' THEN 'released' ELSE f.outcome END AS outcome
FROM ({flagged}) AS f
LEFT JOIN ({DECIDED}) AS d ON {tied.format("f")}
UNION ALL
SELECT
    l.feed, l.delivery, l.record_id, l.version, l.line,
    'landing' AS stage, 'discarded' AS expectation,
    {_text_or_null(None)} AS column_name, 'quarantine' AS outcome
FROM {table} AS l
INNER JOIN ({DECIDED}) AS d ON {tied.format("l")}
WHERE d.decision = 'discard'"""


def _verdict_sql(e: Expectation, rows: str) -> str:
    """The rows of a query as verdicts of one expectation."""
    return f"""SELECT
    b.feed, b.delivery, b.record_id, b.version, b.line,
    'landing' AS stage, {literal(e.name)} AS expectation,
    {_text_or_null(e.column)} AS column_name, {literal(e.outcome)} AS outcome
FROM ({rows}) AS b"""


def verdicts_sql(feed: Feed) -> str:
    """All verdicts on rows of a feed: those of the rows themselves, and those that need to know
    which deliveries are believed; a query with the columns of `quality.verdicts`.
    """
    named = ", ".join(f"v.{c}" for c in VERDICTS_COLUMNS)
    parts = [
        f"SELECT {named} FROM {ROW_VERDICTS} AS v WHERE v.feed = {literal(feed.name)}",
        *(
            _verdict_sql(e, meets_no_record_sql(e, ROW_VERDICTS))
            for e in landing_expectations(feed)
            if e.kind == "meets_record"
        ),
    ]
    return "\nUNION ALL\n".join(parts)


def _flags_sql(table: str, expectations: Sequence[Expectation], policies: str) -> str:
    numbers = range(1, len(expectations) + 1)
    # A text is read once, however many expectations look at what it reads as.
    asked = dict.fromkeys(
        (e.column, e.arguments["as"]) for e in expectations if e.kind in ("reads_as", "in_bounds")
    )
    parsed = {key: f"l.p{n}" for n, key in enumerate(asked, start=1)}
    flags = ",\n        ".join(
        f"{breaks_sql(e, 'l', parsed)} AS f{n}" for n, e in zip(numbers, expectations, strict=True)
    )
    listed = ",\n        ".join(
        f"({n}, {literal(e.name)}, {_text_or_null(e.column)}, {literal(e.outcome)}, {_told(e)})"
        for n, e in zip(numbers, expectations, strict=True)
    )
    source = f"{table} AS l"
    if parsed:
        reads = ",\n            ".join(
            f"{reader_sql(as_, 't.' + quoted(column))} AS {parsed[column, as_][2:]}"
            for column, as_ in asked
        )
        source = f"(\n        SELECT\n            t.*,\n            {reads}\n        FROM {table} AS t) AS l"
    return f"""SELECT
    f.feed, f.delivery, f.record_id, f.version, f.line,
    'landing' AS stage, e.expectation, e.column_name, e.outcome
FROM (
    SELECT
        l.feed, l.delivery, l.record_id, l.version, l.line,
        {flags}
    FROM {source}
) AS f
CROSS JOIN (
    SELECT v.n, v.expectation, v.column_name, coalesce(p.policy, v.outcome) AS outcome
    FROM (
        VALUES
        {listed}
    ) AS v(n, expectation, column_name, outcome, gate)
    LEFT JOIN {policies} AS p ON p.gate = v.gate
) AS e
WHERE
    e.outcome <> 'off'
    AND ({" OR ".join(f"f.f{n}" for n in numbers)})
    AND CASE e.n {" ".join(f"WHEN {n} THEN f.f{n}" for n in numbers)} ELSE FALSE END"""


def _told(e: Expectation) -> str:
    """SQL of the name by which a policy tells a gate what to do; none where that is no choice."""
    return _text_or_null(None if e.no_choice else e.gate)


def _text_or_null(value: str | None) -> str:
    return f"CAST({literal(value) if value else 'NULL'} AS VARCHAR)"


# What a sentence about a delivery counts: the mark that stands for it -> its SQL.
COUNTED = {
    "rows": "CAST(d.conformed AS VARCHAR)",
    "before": "CAST(d.before AS VARCHAR)",
    "before_that": "CAST(d.before_that AS VARCHAR)",
    "first": "CAST(d.first AS VARCHAR)",
    "aside": (
        "CAST(CASE WHEN d.landed > 0 THEN concat_ws('', ' (', d.landed, ' kept aside)') END AS VARCHAR)"
    ),
}


def _said_sql(sentence: str, why: str) -> str:
    """SQL of a sentence with marks of `COUNTED` in braces, and of the reason after it."""
    *before, last = re.split(r"[{}]", sentence)
    parts = [COUNTED[part] if n % 2 else literal(part) for n, part in enumerate(before)]
    return f"concat_ws('', {', '.join([*parts, literal(f'{last} {why}')])})"


def _size_rules(by_kind: Mapping[str, Expectation]) -> Iterator[tuple[str, str, str | None]]:
    """What can be said of a delivery's size: when, the outcome, SQL of the reason; the first counts."""

    def rule(when: str, outcome: str, e: Expectation, sentence: str) -> tuple[str, str, str]:
        # Whether a delivery out of bounds is held is a policy of the run; the contract says where.
        then = "r.out_of_bounds" if outcome == "hold" else literal(outcome)
        told = f"p_{e.kind}.policy"
        return (
            f"({when}) AND coalesce({told}, '') <> 'off'",
            f"coalesce({told}, {then})",
            _said_sql(sentence, e.reason),
        )

    if e := by_kind.get("some_rows"):
        said = "The delivery has no row that can be believed{aside}."
        yield rule("d.conformed = 0", e.outcome, e, said)
    if e := by_kind.get("first_rows"):
        least = e.arguments["min_rows"]
        said = f"The first delivery has {{rows}} rows; at least {least} were expected."
        yield rule(f"d.n = 1 AND d.conformed < {least}", "warn", e, said)
    yield "d.n = 1", literal("pass"), None
    if e := by_kind.get("previous_ratio"):
        now = "The delivery has {rows} rows"
        if (least := e.arguments.get("min")) is not None:
            said = f"{now} where the one before had {{before}}, less than {_ratio(least)} of it."
            yield rule(f"d.conformed * 1000 < d.before * {least}", e.outcome, e, said)
            # What is so small twice running may be how it is now; it is believed, and said.
            fewer = f"d.before_that * {least}"
            said = (
                f"{now} and the one before had {{before}}, where the one before that had "
                f"{{before_that}}, so each less than {_ratio(least)} of it."
            )
            when = f"d.before * 1000 < {fewer} AND d.conformed * 1000 < {fewer}"
            yield rule(when, "warn", e, said)
        if (most := e.arguments.get("max")) is not None:
            said = f"{now} where the one before had {{before}}, more than {_ratio(most)} times as many."
            yield rule(f"d.conformed * 1000 > d.before * {most}", "warn", e, said)
    if e := by_kind.get("backlog_ratio"):
        most = e.arguments["max"]
        said = (
            "The delivery has {rows} rows where the whole first delivery had {first}, "
            f"more than {_ratio(most)} of it and {BACKLOG_ALLOWANCE}."
        )
        when = f"d.conformed * 1000 > d.first * {most} + {BACKLOG_ALLOWANCE * 1000}"
        yield rule(when, e.outcome, e, said)


def delivery_verdicts_sql(feed: Feed, decided: bool = False) -> str:
    """Judge the size of every delivery of a feed: one row a delivery, pass, warn or hold.

    A snapshot of no rows is held whatever came before. The first delivery that landed is judged by
    `first_rows`, the others by the ratio that fits the feed's mode: a snapshot against the last
    delivery that had any rows, believed or not; changes and appends against the backlog, which is
    the first delivery. What is counted are the rows that conform, one a record.

    Args:
        decided: whether a delivery of it may have been released.

    Returns:
        A query with the columns of `quality.deliveries`.
    """
    by_kind = {e.kind: e for e in delivery_expectations(feed)}
    rules = list(_size_rules(by_kind))
    policies = "".join(
        f"\nLEFT JOIN {POLICIES} AS p_{kind} ON p_{kind}.gate = {literal(e.gate)}"
        for kind, e in by_kind.items()
    )
    outcomes = " ".join(f"WHEN {when} THEN {then}" for when, then, _ in rules)
    reasons = " ".join(f"WHEN {when} THEN {said}" for when, _, said in rules if said)
    said = f"CASE {reasons} END" if reasons else "CAST(NULL AS VARCHAR)"
    some = by_kind.get("some_rows")
    later = by_kind.get("previous_ratio") or by_kind.get("backlog_ratio")
    first_name, later_name = (
        _text_or_null(e.name if e else None) for e in (by_kind.get("first_rows"), later)
    )
    outcome = f"CASE {outcomes} ELSE 'pass' END"
    if decided:
        outcome = (
            f"CASE WHEN {outcome} = 'hold' AND s.decision = 'release' THEN 'released' "
            f"ELSE {outcome} END"
        )
        policies += (
            f"\nLEFT JOIN ({DECIDED}) AS s "
            "ON s.feed = d.feed AND s.delivery = d.delivery AND s.version = d.digest"
        )
    none = f"WHEN d.conformed = 0 THEN {literal(some.name)} " if some else ""
    # Where no rows are never believed, they are no measure for those that come after them.
    among = "PARTITION BY c.conformed > 0 ORDER BY c.published" if some else "ORDER BY c.published"
    return f"""SELECT
    d.feed, d.delivery, d.published, d.landed AS "rows", d.conformed, d.whole,
    CASE {none}WHEN d.n = 1 THEN {first_name} ELSE {later_name} END AS expectation,
    {outcome} AS outcome,
    {said} AS reason
FROM (
    SELECT
        c.*,
        row_number() OVER (ORDER BY c.published) AS n,
        lag(c.conformed) OVER ({among}) AS before,
        lag(c.conformed, 2) OVER ({among}) AS before_that,
        first_value(c.conformed) OVER (ORDER BY c.published) AS first
    FROM (
        SELECT
            l.feed, l.delivery, l.published, l."rows" AS landed{", l.digest" if decided else ""},
            l."rows" - coalesce(a.aside, 0) AS conformed,
            l."whole" AND coalesce(a.unnamed, 0) = 0 AS "whole"
        FROM landing.deliveries AS l
        LEFT JOIN ({_aside_sql(feed)}) AS a ON a.delivery = l.delivery
        WHERE l.feed = {literal(feed.name)}
    ) AS c
) AS d
CROSS JOIN codes.run AS r{policies}"""


def _aside_sql(feed: Feed) -> str:
    """Rows of each delivery that do not count, and how many of them do not name their record.

    A row whose key breaks a rule names no record, or another's; so does any row of a feed without a
    key, where a record is all it says.
    """
    keys = ", ".join(map(literal, feed.natural_key))
    wrong_key = f"verdicts.column_name IN ({keys})" if keys else "TRUE"
    return f"""
            SELECT r.delivery, count(*) AS aside, sum(r.unnamed) AS unnamed
            FROM (
                SELECT
                    verdicts.delivery, verdicts.line,
                    max(CASE WHEN verdicts.{ASIDE} AND {wrong_key} THEN 1 ELSE 0 END) AS unnamed
                FROM {ROW_VERDICTS} AS verdicts
                WHERE verdicts.feed = {literal(feed.name)} AND {SET_ASIDE}
                GROUP BY verdicts.delivery, verdicts.line
            ) AS r
            GROUP BY r.delivery
        """


def _ratio(thousandths: int) -> str:
    return f"{thousandths / 1000:g}"


def row_counts_sql(feed: Feed) -> str:
    """Where the landed rows of a feed went, for promise 2.

    `conformed` is counted from the rows themselves, not as what is left over, so that the sum can
    fail to add up: landed = conformed + quarantined + held. Rows of a held delivery count as held,
    whatever else is wrong with them; a row said twice conforms as often as it was said.

    Returns:
        A query of one row with the columns of `quality.row_counts`.
    """
    name = literal(feed.name)
    counts = ",\n    ".join(
        f"coalesce(sum(CASE WHEN {when} THEN 1 ELSE 0 END), 0) AS {what}"
        for what, when in (
            ("conformed", "h.delivery IS NULL AND q.delivery IS NULL"),
            ("quarantined", "h.delivery IS NULL AND q.delivery IS NOT NULL"),
            ("held", "h.delivery IS NOT NULL"),
        )
    )
    return f"""SELECT
    {name} AS feed,
    count(*) AS landed,
    {counts},
    (SELECT count(*) FROM quality.unreadable AS u WHERE u.feed = {name}) AS unreadable
FROM landing.{feed.name} AS l
LEFT JOIN (
    SELECT delivery FROM quality.deliveries WHERE feed = {name} AND outcome = 'hold'
) AS h ON h.delivery = l.delivery
LEFT JOIN (
    SELECT DISTINCT delivery, line
    FROM quality.verdicts
    WHERE feed = {name} AND outcome = 'quarantine'
) AS q ON q.delivery = l.delivery AND q.line = l.line"""


def listed(feeds: Mapping[str, Feed] | Iterable[Feed]) -> tuple[Feed, ...]:
    """Feeds as a tuple, whether given one by one or by name."""
    return tuple(feeds.values() if isinstance(feeds, Mapping) else feeds)


def judge(
    engine: Engine, feeds: Mapping[str, Feed] | Iterable[Feed], decided: Collection[str] = ()
) -> None:
    """Write what the gates say of what has landed: `quality.row_verdicts`, `quality.deliveries`,
    `quality.verdicts` and `quality.row_counts`.

    One scan of each landed table for the verdicts and one for the counts. The tables exist
    afterwards with all their columns, if only with no rows.

    Args:
        decided: names of those of which `codes.decisions` says something.
    """
    judge_rows(engine, feeds, decided)
    judge_deliveries(engine, feeds, decided)


def judge_rows(
    engine: Engine,
    feeds: Mapping[str, Feed] | Iterable[Feed],
    decided: Collection[str] = (),
    append: bool = False,
) -> None:
    """Write what the gates say of single rows: `quality.row_verdicts`, or add to it.

    Args:
        feeds: those that have landed.
        decided: see `judge`.
        append: whether the table is there, with what they say of other feeds.
    """
    selects = (row_verdicts_sql(feed, feed.name in decided) for feed in listed(feeds))
    empty, *judged = typed(VERDICTS_COLUMNS, selects)
    if not append:
        engine.create_table(ROW_VERDICTS, empty, *judged)
        return
    for select in judged:
        engine.execute(f"INSERT INTO {ROW_VERDICTS} {select}")


def judge_deliveries(
    engine: Engine, feeds: Mapping[str, Feed] | Iterable[Feed], decided: Collection[str] = ()
) -> None:
    """Write what the gates say once all rows are judged: of deliveries, of rows that need to know which
    deliveries are believed, and how many rows went where.

    Args:
        decided: see `judge`.
    """
    feeds = listed(feeds)
    for name, columns, compile_sql in (
        ("deliveries", DELIVERIES_COLUMNS, lambda f: delivery_verdicts_sql(f, f.name in decided)),
        ("verdicts", VERDICTS_COLUMNS, verdicts_sql),
        ("row_counts", ROW_COUNTS_COLUMNS, row_counts_sql),
    ):
        engine.create_table(f"quality.{name}", *typed(columns, map(compile_sql, feeds)))


def typed(columns: dict[str, str], queries: Iterable[str]) -> list[str]:
    """Queries with each column cast to its type, whatever an engine made of it, and one of no rows."""
    casts = ", ".join(
        f"CAST(t.{quoted(c)} AS {kind}) AS {quoted(c)}" for c, kind in columns.items()
    )
    return [f"SELECT {casts} FROM ({query}) AS t" for query in (empty_sql(columns), *queries)]
