"""What anyone could know: facts, events and links from the world and the delivery calendar alone.

No file is read and no table of a build. For each island it says, in Python, which records its
register holds, what each says and over which days it holds it (`Holding`); the calendar of its feed
says which deliveries can have told of it, and the mode what is believed in between:

* snapshot and changes: from the delivery that first sees it until the one that no longer does;
* append: from the delivery that first sees it, for ever.

Whom a record is about is the truth: here the subject's own number in the world. It can be known
from an exact identifier on every day on which the subject's registry is known to list it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.naive.diary import Run, join_runs, length, overlap
from tests.naive.exchange import digest
from tests.naive.laws import ROOT, code_list, read_yaml

FOREVER = 10**7  # a day number later than every day
REGISTRIES = {
    "enterprise": "market_registry",
    "resident": "residents",
    "social_organisation": "public_bodies",
    "government_body": "public_bodies",
}
METHODS = {
    "uscc": "code",
    "resident_no": "code",
    "org_code": "crosswalk",
    "registration_no": "crosswalk",
    "tax_no": "substring",
    "record": "register",
}


@dataclass(frozen=True)
class Holding:
    """One version of a record in an island's register, and the days over which it holds it."""

    feed: str
    key: tuple[str, ...]
    held_from: int
    held_to: int | None

    @property
    def record_id(self) -> str:
        """The id under which every stage knows the record."""
        return digest(self.feed, *self.key)


@dataclass(frozen=True)
class Said:
    """Something a holding says: of whom, by which scheme, and what, field by field.

    `scheme` is None where a name is all there is. Exact are those of `METHODS`.
    """

    holding: Holding
    subject: int
    scheme: str | None
    what: tuple


@dataclass(frozen=True)
class Tied:
    """A link a holding tells of."""

    holding: Holding
    kind: str
    a: int
    a_scheme: str | None
    b: int
    b_scheme: str | None
    valid_from: int


class Row:
    """A row of the world; columns are attributes, days are day numbers."""

    def __init__(self, **columns: Any) -> None:
        self.__dict__.update(columns)


@dataclass
class World:
    """The truth."""

    subjects: dict[int, Row]
    attributes: list[Row]
    links: list[Row]
    conduct: list[Row]
    values: dict[tuple[int, str], list[Row]] = field(init=False)

    def __post_init__(self) -> None:
        self.values = defaultdict(list)
        for row in self.attributes:
            self.values[row.subject_no, row.property].append(row)

    def value(self, subject: int, prop: str, day: int) -> str | None:
        """What an attribute of a subject was on a day."""
        found = [r.value for r in self.values[subject, prop] if holds(r, day)]
        assert len(found) <= 1, f"subject {subject} has several {prop} on one day"
        return found[0] if found else None


def holds(row: Row, day: int) -> bool:
    """Whether a row of the world is valid on a day."""
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


