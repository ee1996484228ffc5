"""A fault as it is asked for, and the record and delivery in which it is placed.

The sampling frame is *uniform by record*: of all records, in all feeds the fault fits, in which it
has something to change, each is as likely. Records are taken in the order of feed and `record_id`,
one is drawn, and another if the fault turns out to change nothing there; then the delivery is drawn among
those on which the fault can befall that record. Nothing depends on the order of rows in a file.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.engine.databases import Databases
from pipelines.home import BUILD_AGAIN, HomeError
from pipelines.landing import deliveries_in
from pipelines.landing.decisions import TABLE, decided_of
from pipelines.places import Place
from pipelines.replay.plan.frames import Frames, records_sql, records_table
from pipelines.replay.plan.gates import Gates
from pipelines.replay.plan.laid_out import LAID_OUT, LaidOut
from pipelines.replay.plan.registered import (
    BEARERS,
    REGISTERED,
    Registered,
    bearers_sql,
    registered_sql,
)
from quality.gates import POLICIES
from schemas.contract import Feed
from schemas.record_id import record_id
from schemas.suggest import suggestion
from sources.deliver import MOST_DAYS
from sources.faults import Fault, FaultError, History, kind
from sources.faults.base import SCOPES
from sources.faults.deliveries import table_in
from sources.faults.draw import TRIES, Draw
from sources.faults.history import faulty_history

SAMPLING = "uniform by record, among the records in which the fault has something to change"
FRAMES = ("record", "subject", "feed")
MOST_KEPT = 128 << 20  # bytes of rows of files that are kept
SOME = 3  # days that are named of more
PLACE = ("holder", "sender", "list", "entry", "subject", "other", "backup")  # of a mishap


@dataclass(frozen=True)
class FaultSpec:
    """A fault as it is asked for; what is left out is drawn.

    Attributes:
        kind: name of a module of `sources.faults`; `free_edit` writes `values`.
        feed, record, delivery: where it strikes. `record` is a `record_id`, the start of one, or
            the natural key, its parts joined by `|`.
        values: column -> text, for `free_edit`.
        scope: `source` or `once`; by default the kind's own.
        correct_after: days until the source puts it right; None: never.
        holder, sender, list, entry, subject, other: of a mishap: the holder at which it happens, the
            one it came from, the list, the entry and the subject it strikes, and the subject that is shown
            instead (ids, or the start of one). Its `delivery` is the day on which it happens.
        backup: of a mishap: the day on which the backup was made that is put back.
        seed: of the draws.
        frame: every record is as likely, or every subject and then every record that speaks of it,
            or every feed and then every record of it.
        room: days that must be left for a correction when a day is drawn; None: `correct_after`.
        passed_over: how many places are drawn, and left alone, before the one taken.
    """

    kind: str = "free_edit"
    feed: str | None = None
    record: str | None = None
    delivery: date | None = None
    values: Mapping[str, str | None] = field(default_factory=dict)
    scope: str | None = None
    correct_after: int | None = None
    holder: str | None = None
    sender: str | None = None
    list: str | None = None
    entry: str | None = None
    subject: str | None = None
    other: str | None = None
    backup: date | None = None
    seed: int = 1
    frame: str = "record"
    room: int | None = None
    passed_over: int = 0

    @property
    def drawn(self) -> bool:
        """Whether the record or delivery struck is left to be drawn."""
        given = (self.record, self.delivery, self.entry)
        return self.kind != "free_edit" and all(one is None for one in given)


class NotDelivered(FaultError):
    """A record that a feed never delivered: another home may have it."""


@dataclass(frozen=True)
class Struck:
    """A fault in its place.

    Attributes:
        day: the delivery with which it begins.
        days: every delivery day of the feed.
        record_id: of the record struck; None for a whole delivery.
        clean: what the feed delivered of the record.
        lines: delivery day -> the lines those rows stand on.
        draw: the stream that tells how it is spoilt.
    """

    spec: FaultSpec
    fault: Fault
    feed: Feed
    day: date
    scope: str
    days: list[date]
    record_id: str | None
    clean: History
    lines: dict[date, list[int]]
    draw: Draw
    _faulty: dict[date | None, History] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def was_drawn(self) -> bool:
        """Whether the record, or the whole delivery, was left to be drawn."""
        given = self.spec.delivery if self.record_id is None else self.spec.record
        return given is None

    def faulty(self, until: date | None) -> History:
        """What is delivered of the record instead, if it is right again from `until` on."""
        if until not in self._faulty:
            self._faulty[until] = faulty_history(
                self.fault, self.clean, self.days, self.day, until, self.scope, self.draw.again()
            )
        return self._faulty[until]


def asked_of_base(feeds: Iterable[Feed]) -> dict[str, str]:
    """Table -> SELECT of all that planning asks of the rows of a whole base; see `LaidOut`."""
    feeds = list(feeds)
    asked = {records_table(feed): records_sql(feed) for feed in feeds}
    asked |= {REGISTERED: registered_sql(feeds), BEARERS: bearers_sql(feeds)}
    return {f"{LAID_OUT}.{name}": select for name, select in asked.items()}


class Landed:
    """What was delivered, as a database holds it.

    Args:
        name: the one to read, a build of the landing folder as it stands.
    """

    def __init__(self, db: Databases, name: str, feeds: Mapping[str, Feed]) -> None:
        self.db = db
        self.name = name
        held = {
            row[0]
            for row in db.rows(
                "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = ?",
                name,
            )
        }
        self.feeds = {feed.name: feed for feed in feeds.values() if f"landing.{feed.name}" in held}
        decided = db.rows(f"SELECT * FROM {name}.{TABLE}") if TABLE in held else ()
        policies = f"{name}.{POLICIES}" if POLICIES in held else None
        self.gates = Gates(db, decided_of(decided), policies)
        self._files: dict[str, dict[date, str]] = {}  # feed -> delivery day -> file
        self._digests: dict[str, str] = {}  # file -> SHA-256 of it as it was landed
        for feed, day, file, digest in db.rows(
            f"SELECT feed, published, file, digest FROM {name}.landing.deliveries "
            "ORDER BY feed, published"
        ):
            self._files.setdefault(feed, {})[day] = file
            self._digests[file] = digest
        self._spoilt = {row[0] for row in db.rows(f"SELECT file FROM {name}.quality.unreadable")}
        self.goes_wrong: dict[tuple[str, str, date, int], bool] = {}  # places of whole deliveries
        # (feed, digest of a file) -> its rows and whether they are all, and the bytes left for more.
        self._tables: dict[tuple[str, str], tuple[pa.Table, bool]] = {}
        self._room = MOST_KEPT
        self.frames = Frames(LaidOut(db, name))
        self._subjects = ""

    def feed(self, name: str) -> Feed:
        """The contract of a feed that was landed.

        Raises:
            FaultError: if there is no such feed.
        """
        if name not in self.feeds:
            raise FaultError(
                f"There is no feed {name!r} here; there are {', '.join(self.feeds)}."
                f"{suggestion(name, self.feeds)}"
            )
        return self.feeds[name]

    def days(self, feed: Feed) -> list[date]:
        """The feed's delivery days, in order."""
        return list(self._files.get(feed.name, ()))

    def file(self, feed: Feed, day: date) -> str:
        """The delivery's file, relative to the landing folder."""
        return self._files[feed.name][day]

    def content(self, landing: Place, feed: Feed, day: date) -> bytes:
        """The bytes of a delivery.

        Args:
            landing: the folder of files.

        Raises:
            HomeError: if they are not those that were landed.
        """
        file = self.file(feed, day)
        return self._as_landed(landing / file, self._digests[file])

    def table(self, landing: Place, feed: Feed, day: date) -> tuple[pa.Table, bool]:
        """The rows that can be read of a delivery, as text, and whether that is all it holds.

        Faults of whole deliveries read the same files again and again, so they are kept while there
        is room, by what is in them.

        Raises:
            HomeError: as `content`.
        """
        content = self.content(landing, feed, day)
        place = (feed.name, self._digests[self.file(feed, day)])
        if place in self._tables:
            return self._tables[place]
        table, whole = table_in(feed, content)
        if table.nbytes <= self._room:
            self._room -= table.nbytes
            self._tables[place] = table, whole
        return table, whole

    def see_as_landed(self, landing: Place) -> None:
        """See that a folder of files holds the very deliveries that were landed.

        Raises:
            HomeError: naming a file that is another, is gone or has come since.
        """
        there = {
            one.file: one.path
            for feed in self.feeds.values()
            for one in deliveries_in(landing, feed)
        }
        whole = self.db.rows(f"SELECT file FROM {self.name}.quality.unreadable WHERE line IS NULL")
        for file in sorted(there.keys() - self._digests.keys() - {name for (name,) in whole}):
            raise HomeError(
                f"{there[file]} came after the database was built; take it away, {BUILD_AGAIN}"
            )
        for file, digest in sorted(self._digests.items()):
            self._as_landed(landing / file, digest)

    @staticmethod
    def _as_landed(path: Path, digest: str) -> bytes:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise HomeError(
                f"{path} is gone, from which the database was built; put it back, {BUILD_AGAIN}"
            ) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise HomeError(
                f"{path} is not the file from which the database was built; put it back, {BUILD_AGAIN}"
            )
        return data

    def unreadable_in(self, feed: Feed, days: Iterable[date]) -> bool:
        """Whether one of these deliveries holds what cannot be read, and so cannot be written anew."""
        return any(self.file(feed, day) in self._spoilt for day in days)

    def history(self, feed: Feed, record_id: str) -> tuple[History, dict[date, list[int]]]:
        """What was delivered of a record, by day, and the lines it stands on."""
        columns = ", ".join(f'"{name}"' for name in feed.column_names)
        history: History = {}
        lines: dict[date, list[int]] = {}
        for day, line, *values in self.db.rows(
            f"SELECT published, line, {columns} FROM {self.name}.landing.{feed.name} "
            "WHERE record_id = ? ORDER BY published, line",
            record_id,
        ):
            history.setdefault(day, []).append(dict(zip(feed.column_names, values, strict=True)))
            lines.setdefault(day, []).append(line)
        return history, lines

    def find(self, feed: Feed, record: str) -> str:
        """The `record_id` meant by an id, the start of one, or a natural key.

        Raises:
            FaultError: if no record, or more than one, is meant.
        """
        table = f"{self.name}.landing.{feed.name}"
        ids: list[tuple[Any, ...]] = []
        if feed.natural_key:
            key = ", ".join(f"""coalesce("{k}", '')""" for k in feed.natural_key)
            ids = self.db.rows(
                f"SELECT DISTINCT record_id FROM {table} WHERE concat_ws('|', {key}) = ?", record
            )
        parts = record.split("|")
        if not ids and len(parts) == len(feed.natural_key):
            # Perhaps in another form of its characters: the id is made from the normal form.
            named = record_id(feed, dict(zip(feed.natural_key, parts, strict=True)))
            ids = self.db.rows(f"SELECT DISTINCT record_id FROM {table} WHERE record_id = ?", named)
        if not ids and re.fullmatch("[0-9a-f-]{6,36}", record):
            ids = self.db.rows(
                f"SELECT DISTINCT record_id FROM {table} "
                "WHERE starts_with(record_id, id_text(?)) LIMIT 2",
                record,
            )
        if not ids:
            key_names = "|".join(feed.natural_key) or "none"
            raise NotDelivered(
                f"Feed {feed.name} delivered no record {record!r}; give its record_id (at least 6 "
                f"characters of it) or its natural key ({key_names})."
            )
        if len(ids) > 1:
            raise FaultError(f"Several records of {feed.name} begin with {record!r}; give more.")
        return ids[0][0]

    # --- subjects, where every one of them is to be as likely ---------------------------------

    def of_subjects(self, fault: Fault, feeds: Sequence[Feed]) -> int:
        """How many subjects the records speak of in which the fault may change something."""
        name = f"subjects_{fault.kind}_{'_'.join(feed.name for feed in feeds)}"
        if self._subjects != name:
            parts = " UNION ALL ".join(
                f"SELECT '{feed.name}' AS feed, record_id FROM ({self.frames.select(fault, feed)})"
                for feed in feeds
            )
            self.db.run(
                "CREATE OR REPLACE TEMP TABLE spoken_of AS SELECT DISTINCT feed, record_id, "
                "dense_rank() OVER (ORDER BY subject_id) - 1 AS n "
                f"FROM ({parts}) INNER JOIN (SELECT DISTINCT record_id, subject_id "
                f"FROM {self.name}.resolve.matches) USING (record_id)"
            )
            self._subjects = name
        return self.db.rows("SELECT coalesce(max(n) + 1, 0) FROM spoken_of")[0][0]

    def records_of(self, n: int) -> list[tuple[str, str]]:
        """(feed, record_id) of such records as speak of the n-th subject, in order; see `of_subjects`."""
        return self.db.rows(
            "SELECT feed, record_id FROM spoken_of WHERE n = ? ORDER BY feed, record_id", n
        )


