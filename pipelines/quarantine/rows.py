"""The rows kept aside and the deliveries held of a database, with their state and what would be right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pipelines.engine.base import Engine
from pipelines.landing.decisions import CORRECT, DISCARD, RELEASE, Course, Courses, Row, course_of
from pipelines.landing.keys import landing_columns
from pipelines.trace import digits_of
from quality.expectations import Expectation, sentence
from quality.from_contract import (
    delivery_expectations,
    feed_expectations,
    landing_expectations,
)
from schemas.contract import Feed, feeds
from schemas.identifiers import SCHEMES, could_be_real
from schemas.record_id import version
from schemas.sql import literal, quoted
from schemas.suggest import suggestion
from sources.faults.identifiers import name_columns, named_beside, scheme_of

OPEN = "open"
# What is said of a row that somebody discarded, as of a rule that it breaks.
DISCARDED = {
    "rule": "discarded",
    "column": None,
    "sentence": "it was discarded",
    "reason": "Somebody decided that it stays out.",
}
STATES = {None: OPEN, CORRECT: "corrected", RELEASE: "released", DISCARD: "discarded"}
MOST_DIGITS = 18  # of a line
LEAST = 6  # characters of a record_id that name a row


class NotKeptAside(ValueError):
    """No row of this database is meant; the message says what to give."""


@dataclass
class Aside:
    """A row, or a whole delivery, and what gates say of it."""

    feed: Feed
    delivery: str  # the day it came
    line: int | None  # of the row; None of a delivery
    file: str  # it stands in
    record_id: str | None  # of the row; None of a delivery
    row: Row | None  # as it landed; None of a delivery
    # `digest`, `nth`: what it is known by; see `pipelines.landing.decisions.Step`.
    digest: str
    nth: int = 1
    # `rule`, `column`, `outcome`, `sentence`, `reason`, `value` and `right` of each.
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    course: Course | None = None  # what was decided of it; None if nothing was

    @property
    def place(self) -> str:
        """As commands take it."""
        parts = (self.feed.name, self.delivery, self.line)
        return ":".join(str(part) for part in parts if part is not None)

    @property
    def state(self) -> str:
        """One of the values of `STATES`."""
        return STATES[self.course.decision if self.course else None]

    @property
    def kept(self) -> bool:
        """Whether a gate keeps it aside, or would but for a release."""
        return any(v["outcome"] in ("quarantine", "hold", "released") for v in self.verdicts)

    @property
    def read(self) -> Row:
        """The row as the next build reads it."""
        return (self.course and self.course.row) or self.row or {}

    def json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "row": self.place,
            "feed": self.feed.name,
            "delivery": self.delivery,
            "line": self.line,
            "file": self.file,
            "record_id": self.record_id,
            "state": self.state,
            "verdicts": self.verdicts,
        }


def kept_aside(engine: Engine, decided: Courses, feed: str | None = None) -> list[Aside]:
    """All that a database keeps aside or holds, in the order of feeds, deliveries and lines.

    Args:
        decided: what was decided in its home; see `pipelines.landing.decisions.courses`.
        feed: only of this feed; None: of all.
    """
    contracts, found = feeds(), []
    kept = "FROM quality.verdicts WHERE outcome IN ('quarantine', 'released')"
    for (name,) in engine.fetch(f"SELECT DISTINCT feed {kept} ORDER BY feed"):
        if feed not in (None, name):
            continue
        if name not in contracts:
            raise _other_contract(name)
        places = f"SELECT DISTINCT delivery, line {kept} AND feed = {literal(name)}"
        here = _rows(engine, contracts[name], places)
        _say_what_is_right(engine, contracts[name], here)
        found += here
    found += [one for one in _deliveries(engine, contracts) if feed in (None, one.feed.name)]
    for one in found:
        one.course = course_of(decided, (one.feed.name, one.delivery, one.digest), one.line)
    return sorted(found, key=lambda one: (one.feed.name, one.delivery, one.line or 0))


def row_named(engine: Engine, given: str, decided: Courses) -> Aside:
    """The row, or the delivery, that is meant by `feed:delivery:line`, `feed:delivery` or a record_id.

    Args:
        given: any row that landed, by its place; or the start of the record_id of a row kept aside.
        decided: see `kept_aside`.

    Raises:
        NotKeptAside: if it means nothing, or several rows.
    """
    name, *place = given.split(":")
    aside = kept_aside(engine, decided, name if place else None)
    if not place:
        short = digits_of(given)
        found = [a for a in aside if len(short) >= LEAST and (a.record_id or "").startswith(short)]
        if len(found) == 1:
            return found[0]
        if found:
            places = ", ".join(a.place for a in found[:3])
            raise NotKeptAside(
                f"{given!r} is {len(found)} rows kept aside; give one of them: {places}"
                f"{' …' if len(found) > 3 else ''}."
            )
        raise NotKeptAside(
            f"No row kept aside has a record_id that begins with {given!r} ({LEAST} characters at "
            "least); `islands quarantine list` names them all."
        )
    for one in aside:
        if one.place == given:
            return one
    if name not in feeds():
        raise NotKeptAside(f"There is no feed {name!r}.{suggestion(name, feeds())}")
    number = len(place) == 2 and place[1].isdecimal() and len(place[1]) <= MOST_DIGITS
    if number and f"landing.{name}" in engine.tables():
        at = f"SELECT {literal(place[0])} AS delivery, {int(place[1])} AS line"
        for one in _rows(engine, feeds()[name], at):
            one.course = course_of(decided, (name, one.delivery, one.digest), one.line)
            return one
    if len(place) == 1 and engine.fetch(
        "SELECT 1 FROM landing.deliveries WHERE feed = ? AND delivery = ?", [name, *place]
    ):
        raise NotKeptAside(
            f"The delivery {given} is not held; `islands quarantine list` names what is."
        )
    raise NotKeptAside(
        f"Nothing landed as {given!r}; give FEED:DELIVERY:LINE as `islands quarantine list` does."
    )


def _rows(engine: Engine, feed: Feed, places: str) -> list[Aside]:
    """The rows of some places with all verdicts on them.

    Args:
        places: a query of their `delivery` and `line`, each place once.

    Raises:
        NotKeptAside: if they landed by another contract than there is now.
    """
    landed = f"landing.{feed.name}"
    if tuple(engine.columns(landed)) != landing_columns(feed):
        raise _other_contract(feed.name)
    most = 1 if feed.natural_key else engine.count(landed)  # rows of a delivery that say the same
    expected = {e.name: e for e in landing_expectations(feed)}
    own = ", ".join(f"l.{quoted(c)}" for c in feed.column_names)
    found: dict[tuple[str, int], Aside] = {}
    for rule, column, outcome, delivery, line, file, record, mark, *values in engine.fetch(
        "SELECT v.expectation, v.column_name, v.outcome, l.delivery, l.line, l.file, l.record_id, "
        f"l.version, {own} FROM landing.{feed.name} AS l "
        f"INNER JOIN ({places}) AS p ON p.delivery = l.delivery AND p.line = l.line "
        f"LEFT JOIN quality.verdicts AS v ON v.feed = {literal(feed.name)} "
        "AND v.delivery = l.delivery AND v.line = l.line ORDER BY l.delivery, l.line, v.expectation"
    ):
        if (delivery, line) not in found:
            row = dict(zip(feed.column_names, values, strict=True))
            nth = next((n for n in range(1, most + 1) if version(feed, row, n) == mark), 0)
            if not nth:
                raise _other_contract(feed.name)
            found[delivery, line] = Aside(
                feed, delivery, line, file, record, row, version(feed, row), nth
            )
        if rule is not None:
            value = dict(zip(feed.column_names, values, strict=True)).get(column)
            said = {"rule": rule, "column": column, "outcome": outcome}
            said |= _said_of(expected.get(rule)) | {"value": value, "right": None}
            found[delivery, line].verdicts.append(said)
    return list(found.values())


def _other_contract(feed: str) -> NotKeptAside:
    return NotKeptAside(
        f"The database in force was built with another contract of {feed} than there is now; run "
        "`islands build` again."
    )


def _deliveries(engine: Engine, contracts: dict[str, Feed]) -> list[Aside]:
    """The deliveries that are held, or would be but for a release."""
    found = []
    for name, delivery, file, digest, rule, outcome, reason in engine.fetch(
        "SELECT d.feed, d.delivery, l.file, l.digest, d.expectation, d.outcome, d.reason "
        "FROM quality.deliveries AS d INNER JOIN landing.deliveries AS l "
        "ON l.feed = d.feed AND l.delivery = d.delivery WHERE d.outcome IN ('hold', 'released') "
        "ORDER BY d.feed, d.delivery"
    ):
        if name not in contracts:
            raise _other_contract(name)
        expected = {e.name: e for e in delivery_expectations(contracts[name])}
        said = {"rule": rule, "column": None, "outcome": outcome}
        said |= _said_of(expected.get(rule)) | {"reason": reason, "value": None, "right": None}
        one = Aside(contracts[name], delivery, None, file, None, None, digest, verdicts=[said])
        found.append(one)
    return found


def _said_of(e: Expectation | None) -> dict[str, str]:
    if e is None:
        return {name: DISCARDED[name] for name in ("sentence", "reason")}
    return {"sentence": sentence(e), "reason": e.reason}


# --- what would be right ---------------------------------------------------------------------------


def _say_what_is_right(engine: Engine, feed: Feed, aside: Sequence[Aside]) -> None:
    """Fill in `right` of each verdict on a column, where it can be known.

    What the record said in this column in a row that is believed, nearest before it, else after; else
    what the value itself shows; else, of a name, the one registered for the code beside it.
    """
    expected = {e.name: e for e in landing_expectations(feed)}
    said = _said_otherwise(engine, feed, {a.record_id for a in aside if a.record_id})
    for one in aside:
        versions = said.get(one.record_id or "", [])
        for verdict in (v for v in one.verdicts if v["column"]):
            column, value = verdict["column"], verdict["value"]
            near = [row for day, row in versions if day <= one.delivery][::-1]
            near += [row for day, row in versions if day > one.delivery]
            known = (row[column] for row in near if row[column] not in (None, "", value))
            right = next(known, None) or shown_by_itself(feed, expected.get(verdict["rule"]), value)
            if right is None and column in name_columns(feed):
                right = registered_names(engine, feed, one.row or {}).get(column)
            verdict["right"] = right


def _said_otherwise(
    engine: Engine, feed: Feed, records: Iterable[str]
) -> dict[str, list[tuple[str, Row]]]:
    """Record -> delivery and row of what is believed of it, in the order of deliveries."""
    listed = ", ".join(map(literal, sorted(records)))
    own = ", ".join(f"l.{quoted(c)}" for c in feed.column_names)
    found: dict[str, list[tuple[str, Row]]] = {}
    if listed:
        for record, delivery, *values in engine.fetch(
            f"SELECT l.record_id, l.delivery, {own} FROM landing.{feed.name} AS l "
            f"WHERE l.record_id IN ({listed}) AND NOT EXISTS (SELECT 1 FROM quality.verdicts AS v "
            f"WHERE v.feed = {literal(feed.name)} AND v.outcome IN ('quarantine', 'released') "
            "AND v.delivery = l.delivery AND v.line = l.line) ORDER BY l.delivery, l.line"
        ):
            row = dict(zip(feed.column_names, values, strict=True))
            found.setdefault(record, []).append((delivery, row))
    return found


def shown_by_itself(feed: Feed, e: Expectation | None, value: str | None) -> str | None:
    """What a value that breaks a rule was to be, as far as it shows that itself; else None.

    The code with the right check character, if that could be nobody's; the nearest value of a list.
    """
    if e is None or not value:
        return None
    if e.kind == "check_digit":
        scheme = SCHEMES[e.arguments["scheme"]]
        code = scheme.compact(value)
        try:
            right = code[:-1] + scheme.check(code[:-1]) if scheme.check else ""
        except ValueError:  # a character that may not stand there
            return None
        return right if scheme.checksum_ok(right) and not could_be_real(right) else None
    if e.kind == "in_set":
        return next(iter(get_close_matches(value, e.arguments["values"], 1)), None)
    return None


def registered_names(engine: Engine, feed: Feed, row: Row) -> dict[str, str]:
    """Name column -> the name last registered for the first code beside it that is of the same subject."""
    found: dict[str, str] = {}
    for column in feed.columns:
        name, value = named_beside(feed, column.name), row.get(column.name)
        scheme = scheme_of(column, value) if column.scheme and value else None
        if name and name not in found and value and scheme:
            for (registered,) in engine.fetch(
                "SELECT n.name FROM resolve.identifiers AS i INNER JOIN resolve.names AS n "
                "ON n.subject_id = i.subject_id WHERE i.scheme = ? AND i.value = ? "
                "ORDER BY n.from_day DESC, n.name LIMIT 1",
                [scheme, SCHEMES[scheme].compact(value)],
            ):
                found[name] = registered
    return found


# --- what commands tell ----------------------------------------------------------------------------


def listed(
    engine: Engine, decided: Courses, feed: str | None = None, rule: str | None = None
) -> dict[str, Any]:
    """What `islands quarantine list` tells: counts by feed and rule, and the rows and deliveries.

    Args:
        feed, rule: only these.

    Raises:
        NotKeptAside: if nothing is ever kept aside for such a rule.
    """
    aside = kept_aside(engine, decided)
    if rule is not None:
        _see_rule(rule, feed, {v["rule"] for one in aside for v in reasons(one)})
    found = among(aside, feed, rule)
    counts: dict[tuple[str, str], dict[str, Any]] = {}
    for one in found:
        for name in sorted({v["rule"] for v in reasons(one)}):
            key = (one.feed.name, name)
            none = dict.fromkeys(("rows", *STATES.values()), 0)
            counts.setdefault(key, {"feed": key[0], "rule": name, **none})
            counts[key]["rows"] += 1
            counts[key][one.state] += 1
    return {
        "synthetic": True,
        "counts": [counts[key] for key in sorted(counts)],
        "rows": [one.json() for one in found],
    }


def _see_rule(rule: str, feed: str | None, found: set[str]) -> None:
    """See that a contract expects something of this name, of one feed or of any, or it was found so."""
    contracts = (one for one in feeds().values() if feed in (None, one.name))
    known = found | {e.name for one in contracts for e in feed_expectations(one)}
    if rule not in known:
        raise NotKeptAside(
            f"--rule {rule!r} is no expectation{f' of {feed}' if feed else ''}; `islands gates --json` "
            f"names them all.{suggestion(rule, sorted(known))}"
        )


def reasons(one: Aside) -> list[dict[str, Any]]:
    """The verdicts for which something is kept aside, but for that of its having been discarded."""
    kept = [v for v in one.verdicts if v["outcome"] in ("quarantine", "hold", "released")]
    return [v for v in kept if v["rule"] != "discarded"] or kept


def among(found: Sequence[Aside], feed: str | None, rule: str | None) -> list[Aside]:
    """Those of a feed, and those kept aside for a rule."""
    return [
        one
        for one in found
        if feed in (None, one.feed.name)
        and (rule is None or rule in {v["rule"] for v in reasons(one)})
    ]


def shown(engine: Engine, given: str, decided: Courses) -> dict[str, Any]:
    """What `islands quarantine show` tells of a row: each column, each verdict, and what is logged.

    Raises:
        NotKeptAside: see `row_named`.
    """
    one = row_named(engine, given, decided)
    expected: dict[str, list[str]] = {}
    for e in landing_expectations(one.feed):
        expected.setdefault(e.column or "", []).append(sentence(e))
    right = {v["column"]: v["right"] for v in one.verdicts if v["right"]}
    names = registered_names(engine, one.feed, one.row) if one.row else {}
    columns = [
        {
            "column": c.name,
            "title": c.title_zh,
            "value": one.row[c.name],
            "read_as": one.read[c.name],
            "expected": expected.get(c.name, []),
            "right": right.get(c.name)
            or (names[c.name] if names.get(c.name) not in (None, one.row[c.name]) else None),
        }
        for c in (one.feed.columns if one.row else ())
    ]
    steps = one.course.steps if one.course else []
    log = [
        {"when": s.when, "who": s.who, "why": s.why, "what": s.what, "values": s.values}
        for s in steps
    ]
    return {"synthetic": True, **one.json(), "columns": columns, "log": log}