class Knowable:
    """Everything that could be known of a world in a window of deliveries."""

    def __init__(self, world: World, day0: int, days: int) -> None:
        self.world = world
        self.feeds = dict(read_calendars(day0, days))
        self.reasons = {r["ground"]: r["code"] for r in code_list("abnormal_reasons")}

    # What each island's register holds

    @cached_property
    def events(self) -> list[Said]:
        """Every event any register holds."""
        found = []
        for act in self.world.conduct:
            found += self._event(act, self.world.subjects[act.subject_no])
        return [said for said in found if said.holding.feed in self.feeds]

    def _event(self, act: Row, subject: Row) -> Iterator[Said]:
        kind = act.conduct_kind
        best = "resident_no" if subject.kind == "resident" else "uscc"
        feed, scheme, key = self._told_by(act, subject, best)
        amount, document, authority, valid_to = None, act.document_no, act.office, None
        if kind in ("judgment_default", "penalty", "tax_violation", "loan", "loan_overdue"):
            amount = yuan(act.amount_fen)
        if kind == "utility_arrears" or kind.startswith(("platform_", "wallet_")):
            amount = yuan(act.amount_fen)
        severity = act.severity
        if kind == "penalty":  # its file names a fine, and the fine says how grave it is
            fine = amount or 0
            severity = "serious" if fine >= 100_000 else "general" if fine >= 1_000 else "minor"
            # without one it is a warning in these worlds, which is minor
        if kind in ("penalty", "licence"):
            authority = act.detail  # `office` only says which office's file
        if kind in ("licence", "loan") or feed == "city_penalties":
            valid_to = act.due
        if kind in ("abnormal", "tax_a_class"):
            document = None
        if kind == "utility_arrears":
            document = "-".join(key)
        details = self._details(act, feed)

        def said(valid_to: int | None, held_from: int, held_to: int | None) -> Said:
            what = (kind, act.ground, severity, amount, document, authority)
            days = (act.decided, act.decided, valid_to)
            return Said(
                Holding(feed, key, held_from, held_to),
                act.subject_no,
                scheme,
                (*what, *days, details),
            )

        if kind == "abnormal" and act.held_to is not None:
            # Once taken out, the row says so, and stays for ninety days more.
            yield said(None, act.held_from, act.held_to)
            yield said(act.held_to, act.held_to, act.held_to + 90)
        else:
            yield said(valid_to, act.held_from, act.held_to)

    def _details(self, act: Row, feed: str) -> str | None:
        """What else is published of an act: who leads a firm, who answers for its money, hours."""
        if act.conduct_kind == "volunteering":
            return f"{act.detail}小时"
        named = {"city_penalties": True, "city_licences": True, "county_penalties": False}
        head = self._officer(act, "legal_representative")
        if feed in named and head:
            number = f" {self.world.subjects[head].resident_no}" if named[feed] else ""
            return f"法定代表人{self.world.value(head, 'name', act.decided)}{number}"
        if feed == "tax_violations":
            officers = (("法定代表人", head), ("财务负责人", self._officer(act, "employment")))
            said = [t + self.world.value(who, "name", act.decided) for t, who in officers if who]
            return " ".join(said) or None
        return None

    def _officer(self, act: Row, kind: str) -> int | None:
        """Who leads the firm of an act on its day, or of its employees has been there longest."""
        tied = (link for link in self._tied_to[act.subject_no, kind] if holds(link, act.decided))
        first = min(tied, key=lambda link: (link.valid_from, link.link_no), default=None)
        return first and first.a_no

    @cached_property
    def _tied_to(self) -> dict[tuple[int, str], list[Row]]:
        """(side b, kind of link) -> links."""
        found = defaultdict(list)
        for link in self.world.links:
            found[link.b_no, link.link_kind].append(link)
        return found

    def _told_by(self, act: Row, subject: Row, best: str) -> tuple[str, str | None, tuple]:
        """Which feed tells of an act, by which identifier of its subject, and under which key."""
        number = (act.document_no,)
        match act.conduct_kind:
            case "judgment_default":
                scheme = "masked_resident_no" if subject.kind == "resident" else "org_code"
                return "court", scheme, (f"{act.conduct_no:010d}",)
            case "penalty" if act.office == "city":
                return "city_penalties", best, number
            case "penalty":
                return "county_penalties", self._county_habit(act, subject), number
            case "licence":
                return "city_licences", best, number
            case "abnormal":
                key = (subject.uscc, self.reasons[act.ground], iso(act.decided))
                return "abnormal_operations", "uscc", key
            case "tax_violation":
                return "tax_violations", "tax_no", number
            case "tax_a_class":
                return "tax_a_class", "uscc", (subject.uscc, act.detail)
            case "loan" | "loan_overdue":
                return "central_bank", best, number
            case "utility_arrears":
                key = (act.document_no[:10], act.detail.replace("-", ""))
                return "utility_company", None, key
            case "platform_payment" | "platform_late":
                return "payments_platform", "resident_no", number
            case "wallet_payment" | "wallet_late":
                return "messaging_platform", "resident_no", number
            case "volunteering" | "honour":
                return "honours", best, number
        raise ValueError(f"no island tells of {act.conduct_kind}")

    def _county_habit(self, act: Row, subject: Row) -> str:
        """Clerks of the counties write one number of an organisation, by the decision's number."""
        if subject.kind == "resident":
            return "resident_no"
        habit = ("uscc", "org_code", "registration_no")[act.conduct_no % 3]
        if habit == "registration_no" and subject.registration_no is None:
            return "org_code"
        return habit

    @cached_property
    def registered(self) -> list[tuple[Holding, Row, dict[str, Any]]]:
        """Every stretch of every registry's record: the holding, the subject, what it says."""
        found = []
        heads = defaultdict(list)
        parents, jobs = defaultdict(list), defaultdict(list)
        for link in self.world.links:
            if link.link_kind == "legal_representative":
                heads[link.b_no].append(link)
            elif link.link_kind == "parent_child":
                parents[link.b_no].append(link)
            elif link.link_kind == "employment":
                jobs[link.a_no].append(link)
        for number, subject in self.world.subjects.items():
            if subject.kind == "resident":
                own = ("name", "address")
                links = parents[number] + jobs[number]
            else:
                own = ("name", "address") + ("scope", "status") * (subject.kind == "enterprise")
                links = heads[number]
            rows = [row for prop in own for row in self.world.values[number, prop]]
            found += self._stretches(subject, own, rows, links)
        return [entry for entry in found if entry[0].feed in self.feeds]

    def _stretches(
        self, subject: Row, own: tuple[str, ...], rows: list[Row], links: list[Row]
    ) -> Iterator[tuple[Holding, Row, dict[str, Any]]]:
        """One for each stretch of days in which nothing the record says changes.

        A resident's record ends with him. An organisation's stays, with all it last said and
        status 4.
        """
        resident, ended = subject.kind == "resident", subject.ended
        changes = {day for r in rows + links for day in (r.valid_from, r.valid_to) if day}
        changes |= {ended} if ended else set()
        # Links of a founder may date from before the birth of a record; a record has no such days.
        changes = {day for day in changes if day >= subject.born}
        if ended:
            changes = {day for day in changes if day <= ended - resident}
        begins = sorted(changes)
        ends = [*begins[1:], ended if resident else None]
        for begin, end in zip(begins, ends, strict=True):
            over = ended is not None and begin >= ended
            look = ended - 1 if over else begin  # the last day on which it was alive
            says = {prop: self.world.value(subject.subject_no, prop, look) for prop in own}
            says["links"] = [link for link in links if holds(link, look)]
            says["since"] = begin
            if subject.kind != "resident":
                says["status"] = "4" if over else says.get("status") or "1"
            feed = REGISTRIES[subject.kind]
            yield Holding(feed, (subject.file_no,), begin, end), subject, says

    @cached_property
    def facts(self) -> list[Said]:
        """Every statement about a subject: what is (property, value, valid_from)."""
        found = []
        for holding, subject, says in self.registered:
            for prop, value, since in statements(subject, says):
                if value is not None:
                    what = (prop, value, since)
                    found.append(Said(holding, subject.subject_no, "record", what))
        for event in self.events:
            if event.holding.feed == "tax_violations":
                decided = event.what[6]
                for prop in ("name", "address"):
                    value = self.world.value(event.subject, prop, decided)
                    if value is not None:
                        what = (prop, value, decided)
                        found.append(Said(event.holding, event.subject, "tax_no", what))
        return found

    @cached_property
    def links(self) -> list[Tied]:
        """Every link any register holds."""
        found = []
        for holding, subject, says in self.registered:
            number, born = subject.subject_no, subject.born
            for link in says["links"]:
                kind = link.link_kind
                if kind == "parent_child":
                    tied = (link.a_no, "resident_no", number, "record", born)
                elif kind == "employment":
                    tied = (number, "record", link.b_no, None, says["since"])
                elif says["status"] != "4":
                    tied = (link.a_no, "resident_no", number, "record", says["since"])
                else:
                    continue
                found.append(Tied(holding, kind, *tied))
        if "market_shareholders" in self.feeds:
            for link in self.world.links:
                if link.link_kind in ("shareholder", "director", "business_partner"):
                    a = self.world.subjects[link.a_no]
                    scheme = "resident_no" if a.kind == "resident" else "uscc"
                    key = (f"BA{link.link_no:012d}",)
                    holding = Holding("market_shareholders", key, link.valid_from, link.valid_to)
                    tied = (link.a_no, scheme, link.b_no, "uscc", link.valid_from)
                    found.append(Tied(holding, link.link_kind, *tied))
        if "messaging_platform" in self.feeds:
            for act in self.world.conduct:
                if act.ground == "transfer_sent" and (friend := self._friend(act)):
                    holding = Holding("messaging_platform", (act.document_no,), act.held_from, None)
                    tied = (act.subject_no, "resident_no", friend, "resident_no", act.decided)
                    found.append(Tied(holding, "friend", *tied))
        return found

    def _friend(self, act: Row) -> int | None:
        """To whom a transfer goes: to those who are friends on the day, each in turn."""
        friends = [
            (link.link_no, b)
            for link, b in self._friends[act.subject_no]
            if holds(link, act.decided)
        ]
        return sorted(friends)[act.conduct_no % len(friends)][1] if friends else None

    @cached_property
    def _friends(self) -> dict[int, list[tuple[Row, int]]]:
        """Member -> links to friends, each with the friend."""
        found = defaultdict(list)
        for link in self.world.links:
            if link.link_kind == "friend":
                found[link.a_no].append((link, link.b_no))
                found[link.b_no].append((link, link.a_no))
        return found

    # What of it can have been believed, and when

    def believed(self, holding: Holding) -> list[Run]:
        """The days on which what a register holds is believed, by the deliveries of its feed."""
        mode, deliveries = self.feeds[holding.feed]
        held_to = FOREVER if holding.held_to is None else holding.held_to
        seen = [
            (day, until)
            for day, until in zip(deliveries, [*deliveries[1:], FOREVER], strict=True)
            if holding.held_from <= day < held_to
        ]
        if mode == "append":
            return [(seen[0][0], FOREVER)] if seen else []
        return join_runs(seen)

    @cached_property
    def known(self) -> dict[int, list[Run]]:
        """The days on which each subject's registry is believed to list it."""
        days = defaultdict(list)
        for holding, subject, _ in self.registered:
            days[subject.subject_no] += self.believed(holding)
        return {number: join_runs(runs) for number, runs in days.items()}

    def subject_id(self, number: int) -> str:
        """The id under which the database knows a subject of the world."""
        subject = self.world.subjects[number]
        feed = REGISTRIES[subject.kind]
        return digest(feed, digest(feed, subject.file_no))

    def days_known(self, holding: Holding, *sides: tuple[int, str | None]) -> list[Run]:
        """The days on which a holding is believed and each side it speaks of can be told."""
        days = self.believed(holding)
        for number, scheme in sides:
            if scheme != "record":
                days = overlap(days, self.known.get(number, []))
        return days

    def hidden(self) -> dict[str, dict[str, int]]:
        """What mode and cadence hide, feed by feed.

        `held`: versions the register holds at some time. `never_told`: those no delivery saw.
        `days_late`: days on which one was held in the window and not yet told.
        `days_stale`: days in the window on which one was told and no longer held.
        """
        table: dict[str, dict[str, int]] = {}
        seen = set()
        for said in [*self.events, *self.facts, *self.links]:
            holding = said.holding
            if holding in seen:
                continue
            seen.add(holding)
            row = table.setdefault(
                holding.feed, dict.fromkeys(("held", "never_told", "days_late", "days_stale"), 0)
            )
            row["held"] += 1
            first, last = self.window
            held_to = FOREVER if holding.held_to is None else holding.held_to
            held = overlap([(holding.held_from, held_to)], [(first, last)])
            told = overlap(self.believed(holding), [(first, last)])
            both = overlap(held, told)
            row["never_told"] += not told
            row["days_late"] += length(held) - length(both) if told else 0
            row["days_stale"] += length(told) - length(both)
        return table

    @cached_property
    def window(self) -> Run:
        """First day and day after the last delivery of any feed."""
        days = [day for _, deliveries in self.feeds.values() for day in deliveries]
        return min(days), max(days) + 1