def see_place(spec: FaultSpec, takes: Collection[str] = ()) -> None:
    """See that only such options of a mishap are given as mean something for this kind.

    Args:
        takes: the fields that do; none for a fault of a record or delivery.

    Raises:
        FaultError: naming those that do not.
    """
    wrong = [name for name in PLACE if getattr(spec, name) is not None and name not in takes]
    if wrong:
        allowed = [name for name in PLACE if name in takes] or ["feed", "record"]
        raise FaultError(
            f"{spec.kind} takes no {' and no '.join(wrong)}; where it happens is said by "
            f"{', '.join(allowed)} and day."
        )


def strikes(landed: Landed, others: Registered, spec: FaultSpec) -> Iterator[Struck]:
    """Put a fault in its place, drawing whatever is not given.

    A fault of a record gives one place, in which it is known to change something. A fault of a whole delivery
    gives every place there is, in the order they are drawn: only its file tells whether it changes anything.

    Raises:
        FaultError: if the fault does not fit, or has nothing to change.
    """
    fault = kind(spec.kind)
    see_place(spec)
    if spec.values and spec.kind != "free_edit":
        raise FaultError(f"{spec.kind} chooses its own values; only free_edit takes some.")
    if spec.kind == "free_edit" and not (spec.values and spec.feed and spec.record):
        raise FaultError("A free edit needs a feed, a record and at least one COLUMN=VALUE.")
    if spec.correct_after is not None and not 1 <= spec.correct_after <= MOST_DAYS:
        raise FaultError(
            f"A correction comes 1 to {MOST_DAYS:,} days after the fault, not {spec.correct_after}."
        )
    if spec.scope not in (None, *SCOPES):
        raise FaultError(f"A scope is source or once, not {spec.scope!r}.")
    if spec.feed is None:
        feeds = [feed for feed in landed.feeds.values() if fault.fits(feed)]
    else:
        feeds = [landed.feed(spec.feed)]
        if not fault.fits(feeds[0]):
            raise FaultError(
                f"The fault {spec.kind} has no place in feed {spec.feed} (mode {feeds[0].mode})."
            )
    if fault.level == "delivery":
        yield from _strike_delivery(landed, others, spec, fault, feeds)
    else:
        yield _strike_record(landed, others, spec, fault, feeds)


