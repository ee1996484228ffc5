"""The whole laboratory walked day by day, in plain Python: the definition of what all of it means.

The pipeline never loops over days; it maps intervals to intervals. Here there are no intervals.
Each day begins with what is believed on that day, and from this and from yesterday follows who is
matched, listed, shown, adopted, barred and graded. If both give the same days, the intervals mean
what they should. Nothing is shared with the pipeline but the code lists, the contracts and the
network, read as plain files.

A day goes like this (`Simulator.live`):

1. *hear*    some records begin to be believed, some cease
2. *match*   whom each of them speaks of, with the registries as believed today
3. *list*    each list's own rule, asked of every act today
4. *show*    parcels sent some days ago arrive; adopters adopt
5. *score*   keepers add up what counts today and put on lists whom their grades put there; only then do
             edges due today look and send
6. *act*     agencies do to the listed, and to those linked to them, what their copy calls for

To stay quick, a step is only taken again for what changed since yesterday: acts that are new,
matched anew, or of which a clock strikes today. `Simulator(..., patient=True)` asks every act every
day; a test sees to it that this gives the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.naive.diary import Diary, Run, join_runs
from tests.naive.exchange import (
    SEVERITIES,
    Exchange,
    Version,
    digest,
    version,
)
from tests.naive.laws import Laws, MeasureRule
from tests.naive.lists import (
    LINKS,
    REGISTERS,
    RELATED,
    holds,
    listings,
    loses_good_faith,
    old_hidden,
    side_told,
    striking_days,
)
from tests.naive.mishaps import happen
from tests.naive.registry import Match, Reference, Registry, own_key, referring, subject_id


class Row:
    """A row of a table; columns are attributes, days are day numbers. Two rows are never equal."""

    def __init__(self, **columns: Any) -> None:
        self.__dict__.update(columns)


@dataclass
class Heard:
    """Everything ever believed, with the days on which it was: the simulator's only input."""

    statements: list[Row]
    events: list[Row]
    links: list[Row]


@dataclass
class Days:
    """What the simulator found: thing -> the runs of days on which it was so."""

    matched: dict[tuple, list[Run]] = field(default_factory=dict)
    listed: dict[Version, list[Run]] = field(default_factory=dict)
    adopted: dict[Version, list[Run]] = field(default_factory=dict)
    graded: dict[Version, list[Run]] = field(default_factory=dict)
    entered: dict[Version, list[Run]] = field(default_factory=dict)  # made by mishaps
    shown: dict[tuple, list[Run]] = field(default_factory=dict)  # (list, path, Shown)
    measures: dict[tuple, list[Run]] = field(default_factory=dict)
    points: dict[tuple, list[Run]] = field(default_factory=dict)
    grades: dict[tuple, list[Run]] = field(default_factory=dict)


