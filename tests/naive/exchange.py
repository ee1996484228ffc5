"""Exchange, walked day by day: who shows what, learned from whom, on each day.

This module is a definition. It knows one day at a time and nothing of intervals:

* An edge looks at what its sender shows on each of its sync days (day0 + offset + k * every), and
  the receiver has it `lag` days later.
* What a receiver does with what arrives is its mode, a row of the code list `edge_modes`. If it keeps
  things until the next (`every`), what arrives replaces what was there. Otherwise it is added to that,
  and a thing is forgotten so many days after it last came as the mode says, or the edge (`expiry`).
* Everything is kept apart by the way it came. A *path* is the holders a thing passed through, owner
  first. A thing is not handed to a holder who is already on its path, except over an edge that
  *readmits*, and that once on a path.
* An edge that matches by name hands over, not the subject, but everybody of that kind who bears the
  subject's name: it asks anew on each sync day, or only when it first sees the thing there, as its mode
  says (`names_anew`).
* An *adopter* makes an entry of its own for everything it begins to see, with a term of its own.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from hashlib import md5
from pathlib import Path

from tests.naive.diary import Diary

CODES = Path(__file__).resolve().parents[2] / "schemas" / "codes"
with (CODES / "edge_modes.csv").open(encoding="utf-8", newline="") as rows:
    MODES = {row["code"]: row for row in csv.DictReader(rows)}
SEVERITIES = ("positive", "minor", "general", "serious")


@dataclass(frozen=True, eq=False)
class Version:
    """One entry as it reads from one day on. `entry` is its identity, `entry_id` in the database.

    `lineage` is every list that stands behind an adopted entry. Made by `version`, which gives the
    same object for the same content, so that versions are compared by identity.
    """

    list: str
    entry: str
    subject: str  # whom the entry is about
    ground: str | None
    severity: str | None
    value: str | None  # what else the list says, if it says more
    since: int  # day number on which it began to read so
    lineage: frozenset[str] = frozenset()

    @cached_property
    def id(self) -> str:
        """The id by which the database knows this version."""
        since = date.fromordinal(self.since).isoformat()
        says = (
            self.ground or "∅",
            self.severity or "∅",
            *([self.value] if self.value is not None else []),
        )
        return digest(self.entry, self.subject, *says, since)


@dataclass(frozen=True, eq=False)
class Shown:
    """A version, and the subject a holder believes it to be about. Made by `shown`."""

    version: Version
    subject: str


version = cache(Version)
shown = cache(Shown)


@cache
def digest(*parts: str) -> str:
    """The md5 of parts joined by a bar: how ids are made."""
    return md5("|".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Edge:
    """One row of network.yml."""

    sender: str
    receiver: str
    lists: tuple[str, ...]
    every: int
    offset: int
    lag: int
    mode: str
    expiry: int | None = None
    match: str = "code"
    readmits: bool = False

    @property
    def replaces(self) -> bool:
        """Whether what arrives takes the place of what was there."""
        return MODES[self.mode]["keeps"] == "every"

    @property
    def term(self) -> int | None:
        """Days after which a thing that has not come again is forgotten; None: never by itself."""
        keeps = MODES[self.mode]["keeps"]
        if keeps == "expiry":
            return self.expiry
        return int(keeps) if keeps.isdigit() else None

    def syncs_on(self, day: int, day0: int) -> bool:
        """Whether the edge looks at its sender on that day."""
        since = day - day0 - self.offset
        return since >= 0 and since % self.every == 0


@dataclass(frozen=True)
class AdoptionRule:
    """One row of the adoptions in network.yml."""

    by: str
    list: str
    sources: tuple[str, ...]
    min_severity: str
    term_days: int


@dataclass(eq=False)
class Shelf:
    """What one holder shows of one list by one path.

    `usual` is what would stand on it if nothing went wrong there, `diary` what does.
    """

    list: str
    path: tuple[str, ...]
    edge: Edge | None = None  # None for the owner's own shelf
    above: Shelf | None = None
    readmitted: bool = False
    diary: Diary = field(default_factory=Diary)
    usual: Diary = field(default_factory=Diary)
    mishaps: list = field(default_factory=list)  # see tests.naive.mishaps
    coming: dict[int, set[Shown]] = field(default_factory=dict)  # day of arrival -> parcel
    last_came: dict[Shown, int] = field(default_factory=dict)  # where nothing is replaced
    known_as: dict[tuple[Shown, int], set[str]] = field(default_factory=dict)  # for match name

    @property
    def holder(self) -> str:
        """Whose shelf it is."""
        return self.path[-1]

    @property
    def made(self) -> Diary:
        """What stands on it by rights."""
        return self.usual if self.mishaps else self.diary

    @property
    def came_from(self) -> str:
        """Who handed on what stands here: the holder before, or the owner itself."""
        return self.path[-2] if self.edge else self.path[-1]

    @property
    def shows(self) -> set[Shown]:
        """What stands on the shelf today."""
        return self.diary.today

    def receive(self, day: int) -> bool:
        """Put up what arrives this day, take down what has expired; tells if anything changed."""
        parcel = self.coming.pop(day, None)
        term = self.edge.term
        if parcel is None and term is None:
            return self.put_up(day)
        if self.edge.replaces:
            return self.put_up(day, parcel)
        for thing in parcel or ():
            self.last_came[thing] = day
        fresh = {t for t, came in self.last_came.items() if term is None or day < came + term}
        return self.put_up(day, fresh)

    def put_up(self, day: int, things: set[Shown] | None = None) -> bool:
        """Show what should stand here from a day on (None: as before), or what mishaps make of it."""
        if not self.mishaps:
            return things is not None and self.diary.write(day, things)
        if things is not None:
            self.usual.write(day, things)
        now = set(self.usual.today)
        for mishap in self.mishaps:
            now = mishap.change(self, now, day)
        for more, begin, end in self.entered():
            if begin <= day and (end is None or day < end):
                now = now | {shown(more, more.subject)}
        for mishap in self.mishaps:  # what was made by hand can be deleted as well
            if mishap.deletes:
                now = mishap.change(self, now, day)
        return self.diary.write(day, now)

    def entered(self) -> list[tuple[Version, int, int | None]]:
        """Entries that mishaps make here, each with its first day and its end (None: for good)."""
        root = self
        while root.above is not None:
            root = root.above
        known = {thing.version for thing in (*root.diary.today, *root.diary.runs)}
        made = (mishap.entered(self, known) for mishap in self.mishaps)
        return [one for one in made if one is not None]

    def look(self, day: int, namesakes: Callable[[str, str], set[str]]) -> None:
        """On a sync day: see what the shelf above shows and send it on its way."""
        for mishap in self.mishaps:
            mishap.look_up(self, day, namesakes)
        if self.edge.match == "code":
            parcel = set(self.above.shows)
        elif MODES[self.edge.mode]["names_anew"] == "yes":
            parcel = {
                shown(thing.version, subject)
                for thing in self.above.shows
                for subject in namesakes(thing.subject, self.edge.match)
            }
        else:
            # Whom a thing was taken to mean when it was first seen stays, as long as it is shown.
            before = self.known_as
            self.known_as = {
                (thing, since): before[thing, since]
                if (thing, since) in before
                else namesakes(thing.subject, self.edge.match)
                for thing, since in self.above.diary.since.items()
            }
            parcel = {
                shown(thing.version, subject)
                for (thing, _), subjects in self.known_as.items()
                for subject in subjects
            }
        self.coming[day + self.edge.lag] = parcel


def shelves_of(list_name: str, owner: str, edges: Iterable[Edge]) -> Iterator[Shelf]:
    """Every way a list can travel from its owner: a finite tree of paths, the owner's own first."""
    rows = [Shelf(list_name, (owner,))]
    while rows:
        yield from rows
        rows = [
            Shelf(list_name, (*above.path, edge.receiver), edge, above, above.readmitted or again)
            for above in rows
            for edge in edges
            if edge.sender == above.holder and list_name in edge.lists
            for again in [edge.receiver in above.path]
            if not again or (edge.readmits and not above.readmitted)
        ]