def correction_day(spec: FaultSpec, days: Sequence[date], day: date) -> date | None:
    """The source's first delivery on or after the day it is to put right a fault of `day`."""
    if spec.correct_after is None:
        return None
    due = day + timedelta(days=spec.correct_after)
    return next((d for d in days if d >= due), None)


def can_be_corrected(spec: FaultSpec, days: Sequence[date], day: date) -> bool:
    """Whether a correction, if one is asked for, would still be delivered."""
    room = spec.correct_after if spec.room is None else spec.room
    return room is None or days[-1] >= day + timedelta(days=room)


def _strike_record(
    landed: Landed, others: Registered, spec: FaultSpec, fault: Fault, feeds: list[Feed]
) -> Struck:
    if spec.record is not None:
        if spec.feed is None:
            raise FaultError("A record is named together with its feed.")
        record_id = landed.find(feeds[0], spec.record)
        struck = _in_record(landed, others, spec, fault, feeds[0], record_id)
        if struck is None:
            where = f" in its delivery of {spec.delivery}" if spec.delivery else ""
            raise FaultError(
                f"The fault {spec.kind} changes nothing in record {spec.record} of "
                f"{spec.feed}{where}{_not_there(landed, spec, feeds[0], record_id)}."
            )
        return struck
    frame = [(feed, n) for feed in feeds if (n := landed.frames.size(fault, feed))]
    total = sum(n for _, n in frame)
    # Of so many feeds, records or subjects one is drawn.
    among = {"feed": len(frame), "record": total}.get(spec.frame, 0)
    if spec.frame == "subject" and frame:
        among = landed.of_subjects(fault, [feed for feed, _ in frame])
    pick = Draw(spec.seed, ("record", spec.kind), feeds[0] if feeds else None)
    left_alone = 0
    for _ in range(TRIES + spec.passed_over if among else 0):
        feed, record_id = _drawn(landed, spec, fault, frame, pick.below(among), pick)
        struck = _in_record(landed, others, spec, fault, feed, record_id)
        if struck is not None and left_alone == spec.passed_over:
            return struck
        left_alone += struck is not None
    where = f"feed {spec.feed}" if spec.feed else "any feed"
    raise FaultError(
        f"No record of {where} was found in which the fault {spec.kind} has something to change "
        f"(of {total} records, {min(TRIES, total) if among else 0} were tried)."
    )