class Believed:
    """The rows of one shape that are believed today, kept up day by day."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.today: set[Row] = set()
        self.begin: dict[int, list[Row]] = defaultdict(list)
        self.end: dict[int, list[Row]] = defaultdict(list)
        for row in rows:
            self.begin[row.from_day].append(row)
            if row.to_day is not None:
                self.end[row.to_day].append(row)

    def wake(self, day: int) -> tuple[set[Row], set[Row]]:
        """Turn the page to that day; gives the rows that are new and those that are gone."""
        new, gone = set(self.begin.get(day, ())), set(self.end.get(day, ()))
        if new or gone:
            self.today = (self.today - gone) | new
        return new, gone


class Simulator:
    """Walks from `day0` up to, not including, `horizon` (day numbers)."""

    def __init__(
        self,
        heard: Heard,
        laws: Laws,
        day0: int,
        horizon: int,
        patient: bool = False,
        mishaps: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        self.laws, self.day0, self.horizon, self.patient = laws, day0, horizon, patient
        self.statements = Believed(row for row in heard.statements if row.id_scheme == "record")
        self.stated = Believed(row for row in heard.statements if row.id_scheme != "record")
        self.events = Believed(heard.events)
        self.links = Believed(heard.links)
        for event in heard.events:
            event.who = of_event(event)
        for row in heard.statements:
            row.who = of_statement(row)
        for link in heard.links:
            link.a, link.b = of_side(link, "a"), of_side(link, "b")
        self.found = Days()
        # 2 match
        self.registry = Registry((), laws.methods, laws.weights)
        self.kinds: dict[str, str] = {}  # subject -> kind, as it was last said
        self.kinds_moved = False  # whether anybody's did today
        self.answers: dict[Reference, str | None] = {}  # reference -> subject, today
        self.matched = Diary()  # (event, subject)
        self.related = Diary()  # (step, from, to)
        self.linked: dict[tuple[str, str], set[str]] = defaultdict(set)  # (step, from) -> to
        self.registered = self.links_moved = False  # did the registries, did links change today
        self.links_heard = False  # was anything said of links today
        self.validity_days = {  # on which a link believed already begins or ceases to hold
            day
            for link in heard.links
            for day in (link.valid_from, link.valid_to, of_age(link))
            if day is not None and day > link.from_day
        } | {
            day
            for row in heard.statements
            for day in (row.valid_from, row.valid_to)
            if day is not None and day > row.from_day
        }
        # 3 list
        self.strikes: dict[int, set[Row]] = defaultdict(set)
        self.listings: dict[Row, set[tuple]] = {}
        self.standing: dict[Row, str] = {}  # what was told last of each act -> of whom, today
        self.honours: set[Row] = set()  # those acts of it
        self.subjects: dict[Row, str] = {}  # whom each act speaks of today
        self.known: dict[str, list[Row]] = defaultdict(list)  # subject -> what is believed of it
        self.registers: set[tuple] = set()  # what registers hand on today
        self.listed = Diary()  # (list, key, subject, ground, severity, value)
        self.entries: dict[tuple, Version] = {}  # what is listed today -> the entry it is
        self.moved: set[str] = set()  # lists on which something else stands than yesterday
        # 4 show
        self.exchange = Exchange(laws.owners, laws.edges, laws.adoptions, day0)
        happen(self.exchange, mishaps)
        self.native = (
            laws.owners.keys() - {rule.list for rule in laws.adoptions} - laws.graded.keys()
        )
        # 6 act
        self.acts = Diary()
        self.called: dict[MeasureRule, set[tuple]] = {rule: set() for rule in laws.measures}
        self.terms: dict[tuple, int] = {}  # a measure that runs for a term of its own -> its end
        # 5 score
        self.held: dict[str, set[tuple]] = {keeper: set() for keeper in laws.keepers}
        self.month: dict[str, set[tuple]] = {keeper: set() for keeper in laws.keepers}
        self.tens: dict[str, set[str]] = defaultdict(
            set
        )  # ten houses of a street -> residents, today
        self.joined: dict[str, set[str]] = {keeper: set() for keeper in laws.keepers}
        self.counts = {keeper: Diary() for keeper in laws.keepers}
        self.sums: dict[str, dict[str, int]] = {k: defaultdict(int) for k in laws.keepers}
        self.grades = {keeper: Diary() for keeper in laws.keepers}
        self.graded = {
            name: Diary() for name in laws.graded
        }  # (subject, grade) on a list made of grades

    def run(self) -> Days:
        """Live every day and close the books."""
        for day in range(self.day0, self.horizon):
            self.live(day)
        found, end = self.found, self.horizon
        for (event, subject), runs in self.matched.close(end).items():
            key = (event.record_id, event.version, subject)
            found.matched[key] = join_runs(found.matched.get(key, []) + runs)
        for (name, key, subject, *says), runs in self.listed.close(end).items():
            for first, last in runs:
                made = version(name, digest(name, key), subject, *says, first)
                found.listed[made] = [(first, last)]
        for rule in self.laws.adoptions:
            for thing, runs in self.exchange.own[rule.list].made.close(end).items():
                found.adopted[thing.version] = runs
        for name in self.laws.graded:
            for thing, runs in self.exchange.own[name].made.close(end).items():
                found.graded[thing.version] = runs
        for shelf in self.exchange.shelves:
            for made, first, last in shelf.entered():
                found.entered[made] = [(first, end if last is None else min(last, end))]
            for thing, runs in shelf.diary.close(end).items():
                found.shown[shelf.list, shelf.path, thing] = runs
        found.measures = self.acts.close(end)
        for keeper in self.laws.keepers:
            for (rule, subject, *why), runs in self.counts[keeper].close(end).items():
                found.points[keeper, subject, *why, rule.change] = runs
            for thing, runs in self.grades[keeper].close(end).items():
                found.grades[keeper, *thing] = runs
        return found

    def live(self, day: int) -> None:
        """One day."""
        moved = self.match(day)
        self.list(day, moved)
        self.act(day, self.show(day))

    # 1 and 2: hear and match

    def match(self, day: int) -> set[Row]:
        """Hear today's news and find out whom everything speaks of; gives the acts that moved."""
        new, gone = self.statements.wake(day)
        registered = bool(new or gone)
        new_events, gone_events = self.events.wake(day)
        stated = any(self.stated.wake(day))
        self.links_heard = links_heard = any(self.links.wake(day))
        if registered:
            said = self.statements.today
            self.registry = Registry(said, self.laws.methods, self.laws.weights)
            self.answers.clear()
            self.tens.clear()
        self.registered, self.links_moved = registered, False
        if registered or links_heard or day in self.validity_days:
            self.links_moved = self.related.write(day, set(self.relations(day)))
            self.linked = defaultdict(set)
            for step, one, other in self.related.today:
                self.linked[step, one].add(other)
        self.kinds_moved = False
        if registered or new_events or gone_events or stated or links_heard:
            self.tell_kinds()
        if not (registered or new_events or gone_events):
            return set()
        before = self.matched.today
        if registered:
            today = {(event, self.whom(event, event.who)) for event in self.events.today}
        else:
            today = {pair for pair in before if pair[0] not in gone_events}
            today |= {(event, self.whom(event, event.who)) for event in new_events}
        today = {(event, subject) for event, subject in today if subject is not None}
        self.matched.write(day, today)
        return {event for event, _ in before ^ today}

    def whom(self, row: Row, reference: Reference) -> str | None:
        """The one subject a row means today; a register's own entry needs no search.

        Below the unified code, an island that cannot tell whom its own key means goes on using the
        key: whoever it is, is a subject to that island alone.
        """
        if reference.scheme == "record":
            return subject_id(row.feed, reference.value)
        if reference not in self.answers:
            answer = self.registry.resolve(reference)
            self.answers[reference] = answer.subject if isinstance(answer, Match) else None
        found = self.answers[reference]
        return found or self.own(row, reference)

    def own(self, row: Row, reference: Reference) -> str | None:
        """Whom an island's own key stands for, where nobody else can be found; else nobody."""
        if self.laws.join not in ("none", "own-keys"):
            return None
        return own_key(self.laws.islands[row.feed], reference)

    def tell_kinds(self) -> None:
        """Note what kind everybody is said to be today; of whom nothing is said stays what he was.

        Registers say it of their own. Of somebody known by an own key alone, the island's records
        do. If they differ, the first by name.
        """
        said: dict[str, set[str]] = {s: {kind} for s, kind in self.registry.kinds.items()}
        spoken = [(row, row.who) for row in self.events.today | self.stated.today]
        spoken += [(row, side) for row in self.links.today for side in (row.a, row.b)]
        for row, who in spoken:
            if who.kind is not None and who.scheme != "record":
                subject = self.whom(row, who)
                if subject is not None and self.answers[who] is None:
                    said.setdefault(subject, set()).add(who.kind)
        for subject, kinds in said.items():
            if self.kinds.get(subject) != min(kinds):
                self.kinds[subject] = min(kinds)
                self.kinds_moved = True

    def relations(self, day: int) -> Iterable[tuple[str, str, str]]:
        """(step, from, to) of every link that is believed today and says that it holds today."""
        for link in self.links.today:
            if link.valid_from is not None and day < link.valid_from:
                continue
            if link.valid_to is not None and day >= link.valid_to:
                continue
            a, b = self.whom(link, link.a), self.whom(link, link.b)
            if a is not None and b is not None and a != b:
                yield f"{link.link_kind}:a>b", a, b
                yield f"{link.link_kind}:b>a", b, a
                grown = of_age(link)
                if link.link_kind == "parent_child" and (grown is None or day < grown):
                    yield f"{link.link_kind}:a>b:minor", a, b

    # 3: list

    def list(self, day: int, moved: set[Row]) -> None:
        """Ask each list's rule of the acts that moved or of which a clock strikes today."""
        ask = moved | self.strikes.pop(day, set())
        if moved:
            before, self.standing = self.standing, self.told_last()
            ask |= {act for act, _ in before.items() ^ self.standing.items()}
            self.subjects, self.known = dict(self.matched.today), defaultdict(list)
            for act, subject in self.subjects.items():
                self.known[subject].append(act)
            self.honours = {act for act in self.standing if act.event_kind == "honour"}
        if self.patient:
            ask = self.events.today | moved
        handed_on = self.handed_on(day)
        self.moved = set()
        if not ask and handed_on is self.registers:
            return
        self.registers = handed_on
        # A place of good faith hangs on what else is believed of whoever has it.
        ask |= self.honours
        for act in ask:
            subject = self.subjects.get(act)
            if subject is None:
                self.listings.pop(act, None)
                continue
            found = {(name, act.record_id, subject, *says) for name, *says in listings(act, day)}
            if act in self.standing and act.feed in self.laws.appends:
                key = self.act_id(act, subject)
                told = listings(act, day, told=True)
                if any(loses_good_faith(act, other, day) for other in self.known[subject]):
                    told = {listing for listing in told if listing[0] != "good_faith_traders"}
                found |= {(name, key, subject, *says) for name, *says in told}
            self.listings[act] = {listing for listing in found if listing[0] in self.native}
            for strike in striking_days(act):
                if strike > day:
                    self.strikes[strike].add(act)
        before = self.listed.today
        self.listed.write(day, self.registers.union(*self.listings.values()))
        for listing in before - self.listed.today:
            del self.entries[listing]
        for listing in self.listed.today - before:
            name, key, subject, *says = listing
            self.entries[listing] = version(name, digest(name, key), subject, *says, day)
        self.moved = {name for name, *_ in before ^ self.listed.today}

    def handed_on(self, day: int) -> set[tuple]:
        """What registers hand on today: what their records say and whom they link, if it holds."""
        if not (self.registered or self.links_heard or day in self.validity_days):
            return self.registers
        found = set()
        records: dict[tuple, dict[str, str]] = defaultdict(dict)  # record -> property -> value
        for row in self.statements.today:
            records[row.feed, row.id_value, row.record_id, row.version][row.property] = row.value
        for (feed, own, record, _), says in records.items():
            for name, (register, properties) in REGISTERS.items():
                if feed == register:
                    value = " · ".join(says[p] for p in properties if says.get(p) is not None)
                    value = value if register == "residents" else old_hidden(value)
                    key = digest(f"{record}:registered")
                    found.add((name, key, subject_id(feed, own), "registered", None, value))
        for link in self.links.today:
            a, b = self.whom(link, link.a), self.whom(link, link.b)
            if a is None or b is None or not holds(link, day):
                continue
            sides = {
                "a": (a, side_told(link.b_name, link.b_scheme, link.b_value)),
                "b": (b, side_told(link.a_name, link.a_scheme, link.a_value)),
            }
            kind, record = link.link_kind, link.record_id
            for name, origin in RELATED.items():
                if (link.feed, kind) == origin:
                    key = digest(f"{record}:{kind}:{a}")
                    found.add((name, key, sides["b"][0], kind, None, sides["b"][1]))
            for name, feeds in LINKS.items():
                for side, (whose, value) in sides.items() if link.feed in feeds else ():
                    found.add((name, digest(f"{record}:{side}"), whose, kind, None, value))
        return {listing for listing in found if listing[0] in self.native}

    # 4: show

    def show(self, day: int) -> set[str]:
        """Everything that moves between holders today; gives the holders who show something new."""
        entries: dict[str, set[Version]] = {name: set() for name in self.moved}
        for made in self.entries.values() if entries else ():
            if made.list in entries:
                entries[made.list].add(made)

        def graded(changed: set[str]) -> dict[str, set[Version]]:
            self.score(day, changed)
            return {name: self.of_grades(day, name) for name in self.laws.graded}

        return self.exchange.live(day, entries, self.registry.namesakes, graded)

    def of_grades(self, day: int, name: str) -> set[Version]:
        """Whom the owner of a list made of grades puts on it today; another grade is another version."""
        severities, diary = self.laws.graded[name], self.graded[name]
        grades = self.grades[self.laws.owners[name]].today
        diary.write(day, {(subject, grade) for subject, _, grade in grades if grade in severities})
        return {
            version(
                name,
                digest(name, subject, "grade"),
                subject,
                "grade",
                severities[grade],
                grade,
                since,
            )
            for (subject, grade), since in diary.since.items()
        }

    # 6: act

    def act(self, day: int, changed: set[str]) -> None:
        """Each agency does what its own copy calls for, to the listed and to those linked to them.

        A measure with a term of its own is taken on the first day it is called for and runs for
        that term, whatever becomes of the entry.
        """
        for rule in self.laws.measures:
            moved = self.links_moved or self.registered or self.kinds_moved
            if not (moved or rule.agency in changed):
                continue
            called = set(self.called_for(rule))
            if rule.term_days is not None:
                for thing in called - self.called[rule]:
                    self.terms[thing] = day + rule.term_days
            self.called[rule] = called
        self.terms = {thing: end for thing, end in self.terms.items() if day < end}
        standing = (c for rule, c in self.called.items() if rule.term_days is None)
        self.acts.write(day, set(self.terms).union(*standing))

    def called_for(self, rule: MeasureRule) -> Iterable[tuple]:
        """(measure, agency, list, entry version, subject, way it is linked), today."""
        against = self.exchange.shows[rule.agency].get(rule.unless_list, ())
        spared = {thing.subject for thing in against}
        for thing in self.exchange.shows[rule.agency].get(rule.list, ()):
            if thing.subject in spared:
                continue
            grave = SEVERITIES.index(thing.version.severity)
            if grave < SEVERITIES.index(rule.min_severity):
                continue
            for subject, way in self.reached(thing.subject, rule.steps):
                if rule.subject_kind is None or self.kinds.get(subject) in (
                    None,
                    rule.subject_kind,
                ):
                    yield rule.measure, rule.agency, rule.list, thing.version.id, subject, way

    def reached(self, listed: str, steps: tuple[str, ...]) -> Iterable[tuple[str, str]]:
        """Whom a measure reaches from the listed subject, and by which way."""
        if not steps:
            yield listed, ""
        elif len(steps) == 1:
            for other in self.linked[steps[0], listed]:
                yield other, f"{steps[0]} {listed}"
        else:
            for middle in self.linked[steps[0], listed]:
                for other in self.linked[steps[1], middle]:
                    if other != listed:
                        yield other, f"{steps[0]} {listed} {steps[1]} {middle}"

    # 5: score

    def score(self, day: int, changed: set[str]) -> None:
        """Keepers add up what counts today.

        What takes effect by the day counts while it is held. What takes effect by the month counts
        for the whole of a month if it was held on the last day of the month before.
        """
        new_month = date.fromordinal(day).day == 1
        if new_month:
            self.month = {
                keeper: {item for item in held if item[0].effective == "next_month"}
                for keeper, held in self.held.items()
            }
        for keeper in self.laws.keepers:
            if not (keeper in changed or new_month or self.registered or self.links_moved):
                continue
            self.joined[keeper] |= {
                thing.subject
                for name, things in self.exchange.shows[keeper].items()
                for thing in things
                if self.laws.owners[name] == keeper
            }
            self.held[keeper] = set(self.marks(keeper))
            daily = {item for item in self.held[keeper] if item[0].effective == "day"}
            self.count(day, keeper, daily | self.month[keeper])

    def told_last(self) -> dict[Row, str]:
        """What was told last of each act, of all that is believed and matched today -> of whom."""
        tellings: dict[tuple, list[tuple[Row, str]]] = defaultdict(list)
        for event, subject in self.matched.today:
            tellings[self.act_of(event, subject)].append((event, subject))
        return dict(min(rivals, key=told_before) for rivals in tellings.values())

    def act_id(self, event: Row, subject: str) -> str:
        """The id of an act in the database."""
        kind = ("document", "record", "day")
        parts = self.act_of(event, subject)
        day = "∅" if event.event_day is None else date.fromordinal(event.event_day).isoformat()
        if event.document_no is not None:
            return digest(kind[0], *parts)
        if self.laws.appends[event.feed]:
            return digest(kind[1], *parts)
        return digest(kind[2], event.feed, subject, event.event_kind or "∅", day)

    def act_of(self, event: Row, subject: str) -> tuple:
        """What tells an act from another: the record, if its feed can take back what it said.

        A feed that appends tells an act again in a further row: by the same document number, or
        else under the same key, or else of the same subject, kind and day.
        """
        if event.feed not in self.laws.appends:
            return (event.record_id,)
        if event.document_no is not None:
            return event.feed, event.document_no
        if self.laws.appends[event.feed]:
            return (event.record_id,)
        return event.feed, subject, event.event_kind, event.event_day

    def marks(self, keeper: str) -> Iterable[tuple]:
        """(rule, subject, reason, because) of the entries a keeper shows; each entry once.

        Of several versions of one, that which began last.
        """
        rivals: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for thing in {t for things in self.exchange.shows[keeper].values() for t in things}:
            if self.scores(keeper, thing.subject):
                rivals[thing.version.entry, thing.subject].append(thing)
        for things in rivals.values():
            last = min(things, key=lambda t: (-t.version.since, t.version.id))
            rules = {
                rule.ground: rule
                for rule in self.laws.points
                if (rule.keeper, rule.list) == (keeper, last.version.list)
            }
            rule = rules.get(last.version.ground, rules.get(None))
            if rule is not None:
                reason = f"{rule.list}:{rule.ground}" if rule.ground else rule.list
                because = f"entry:{last.version.id}"
                yield rule, last.subject, reason, because
                for link in self.laws.links:
                    if link.keeper == keeper:
                        moved = replace(rule, change=max(-link.bound, min(rule.change, link.bound)))
                        for other in self.near(last.subject, link.step):
                            if self.scores(keeper, other):
                                yield moved, other, f"{reason}:{link.step}", because

    def near(self, subject: str, step: str) -> set[str]:
        """Who is linked to somebody today: over a link, or by living in one ten of houses."""
        if step != "ten_households":
            return self.linked[step, subject]
        if not self.tens:
            for other, address in self.registry.addresses.items():
                if self.registry.kinds[other] == "resident" and other in self.registry.names:
                    self.tens[address.split("号")[0][:-1]].add(other)
        return {other for ten in self.tens.values() if subject in ten for other in ten - {subject}}

    def scores(self, keeper: str, subject: str) -> bool:
        """Whether a keeper scores somebody today: of its kind and city, as the registers say today.

        A keeper that one joins scores whomever its own lists ever told of.
        """
        office = self.laws.keepers[keeper]
        if office.opt_in and subject not in self.joined[keeper]:
            return False
        if subject not in self.registry.divisions:
            return False
        kind, place = self.registry.kinds[subject], self.registry.divisions[subject]
        return office.subject_kind in (None, kind) and (
            office.places is None or place in office.places
        )

    def count(self, day: int, keeper: str, items: set[tuple]) -> None:
        """Add up one keeper's points, and grade everybody of whom anything ever counted."""
        diary, office = self.counts[keeper], self.laws.keepers[keeper]
        before = diary.today
        if not diary.write(day, items):
            return
        for sign, things in ((1, items - before), (-1, before - items)):
            for rule, subject, _, _ in things:
                self.sums[keeper][subject] += sign * rule.change
        graded = set()
        for subject, total in self.sums[keeper].items():
            points = min(max(office.start + total, office.floor), office.ceiling)
            grade = next(name for least, name in self.laws.grades[keeper] if points >= least)
            graded.add((subject, points, grade))
        self.grades[keeper].write(day, graded)


def of_age(link: Row) -> int | None:
    """The day on which a child of a parent is 18 at the latest; a parent is one since its birth."""
    return None if link.valid_from is None else link.valid_from + 6575


def of_event(event: Row) -> Reference:
    """How an event names its subject."""
    return referring(
        event.id_scheme,
        event.id_value,
        event.name,
        event.division,
        event.address,
        event.subject_kind,
    )


def of_statement(row: Row) -> Reference:
    """How a statement names whom it is about."""
    return Reference(row.id_scheme, row.id_value, row.name, row.division, None, row.subject_kind)


def told_before(telling: tuple[Row, str]) -> tuple:
    """The order in which tellings of one act hold: the last told, then the later act."""
    event, subject = telling
    because = f"event:{event.record_id}:{event.version}"
    return (
        -event.from_day,
        -(event.event_day or 0),
        event.event_kind or "",
        event.ground or "",
        subject,
        because,
    )


def of_side(link: Row, side: str) -> Reference:
    """How a link names one of its sides, `a` or `b`."""
    given = (getattr(link, f"{side}_{what}") for what in ("scheme", "value", "name", "division"))
    return referring(*given, None, getattr(link, f"{side}_kind"))
