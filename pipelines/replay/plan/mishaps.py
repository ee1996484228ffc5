"""A mishap put in its place: at which holder, on which edge, to which entry or subject, on which day.

What is not given is drawn: *uniform by edge and list*, then by entry, then by day, each among those at
which the mishap has something to change. Nothing depends on the order of rows in a table.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from pipelines.exchange.mishap_places import struck
from pipelines.exchange.mishaps import Mishap, mishaps
from pipelines.replay.plan.faults import FaultSpec, Landed, see_place
from pipelines.trace import digits_of
from sources.deliver import MOST_DAYS
from sources.faults import FaultError
from sources.faults.draw import Draw

SAMPLING = (
    "uniform by edge and list, then by entry and day, where the mishap has something to change"
)
BACKUP_DAYS = (7, 60)  # how old a backup is that is put back; ours
TRIES = 40


@dataclass(frozen=True)
class MishapEdit:
    """One row of `exchange.mishaps`."""

    kind: str
    # `from_holder`, `at_holder`, `list`: where; an owner has its own list from itself.
    from_holder: str
    at_holder: str
    list: str
    # `entry_id`, `entry_version`, `subject_id`: what it strikes; None: everything of the list.
    entry_id: str | None = None
    entry_version: str | None = None
    subject_id: str | None = None
    other_id: str | None = None  # the subject shown instead
    # `ground`, `severity`: what an entry made by hand says.
    ground: str | None = None
    severity: str | None = None
    from_day: date = date.min  # on which it happens, or from which the next sync is sought
    as_of_day: date | None = None  # of a backup: the day it was made
    to_day: date | None = None  # on which somebody puts it right; None: nobody does

    def row(self) -> dict[str, Any]:
        """Column -> value, but for its id, which the model makes."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Happened:
    """A mishap in its place; the same names as of a fault that strikes a record, where they mean the same."""

    spec: FaultSpec
    fault: Mishap
    day: date  # on which it happens
    rows: tuple[MishapEdit, ...]  # what it means in `exchange.mishaps` if nobody puts it right
    feed: None = None
    record_id: None = None
    scope: None = None

    @property
    def first(self) -> MishapEdit:
        """One row, which says where it began."""
        return self.rows[0]

    @property
    def was_drawn(self) -> bool:
        """Whether the day, or the entry struck, was left to be drawn."""
        entry = self.first.entry_id is not None and self.spec.entry is None
        return entry or self.spec.delivery is None

    @property
    def written_out(self) -> FaultSpec:
        """What was asked for, with all that was drawn."""
        first, kind = self.first, self.fault
        one_list = kind.strikes in ("list", "entry") or kind.shows == "new"
        return replace(
            self.spec,
            holder=first.at_holder,
            sender=None if kind.place == "holder" else first.from_holder,
            list=first.list if one_list else self.spec.list,
            entry=first.entry_id,
            subject=first.subject_id,
            other=first.other_id if kind.shows == "other" else None,
            backup=first.as_of_day,
            delivery=self.day,
            passed_over=0,
        )

    @property
    def edge(self) -> str:
        """`<from>-<to>`, or the holder alone where no edge has a part in it."""
        first = self.first
        alone = self.fault.place == "holder"
        return first.at_holder if alone else f"{first.from_holder}-{first.at_holder}"


def happened(landed: Landed, spec: FaultSpec) -> Happened:
    """Put a mishap in its place, drawing whatever is not given.

    Raises:
        FaultError: if what is given does not fit, or the mishap has nothing to change.
    """
    kind = mishaps()[spec.kind]
    if spec.feed or spec.record or spec.values or spec.scope:
        raise FaultError(
            f"{spec.kind} happens to right data at a holder; give --holder, --sender, --list, --entry "
            "and --day, not a feed, record, value or scope."
        )
    see_place(spec, kind.takes)
    return _Places(landed, spec, kind).drawn()