def _not_there(landed: Landed, spec: FaultSpec, feed: Feed, record_id: str) -> str:
    """What to add where the delivery asked for does not tell of the record: which ones do."""
    held = sorted(landed.history(feed, record_id)[0])
    if spec.delivery is None or spec.delivery in held:
        return ""
    named = ", ".join(map(str, held[:SOME]))
    return f": the record is not in it, but in that of {named}{' …' if len(held) > SOME else ''}"


def _drawn(
    landed: Landed,
    spec: FaultSpec,
    fault: Fault,
    frame: list[tuple[Feed, int]],
    n: int,
    pick: Draw,
) -> tuple[Feed, str]:
    """The n-th record of a frame, or one drawn of its n-th feed or subject, as the fault says."""
    if spec.frame == "subject":
        mine = landed.records_of(n)
        name, record_id = mine[pick.below(len(mine))]
        return landed.feeds[name], record_id
    if spec.frame == "feed":
        feed, size = frame[n]
        return feed, landed.frames.nth(fault, feed, pick.below(size))
    feed, n = _at(frame, n)
    return feed, landed.frames.nth(fault, feed, n)


def _at(frame: list[tuple[Feed, int]], n: int) -> tuple[Feed, int]:
    """The feed of the n-th record of a frame, and the record's place among the feed's."""
    for feed, size in frame:
        if n < size:
            return feed, n
        n -= size
    raise IndexError(f"The frame holds {-n} records fewer than that.")


