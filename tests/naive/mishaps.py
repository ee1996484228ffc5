"""What happens to right data on its way: what a shelf should hold on a day, and what it shows instead.

A mishap strikes a shelf: one entry on it, one subject, or all. It begins on a day, or with what the
next sync brings. Where what arrives takes the place of what was there, the next arrival ends it.
Where it is only added, nothing is sent a second time: what should have come new in the meantime never
comes, or stays as it was filed. At an owner only a person can end it.

What is shown instead is a word of the code list `mishaps`:

* `before`, `backup`   what stood there on the eve, or on the day of the backup
* `nothing`            nothing
* `other`              the same, about another subject
* `namesakes`          the same, about everybody of that kind who bears the name
* `split`              the same, about a new subject, for what first comes from that day on
* `new`, `twice`       one entry more, of somebody's own making or like one that came
* `astray`             all that the sender shows that day, at somebody who gets nothing from it
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from tests.naive.exchange import Edge, Exchange, Shelf, Shown, Version, digest, shown, version

CODES = Path(__file__).resolve().parents[2] / "schemas" / "codes"


def code_list(name: str) -> list[dict[str, str]]:
    with (CODES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


KINDS = {row["mishap"]: row for row in code_list("mishaps")}
TERMS = {row["list"]: row["longest_term_days"] for row in code_list("lists")}


@dataclass(eq=False)
class Mishap:
    """One mishap; days are day numbers, ids as in the database, digits alone."""

    kind: str
    from_holder: str
    at_holder: str
    list: str
    from_day: int
    entry_id: str | None = None
    entry_version: str | None = None
    subject_id: str | None = None
    other_id: str | None = None
    ground: str | None = None
    severity: str | None = None
    as_of_day: int | None = None
    to_day: int | None = None
    begin: dict[Shelf, int] = field(default_factory=dict)
    end: dict[Shelf, int | None] = field(default_factory=dict)
    bearers: dict[str, set[str]] = field(default_factory=dict)  # of the name, as looked up

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Mishap:
        """One of a row of `exchange.mishaps`."""
        given = {f.name for f in fields(cls)}
        return cls(**{name: _plain(value) for name, value in row.items() if name in given})

    @property
    def shows(self) -> str:
        return KINDS[self.kind]["shows"]

    @property
    def deletes(self) -> bool:
        """Whether somebody deletes something by hand."""
        return self.shows == "nothing" and KINDS[self.kind]["begins"] == "day"

    def place(self, shelf: Shelf, day0: int) -> None:
        """Find out when it begins and ends on a shelf."""
        edge, with_sync = shelf.edge, KINDS[self.kind]["begins"] == "sync"
        if edge is None:
            begin, arrival = self.from_day, None
        elif with_sync:
            sync = next(d for d in count(self.from_day) if edge.syncs_on(d, day0))
            begin, arrival = sync + edge.lag, sync + edge.lag + edge.every
        else:
            begin = self.from_day
            arrival = next(d for d in count(begin + 1) if edge.syncs_on(d - edge.lag, day0))
        self.begin[shelf] = begin
        ends = arrival if KINDS[self.kind]["lasts"] == "sync" else None
        if edge is not None and not edge.replaces and not self._by_window(shelf):
            ends = None
        if self.to_day is not None and not self._by_window(shelf):
            ends = max(begin, min(ends or self.to_day, self.to_day))
        self.end[shelf] = ends

    def _by_window(self, shelf: Shelf) -> bool:
        """Whether it is about what first comes in a window of days, and not about days of showing."""
        adds = shelf.edge is not None and not shelf.edge.replaces
        sync = KINDS[self.kind]["begins"] == "sync"
        return self.shows == "split" or (adds and (sync or self.shows == "backup"))

    def concerns(self, thing: Shown) -> bool:
        """Whether it is about a thing."""
        if self.entry_id is not None:
            whom = self.subject_id in (None, thing.subject)
            return thing.version.entry == self.entry_id and whom
        if self.subject_id is not None:
            return self.subject_id == thing.subject == thing.version.subject
        return True

    def change(self, shelf: Shelf, things: set[Shown], day: int) -> set[Shown]:
        """What is shown on a day instead of what should be."""
        if shelf not in self.begin or self.shows in ("new", "twice", "astray"):
            return things
        mine = {t for t in things if self.concerns(t)}
        if self._by_window(shelf):
            first = self.as_of_day + 1 if self.shows == "backup" else self.begin[shelf]
            end = None if self.shows == "split" else self.end[shelf]
            mine = {
                t
                for t in mine
                if first <= shelf.usual.since[t] and (end is None or shelf.usual.since[t] < end)
            }
            righted = self.to_day is not None and day >= self.to_day
            return things if righted else (things - mine) | self._instead(shelf, mine, late=True)
        end = self.end[shelf]
        if not (self.begin[shelf] <= day and (end is None or day < end)):
            return things
        return (things - mine) | self._instead(shelf, mine)

    def _instead(self, shelf: Shelf, mine: set[Shown], late: bool = False) -> set[Shown]:
        if self.shows == "nothing" or (late and self.shows in ("before", "backup")):
            return set()
        if self.shows in ("before", "backup"):
            day = self.begin[shelf] - 1 if self.shows == "before" else self.as_of_day
            return {t for t in shelf.usual.on(day) if self.concerns(t)}
        if self.shows == "namesakes":
            return {
                shown(t.version, subject)
                for t in mine
                for subject in (
                    self.bearers.get(t.version.subject, {t.subject})
                    if t.subject == t.version.subject
                    else {t.subject}
                )
            }
        return {shown(t.version, self.other_id) for t in mine}

    def look_up(self, shelf: Shelf, day: int, namesakes: Callable[[str, str], set[str]]) -> None:
        """On the sync that brings a cut code: ask for everybody who bears the name."""
        if self.shows == "namesakes" and day + shelf.edge.lag == self.begin.get(shelf):
            for thing in shelf.above.shows:
                who = thing.version.subject
                if self.concerns(thing) and who not in self.bearers:
                    self.bearers[who] = namesakes(who, "name")

    def entered(
        self, shelf: Shelf, known: Iterable[Version]
    ) -> tuple[Version, int, int | None] | None:
        """The entry more that stands on a shelf, and from when to when; None if there is none."""
        if self.shows not in ("new", "twice") or shelf not in self.begin:
            return None
        begin, end = self.begin[shelf], self.end[shelf]
        if shelf.edge is None and TERMS[self.list]:
            end = min(filter(None, (end, self.from_day + int(TERMS[self.list]))))
        elif shelf.edge is not None and not shelf.edge.replaces:
            end = self.to_day
        parent = next((v for v in known if v.id == self.entry_version), None)
        if (self.shows == "twice") != (parent is not None) or (end is not None and end <= begin):
            return None
        who = parent.subject if parent else self.subject_id
        says = (
            (parent.ground, parent.severity, parent.value)
            if parent
            else (self.ground, self.severity, None)
        )
        told = date.fromordinal(self.from_day).isoformat()
        named = parent.entry if parent else who
        entry = digest(self.kind, self.list, ">".join(shelf.path), named, told)
        return version(self.list, entry, who, *says, begin), begin, end


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.toordinal()
    return value.replace("-", "") if isinstance(value, str) and len(value) == 36 else value


def happen(exchange: Exchange, rows: Iterable[Mapping[str, Any]]) -> None:
    """Tell an exchange, before its first day, all that will happen in it."""
    all_of_them = [Mishap.of(row) for row in rows]
    for mishap in all_of_them:
        if mishap.shows == "astray":
            _send_astray(exchange, mishap)
    for mishap in all_of_them:
        if mishap.shows == "astray":
            continue
        mine = [
            shelf
            for shelf in exchange.shelves
            if (shelf.holder, shelf.came_from, shelf.list)
            == (mishap.at_holder, mishap.from_holder, mishap.list)
        ]
        if mishap.shows in ("new", "twice"):
            mine = sorted(mine, key=lambda s: (len(s.path), ">".join(s.path)))[:1]
        for shelf in mine:
            mishap.place(shelf, exchange.day0)
            shelf.mishaps.append(mishap)


def _send_astray(exchange: Exchange, mishap: Mishap) -> None:
    """A list sent once over an edge that there is not, to be kept."""
    begin = mishap.from_day + 1
    term = None if mishap.to_day is None else mishap.to_day - begin
    if term is not None and term <= 0:
        return
    once = Edge(
        mishap.from_holder,
        mishap.at_holder,
        (mishap.list,),
        every=10**4,
        offset=mishap.from_day - exchange.day0,
        lag=1,
        mode="append" if term is None else "expire",
        expiry=term,
    )
    senders = [
        s for s in exchange.shelves if (s.holder, s.list) == (mishap.from_holder, mishap.list)
    ]
    exchange.shelves += [Shelf(s.list, (*s.path, mishap.at_holder), once, s) for s in senders]