class Adopter:
    """Makes entries of one adopted list out of what one holder begins to see."""

    def __init__(self, rule: AdoptionRule) -> None:
        self.rule = rule
        self.seen: set[tuple[str, str]] = set()  # (entry, subject) seen when it last looked
        self.own: dict[tuple[str, str], tuple[Version, int]] = {}  # -> its own entry, and its end

    def look(self, shows: Iterable[Shown], day: int) -> None:
        """Adopt what it begins to see today, given everything it shows of other lists today."""
        now: dict[tuple[str, str], list[Version]] = {}
        for thing in shows:
            if self._takes(thing.version):
                now.setdefault((thing.version.entry, thing.subject), []).append(thing.version)
        for key in now.keys() - self.seen:
            self._adopt(key, now[key], day)
        self.seen = set(now)

    def entries(self, day: int) -> set[Version]:
        """Its own entries on this day: each stands for its term, whatever becomes of its parent."""
        return {own for own, end in self.own.values() if day < end}

    def _takes(self, of: Version) -> bool:
        """Whether an entry is of a kind to adopt, and does not descend from the adopting list."""
        grave = SEVERITIES.index(of.severity) >= SEVERITIES.index(self.rule.min_severity)
        return of.list in self.rule.sources and grave and self.rule.list not in of.lineage

    def _adopt(self, key: tuple[str, str], versions: list[Version], day: int) -> None:
        """Adopt what was shown on the first day; of several readings, the gravest.

        If an earlier adoption of the same still runs and says the same, it is prolonged; if it says
        something else, the new one takes its place.
        """
        parent, subject = key
        read = min(versions, key=lambda v: (-SEVERITIES.index(v.severity), v.ground))
        since = day
        if key in self.own:
            earlier, end = self.own[key]
            if day <= end and (earlier.ground, earlier.severity, earlier.value) == (
                read.ground, read.severity, read.value,
            ):  # fmt: skip
                since = earlier.since
        entry = digest(self.rule.list, parent, subject)
        lineage = read.lineage | {read.list}
        says = (read.ground, read.severity, read.value)
        own = version(self.rule.list, entry, subject, *says, since, lineage)
        self.own[key] = (own, day + self.rule.term_days)