class _Places:
    """Where one kind of mishap can happen."""

    def __init__(self, landed: Landed, spec: FaultSpec, kind: Mishap) -> None:
        self.db, self.base = landed.db, landed.name
        self.spec, self.kind = spec, kind
        # Every path of a list, and what of them it can strike.
        self.paths = self.db.frame(f"SELECT * FROM {self.base}.exchange.paths").to_dict("records")
        self.struck = struck(kind, self.paths, *self._lists())
        self.about = digits_of(spec.subject or "")  # whom alone it is to befall
        self.day0, self.last_day, corrections = self.db.rows(
            f"SELECT max(day0), max(last_day), max(corrections) FROM {self.base}.codes.run"
        )[0]
        # With a sync; but of what it is to take down a receiver may be told between two.
        self.with_sync = kind.begins == "sync" and not (
            kind.with_removal and corrections == "pushed"
        )
        if spec.correct_after is not None and not 1 <= spec.correct_after <= MOST_DAYS:
            raise FaultError(
                f"A correction comes after at least 1 day and at most {MOST_DAYS:,}, not "
                f"{spec.correct_after}."
            )
        room = spec.correct_after if spec.room is None else spec.room
        self.latest = self.last_day - timedelta(days=room or 0)
        if spec.delivery is not None and not self.day0 <= spec.delivery <= self.latest:
            raise FaultError(
                f"A mishap happens from {self.day0} to {self.latest} here, so that it can still be put "
                f"right in the window of days; not on {spec.delivery}."
            )

        if kind.shows == "backup":
            self._see_backup()

    def _see_backup(self) -> None:
        """Refuse a day on which no backup can have been made, or one by which none is old enough."""
        made, put_back = self.spec.backup, self.spec.delivery
        last = (put_back or self.latest) - timedelta(days=1)
        if made is not None and not self.day0 <= made <= last:
            when = f"on {put_back} was made before that day" if put_back else "was made"
            until = "" if put_back else f" to {last} here"
            raise FaultError(
                f"A backup that is put back {when}, from {self.day0}{until or ' on'}, not on {made}."
            )
        if made is None and put_back and put_back < self.day0 + timedelta(days=BACKUP_DAYS[0]):
            raise FaultError(
                f"A backup is {BACKUP_DAYS[0]} to {BACKUP_DAYS[1]} days old where nothing else is said, and "
                f"none was made before {self.day0}; say on which day it was made, or put it back later "
                f"than on {put_back}."
            )

    def _lists(self) -> tuple[dict[str, dict[str, str]], set[str]]:
        """List -> its row of the code list; and the lists that are made of grades."""
        rows = self.db.frame(f"SELECT * FROM {self.base}.codes.lists").to_dict("records")
        graded = self.db.rows(f"SELECT list FROM {self.base}.codes.score_lists")
        return {row["list"]: row for row in rows}, {name for (name,) in graded}

    def drawn(self) -> Happened:
        """The mishap at the place drawn."""
        places = self._places()
        if not places:
            why = ", since what is shown there can never be taken down" if self._for_good() else ""
            raise FaultError(f"{self._where()} {self.kind.kind} has nothing to change{why}.")
        left_alone = 0
        for n in range(TRIES + self.spec.passed_over):
            draw = Draw(self.spec.seed, ("mishap", self.kind.kind, str(n)), None)
            rows = getattr(self, f"_{self.kind.strikes}")(places[draw.below(len(places))], draw)
            if rows and left_alone == self.spec.passed_over:
                return Happened(self.spec, self.kind, rows[0].from_day, tuple(rows))
            left_alone += bool(rows)
        raise FaultError(f"{self._where()} {self.kind.kind} has nothing to change.")

    def _where(self) -> str:
        """The place asked for, to begin a sentence."""
        spec = self.spec
        names = ("holder", "sender", "list", "entry", "subject", "other")
        given = ", ".join(f"{name} {value}" for name in names if (value := getattr(spec, name)))
        if not given:
            return f"On {spec.delivery}" if spec.delivery else "Nowhere"
        return f"At {given} on {spec.delivery}" if spec.delivery else f"At {given}"

    # --- places: an edge, or a holder, and a list ---------------------------------------------------

    def _places(self) -> list[dict[str, Any]]:
        """Where it can happen, in order."""
        self._see("holder", self.spec.holder, "holder")
        self._see("sender", self.spec.sender, "holder")
        self._see("list", self.spec.list, "list")
        between = self.kind.place == "between"
        shows = "came_from" if between else "holder"
        held = set(self.db.rows(f"SELECT DISTINCT holder, list FROM {self.base}.exchange.copies"))
        rows = [
            row for row in self.struck if self._asked(row) and (row[shows], row["list"]) in held
        ]
        if between:
            # Those whose audience may not have it; only if there are none, the others.
            codes = f"{self.base}.codes"
            may = set(
                self.db.rows(
                    f"SELECT holders.holder, lists.list FROM {codes}.holders AS holders INNER JOIN "
                    f"{codes}.audiences AS audiences ON audiences.audience = holders.audience "
                    f"INNER JOIN {codes}.lists AS lists ON lists.sharing = audiences.sharing"
                )
            )
            rows = [row for row in rows if (row["holder"], row["list"]) not in may] or rows
        columns = self._columns
        places = sorted({tuple(row[column] for column in columns) for row in rows})
        return [dict(zip(columns, place, strict=True)) for place in places]

    @property
    def _columns(self) -> tuple[str, ...]:
        """The columns that name a place, in the order in which places are sorted before one is drawn."""
        if self.kind.place == "between":
            return ("came_from", "list", "holder")
        if self.kind.strikes == "list":
            return ("came_from", "holder", "every_days", "offset_days", "lag_days")
        if self.kind.strikes == "entry" and not self._at_owner:
            return ("came_from", "holder", "list", "lag_days", "every_days", "offset_days")
        if self.kind.strikes == "entry" or self.kind.shows == "new":
            return ("holder", "list")
        return ("holder",)

    @property
    def _at_owner(self) -> bool:
        """Whether it can befall an owner's own list."""
        return self.kind.place == "holder" and self.kind.strikes != "all"

    def _for_good(self) -> bool:
        """Whether there are places of a kind that takes down, but all of them show a list for good."""
        return self.kind.takes_down and any(
            self._asked(path) and not path["taken_back"] for path in self.paths
        )

    def _see(self, name: str, value: str | None, column: str) -> None:
        """Refuse a holder or a list that there is not."""
        known = {path[column] for path in self.paths}
        if value is not None and value not in known:
            known = ", ".join(sorted(known))
            raise FaultError(f"There is no {name} {value!r} here; there are {known}.")

    def _asked(self, row: Mapping[str, Any]) -> bool:
        """Whether a row has what was asked for of holder, sender and list."""
        asked = {"holder": self.spec.holder, "came_from": self.spec.sender, "list": self.spec.list}
        return all(value in (None, row[name]) for name, value in asked.items())

    # --- what is struck there, by what a kind strikes -----------------------------------------------

    def _list(self, place: Mapping[str, Any], draw: Draw) -> list[MishapEdit]:
        """A sync of an edge, or a list sent to a holder it is not meant for."""
        if self.kind.place == "between":
            day = self._day(self.day0, self.latest, draw)
            return [self._row(place, day, list=place["list"])] if day else []
        first = self.day0 + timedelta(days=place["offset_days"])
        day = self._sync(first, place["every_days"], draw)
        on_edge = {row["list"] for row in self.struck if place.items() <= row.items()}
        return [self._row(place, day, list=name) for name in sorted(on_edge)] if day else []

    def _all(self, place: Mapping[str, Any], draw: Draw) -> list[MishapEdit]:
        """All that a holder has from others."""
        made, oldest = self.spec.backup, BACKUP_DAYS[1]
        if self.spec.delivery is not None:
            oldest = min(oldest, max((self.spec.delivery - self.day0).days, BACKUP_DAYS[0]))
        age = BACKUP_DAYS[0] + draw.below(oldest - BACKUP_DAYS[0] + 1)
        earliest = self.day0 + timedelta(days=age) if made is None else made + timedelta(days=1)
        day = self._day(earliest, self.latest, draw)
        if day is None:
            return []
        backup = day - timedelta(days=age) if made is None else made
        return [
            self._row(row, day, list=row["list"], as_of_day=backup)
            for row in self._ways(place["holder"])
        ]

    def _entry(self, place: Mapping[str, Any], draw: Draw) -> list[MishapEdit]:
        """One entry that a holder shows."""
        where = {name: place[name] for name in ("holder", "came_from", "list") if name in place}
        lag = int(place.get("lag_days", 0))
        asked = self.spec.delivery
        if asked is not None and self.with_sync:
            begun = self.day0 + timedelta(days=place["offset_days"])
            asked = self._sync(begun, int(place["every_days"]), draw)
            if asked is None:
                return []
        shown = self._copies(where, lag, asked)
        if not shown:
            return []
        copy = shown[draw.below(len(shown))]
        entry_id, version, subject, first, end = copy
        if self.kind.with_removal:
            day = end - timedelta(days=lag)
        elif self.kind.begins == "sync":
            every = int(place["every_days"])
            last = min(end, self.latest + timedelta(days=lag + 1)) - timedelta(days=1)
            day = asked or first + timedelta(
                days=every * draw.below((last - first).days // every + 1) - lag
            )
        else:
            last = min(end - timedelta(days=1), self.latest)
            day = self._day(max(first, self.day0), last, draw)
        more: dict[str, Any] = {"entry_id": entry_id}
        if self.about:  # by name several may be shown of one entry
            more["subject_id"] = subject
        if self.kind.shows == "twice":
            more["entry_version"] = version
        if self.kind.shows == "other":
            more["other_id"] = self._another(subject, draw)
            if more["other_id"] is None:
                return []
        ways = self._ways(place["holder"], place["list"]) if self._at_owner else [place]
        return [self._row(row, day, list=place["list"], **more) for row in ways]

    def _subject(self, place: Mapping[str, Any], draw: Draw) -> list[MishapEdit]:
        """One subject: entered by hand, taken for another, or taken for two."""
        if self.kind.shows == "new":
            return self._by_hand(place, draw)
        shown = self._copies({"holder": place["holder"]}, 0, self.spec.delivery)
        if not shown:
            return []
        _, _, subject, first, end = shown[draw.below(len(shown))]
        if self.kind.shows == "split":
            day = self.spec.delivery or max(first, self.day0)
            if day > self.latest:
                return []
            parts = "|".join((place["holder"], subject, day.isoformat()))
            other = hashlib.md5(parts.encode()).hexdigest()
        else:
            day = self._day(max(first, self.day0), min(end - timedelta(days=1), self.latest), draw)
            other = self._another(subject, draw)
        if day is None or other is None:
            return []
        about = {
            name
            for (name,) in self.db.rows(
                f"SELECT DISTINCT list FROM {self.base}.exchange.entries WHERE subject_id = ?",
                subject,
            )
        }
        return [
            self._row(row, day, list=row["list"], subject_id=subject, other_id=other)
            for row in self._ways(place["holder"])
            if row["list"] in about
        ]

    def _by_hand(self, place: Mapping[str, Any], draw: Draw) -> list[MishapEdit]:
        """Somebody who is not on a list, entered by hand."""
        b = self.base
        strangers = (
            f"SELECT DISTINCT subject_id FROM {b}.resolve.names ANTI JOIN {b}.exchange.copies AS copies "
            "ON copies.subject_id = names.subject_id AND copies.holder = ? AND copies.list = ?"
        )
        given = (place["holder"], place["list"])
        if self.spec.subject is not None:
            strangers += " WHERE starts_with(id_text(names.subject_id), id_text(?))"
            given += (self.spec.subject,)
        (count,) = self.db.rows(f"SELECT count(*) FROM ({strangers})", *given)[0]
        day = self._day(self.day0, self.latest, draw)
        if not count or day is None:
            return []
        ((subject,),) = self.db.rows(
            f"SELECT id_text(subject_id) FROM ({strangers}) ORDER BY subject_id "
            f"LIMIT 1 OFFSET {draw.below(count)}",
            *given,
        )
        way = self._ways(place["holder"], place["list"])[0]
        more = {
            "subject_id": subject,
            "ground": self._usual_ground(*given[:2]),
            "severity": "general",
        }
        return [self._row(way, day, list=place["list"], **more)]

    # --- queries and draws ----------------------------------------------------------------------------

    def _row(self, place: Mapping[str, Any], day: date, **more: Any) -> MishapEdit:
        return MishapEdit(self.kind.kind, place["came_from"], place["holder"], from_day=day, **more)

    def _ways(self, holder: str, list_name: str | None = None) -> list[dict[str, str]]:
        """How lists come to a holder where they can be struck, nearest to the owner first."""
        asked = list_name or self.spec.list
        ways: dict[tuple[str, str], tuple[int, str]] = {}  # sender and list -> the nearest path
        for row in self.struck:
            if row["holder"] == holder and asked in (None, row["list"]):
                way = (row["came_from"], row["list"])
                distance, path = ways.get(way, (row["distance"], row["path"]))
                ways[way] = (min(distance, row["distance"]), min(path, row["path"]))
        in_order = sorted((nearest, name, sender) for (sender, name), nearest in ways.items())
        return [
            {"holder": holder, "came_from": sender, "list": name} for _, name, sender in in_order
        ]

    def _copies(
        self, where: Mapping[str, Any], lag: int, asked: date | None
    ) -> list[tuple[str, str, str, date, date]]:
        """Entries shown in a place in the window: id, version, subject, first day and end; in order.

        Of an entry or a subject that is asked for, and on a day that is asked for, those alone; of a
        deletion, those that the sync of that day no longer brings.
        """
        conditions = [f"{name} = ?" for name in where]
        conditions += [f"from_day < DATE '{self.latest + timedelta(days=lag + 1)}'"]
        values: list[Any] = list(where.values())
        if self.spec.entry is not None:
            asked_entry = digits_of(self.spec.entry)
            if not re.fullmatch("[0-9a-f]{6,32}", asked_entry):
                raise FaultError(
                    "An entry is named by its entry_id, or by the entry_version that `islands trace` prints "
                    f"(at least 6 characters of it), not {self.spec.entry!r}."
                )
            conditions.append(
                f"entry_id IN (SELECT entry_id FROM {self.base}.exchange.entries "
                "WHERE starts_with(id_text(entry_id), ?) OR starts_with(id_text(entry_version), ?))"
            )
            values += [asked_entry, asked_entry]
        if self.about:
            conditions.append("starts_with(id_text(subject_id), ?)")
            values.append(self.about)
        ends = self.kind.with_removal
        if ends:
            latest, last = ("<=", self.latest) if asked is None else ("=", asked)
            conditions.append(f"to_day {latest} DATE '{last + timedelta(days=lag)}'")
        elif asked is not None and self.kind.shows != "split":
            day = asked + timedelta(days=lag)
            conditions.append(f"on_day(from_day, to_day, DATE '{day}')")
        return self.db.rows(
            "SELECT DISTINCT id_text(entry_id), id_text(entry_version), "
            "id_text(subject_id), from_day, coalesce(to_day, DATE '9999-12-31') "
            f"FROM {self.base}.exchange.copies WHERE {' AND '.join(conditions)} ORDER BY ALL",
            *values,
        )

    def _usual_ground(self, holder: str, list_name: str) -> str | None:
        """The ground that most entries of a list give at a holder; of several, the first by name."""
        rows = self.db.rows(
            f"SELECT ground FROM {self.base}.exchange.copies INNER JOIN "
            f"(SELECT entry_version, ground FROM {self.base}.exchange.entries) USING (entry_version) "
            "WHERE holder = ? AND list = ? AND ground IS NOT NULL "
            "GROUP BY ground ORDER BY count(DISTINCT entry_id) DESC, ground LIMIT 1",
            holder,
            list_name,
        )
        return rows[0][0] if rows else None

    def _another(self, subject: str, draw: Draw) -> str | None:
        """Another subject of the same kind, drawn or as asked for."""
        names = f"{self.base}.resolve.names"
        others = (
            f"SELECT DISTINCT subject_id FROM {names} WHERE subject_id <> CAST(? AS UUID) AND subject_kind "
            f"IN (SELECT subject_kind FROM {names} WHERE subject_id = CAST(? AS UUID))"
        )
        given: tuple[str, ...] = (subject, subject)
        if self.spec.other is not None:
            others = f"SELECT * FROM ({others}) WHERE starts_with(id_text(subject_id), id_text(?))"
            given += (self.spec.other,)
        (count,) = self.db.rows(f"SELECT count(*) FROM ({others})", *given)[0]
        if not count:
            return None
        return self.db.rows(
            f"SELECT id_text(subject_id) FROM ({others}) ORDER BY subject_id "
            f"LIMIT 1 OFFSET {draw.below(count)}",
            *given,
        )[0][0]

    def _day(self, first: date, last: date, draw: Draw) -> date | None:
        """A day drawn, or as asked for; None if there is none."""
        if self.spec.delivery is not None:
            return self.spec.delivery if first <= self.spec.delivery <= last else None
        if first > last:
            return None
        return first + timedelta(days=draw.below((last - first).days + 1))

    def _sync(self, first: date, every: int, draw: Draw) -> date | None:
        """A sync day drawn, or the first on or after the day asked for; None if there is none."""
        if self.spec.delivery is not None:
            late = max((self.spec.delivery - first).days, 0)
            day = first + timedelta(days=-(-late // every) * every)
            return day if day <= self.latest else None
        if first > self.latest:
            return None
        return first + timedelta(days=every * draw.below((self.latest - first).days // every + 1))


def corrected_rows(found: Happened, until: date) -> tuple[MishapEdit, ...]:
    """The rows of a mishap that somebody puts right on a day."""
    return tuple(MishapEdit(**{**row.row(), "to_day": until}) for row in found.rows)


def rows_of(edits: Iterable[Any]) -> list[dict[str, Any]]:
    """Of some edits those that are mishaps, as rows of `exchange.mishaps`."""
    return [edit.row() for edit in edits if isinstance(edit, MishapEdit)]


def without(edits: Iterable[Any]) -> Iterator[Any]:
    """Of some edits those that are none."""
    return (edit for edit in edits if not isinstance(edit, MishapEdit))