def _in_record(
    landed: Landed,
    others: Registered,
    spec: FaultSpec,
    fault: Fault,
    feed: Feed,
    record_id: str,
) -> Struck | None:
    """The fault in a record, on the delivery asked for or drawn; None if it changes nothing."""
    clean, lines = landed.history(feed, record_id)
    days = landed.days(feed)
    places = fault.places(feed, clean, days)
    if spec.delivery is not None:
        if spec.delivery not in days:
            raise FaultError(f"Feed {feed.name} delivers nothing on {spec.delivery}.")
        places = [day for day in places if day == spec.delivery]
    elif spec.record is not None:
        places = places[:1]
    else:
        places = [day for day in places if can_be_corrected(spec, days, day)]
    key = (spec.kind, feed.name, record_id)
    when = Draw(spec.seed, ("day", *key), feed)
    while places:
        day = places.pop(when.below(len(places)))
        scope = spec.scope or fault.scope
        draw = Draw(spec.seed, ("fault", *key), feed, others, spec.values, day)
        struck = Struck(spec, fault, feed, day, scope, days, record_id, clean, lines, draw)
        sent = struck.faulty(None)
        other = [d for d in days if sent.get(d, []) != clean.get(d, [])]
        if other and (spec.record is not None or _can_be_written(landed, struck, other)):
            return struck
    return None


def _can_be_written(landed: Landed, struck: Struck, other: Sequence[date] = ()) -> bool:
    """Whether all files can be written anew that change: on the `other` days, or with the correction."""
    fixed_on = correction_day(struck.spec, struck.days, struck.day)
    adds = fixed_on is not None and struck.feed.mode != "snapshot"
    return not landed.unreadable_in(struck.feed, [*other, fixed_on] if adds else other)


def _strike_delivery(
    landed: Landed, others: Registered, spec: FaultSpec, fault: Fault, feeds: list[Feed]
) -> Iterator[Struck]:
    """Whole deliveries, drawn one after the other among all but each feed's first."""
    if spec.record is not None:
        raise FaultError(f"{spec.kind} befalls a whole delivery, not a record.")
    days = {feed.name: landed.days(feed) for feed in feeds}
    frame = [
        (feed, day)
        for feed in feeds
        for day in days[feed.name][1:]
        if day == spec.delivery
        or (spec.delivery is None and can_be_corrected(spec, days[feed.name], day))
    ]
    if not frame:
        where = f" on {spec.delivery}" if spec.delivery else ""
        raise FaultError(f"There is no delivery{where} that {spec.kind} could befall.")
    pick = Draw(spec.seed, ("delivery", spec.kind), feeds[0])
    while frame:
        feed, day = frame.pop(pick.below(len(frame)))
        draw = Draw(spec.seed, ("fault", spec.kind, feed.name, day.isoformat()), feed, others)
        scope = spec.scope or fault.scope
        struck = Struck(spec, fault, feed, day, scope, days[feed.name], None, {}, {}, draw)
        if spec.delivery is not None or _can_be_written(landed, struck):
            yield struck