class Exchange:
    """All holders together, one day after the other."""

    def __init__(
        self,
        owners: dict[str, str],
        edges: Iterable[Edge],
        adoptions: Iterable[AdoptionRule],
        day0: int,
    ) -> None:
        """Everybody begins with empty shelves.

        Args:
            owners: list -> who keeps it.
        """
        self.day0 = day0
        self.shelves = [s for name in owners for s in shelves_of(name, owners[name], list(edges))]
        self.own = {shelf.list: shelf for shelf in self.shelves if shelf.edge is None}
        self.adopters = [Adopter(rule) for rule in adoptions]
        self.native = set(owners) - {adopter.rule.list for adopter in self.adopters}
        self.shows: dict[str, dict[str, set[Shown]]] = defaultdict(dict)  # holder -> list -> things

    def live(
        self,
        day: int,
        entries: dict[str, set[Version]],
        namesakes: Callable[[str, str], set[str]],
        graded: Callable[[set[str]], dict[str, set[Version]]],
    ) -> set[str]:
        """Everything that moves between holders on a day; gives those who show something new.

        Args:
            entries: list -> what its owner has on it today, of lists neither adopted nor made of
                grades; of one that is not named, the same as yesterday.
            namesakes: (subject, match) -> whom somebody who matches by name takes it for, today.
            graded: who shows something new -> what keepers then put on lists for its grade.
        """
        changed = set()
        for shelf in self.shelves:
            if shelf.edge is not None:
                moved = shelf.receive(day)
            else:
                native = entries.get(shelf.list)
                moved = shelf.list in self.native and shelf.put_up(
                    day, None if native is None else {shown(of, of.subject) for of in native}
                )
            if moved:
                changed.add((shelf.holder, shelf.list))
        self._unite(changed)
        for adopter in self.adopters:
            rule, shelf = adopter.rule, self.own[adopter.rule.list]
            if any((rule.by, name) in changed for name in rule.sources):
                seen = self.shows[rule.by]
                adopter.look({t for name in rule.sources for t in seen.get(name, ())}, day)
            if shelf.put_up(day, {shown(of, of.subject) for of in adopter.entries(day)}):
                changed.add((shelf.holder, shelf.list))
                self._unite({(shelf.holder, shelf.list)})
        for name, of_grades in graded({holder for holder, _ in changed}).items():
            shelf = self.own[name]
            if shelf.put_up(day, {shown(of, of.subject) for of in of_grades}):
                changed.add((shelf.holder, name))
                self._unite({(shelf.holder, name)})
        for shelf in self.shelves:
            if shelf.edge is not None and shelf.edge.syncs_on(day, self.day0):
                shelf.look(day, namesakes)
        return {holder for holder, _ in changed}

    def _unite(self, changed: set[tuple[str, str]]) -> None:
        """What a holder shows of a list is the union over the paths it came by."""
        for holder, name in changed:
            self.shows[holder][name] = set().union(
                *(s.shows for s in self.shelves if s.holder == holder and s.list == name)
            )