def statements(subject: Row, says: dict[str, Any]) -> Iterable[tuple[str, str | None, int]]:
    """(property, value, valid from) of what a registry's record says of its subject.

    Codes and the birth or foundation hold since then; all else since the record stands as it does.
    """
    since, born = says["since"], subject.born
    yield "name", says["name"], since
    yield "address", says["address"], since
    yield "division", subject.division, since
    if subject.kind == "resident":
        yield "resident_no", subject.resident_no, born
        yield "born", iso(born), born
        return
    yield "uscc", subject.uscc, born
    yield "org_code", subject.org_code, born
    yield "status", says["status"], since
    yield "founded", iso(born), born
    if subject.kind == "enterprise":
        yield "registration_no", subject.registration_no, born
        yield "scope", says["scope"], since
        yield "trade", subject.trade, since
        yield "capital_yuan", str(yuan(subject.capital_fen)), since


def read_calendars(day0: int, days: int) -> Iterator[tuple[str, tuple[str, list[int]]]]:
    """Feed -> its mode and the days of its deliveries in the window, from the contracts."""
    for path in sorted(ROOT.glob("sources/*/contract.odcs.yaml")):
        if path.parent.name.startswith("_"):
            continue
        for feed in read_yaml(path)["schema"]:
            given = {p["property"]: p.get("value") for p in feed["customProperties"]}
            offset, every = int(given.get("cadence_offset") or 0), int(given["cadence_days"])
            yield feed["name"], (given["mode"], list(range(day0 + offset, day0 + days, every)))


def read_world(connection: Any, folder: Path) -> World:
    """Read the truth from its Parquet files.

    Args:
        connection: any DuckDB connection.
        folder: where the files are.
    """
    tables = {}
    for name in ("subjects", "attributes", "links", "conduct"):
        cursor = connection.execute(
            "SELECT * FROM read_parquet(?)", [str(folder / f"{name}.parquet")]
        )
        names = [column[0] for column in cursor.description]
        tables[name] = [
            Row(**{n: number(v) for n, v in zip(names, row, strict=True)})
            for row in cursor.fetchall()
        ]
    subjects = {row.subject_no: row for row in tables.pop("subjects")}
    return World(subjects, **tables)


def number(value: Any) -> Any:
    """A date as a day number; anything else as it is."""
    return value.toordinal() if hasattr(value, "toordinal") else value


def iso(day: int) -> str:
    """A day number as YYYY-MM-DD."""
    return date.fromordinal(day).isoformat()


def yuan(fen: int | None) -> Decimal | None:
    """Hundredths of a yuan as yuan, with two decimals."""
    return None if fen is None else Decimal(fen).scaleb(-2).quantize(Decimal("0.01"))
