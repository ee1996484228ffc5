"""How far a fault got: what gates kept back because of it, and the last table it changed.

A fault that changes nothing that anybody shows, does or scores has stopped somewhere on its way, and
whoever asks wants to know where. Both are read from what differs between two states, table by table,
whether they were replayed or rebuilt.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.model import Model
from pipelines.replay.plan.edits import Edit, RowEdit
from quality.from_contract import delivery_expectations, landing_expectations
from quality.policies import KEEP_ASIDE
from quality.written import written
from schemas.contract import Feed
from schemas.record_id import version
from sources.faults import Row

SHAPES = ("conform.statements", "conform.events", "conform.links")
PLACE = ("file", "line")  # where a row stands in its file: no difference in what is said
MOST_VALUES = 4


class Differing(Protocol):
    """What differs between the clean state and another."""

    def rows(self, table: str) -> pd.DataFrame:
        """Rows of one table: its columns as text and `side`, 1 where only the clean state has the row."""
        ...

    def tables(self, tables: Sequence[str], but: Collection[str] = PLACE) -> list[str]:
        """Those of some tables that differ in more than some columns, in that order."""
        ...


@dataclass(frozen=True)
class Kept:
    """A row or a delivery that a gate kept back in one state and not in the clean one, or the other
    way round.
    """

    state: str  # `faulty`, `corrected`, or `clean` for what is kept back only if all goes right
    # `quarantine` (the row is kept aside) or `hold` (the whole delivery is not believed).
    outcome: str
    # `feed`, `delivery`: where.
    feed: str
    delivery: str
    gate: str  # the expectation that is broken
    # `column`, `value`: what it looks at, and what the row says there; None for a delivery.
    column: str | None = None
    value: str | None = None
    # `file`, `line`: where the row stands; line None if it came in addition, or for a delivery.
    file: str | None = None
    line: int | None = None
    record_id: str | None = None  # of the row; None for a delivery
    reason: str = ""  # why it is expected, from the contract; of a delivery what was found

    def json(self) -> dict[str, Any]:
        """The same as plain values."""
        return dict(self.__dict__)

    def sentence(self) -> str:
        """The gate, what it kept back and why, in one sentence."""
        why = self.reason.strip().rstrip(".")
        if self.outcome == "hold":
            return (
                f"gate {self.gate} holds the delivery of {self.feed} of {self.delivery}, so that "
                f"nothing in it is believed: {why}"
            )
        where = f"{self.file} line {self.line}" if self.line else f"a row of {self.delivery}"
        said = ""
        if self.column:
            value = "is empty" if self.value is None else f"says {self.value!r}"
            said = f": column {self.column} {value}"
        return f"gate {self.gate} keeps {where} of {self.feed} aside{said} ({why})"


@dataclass(frozen=True)
class Passage:
    """How far one case got."""

    # What gates kept back in the faulty state alone, or in the clean one alone.
    kept: Sequence[Kept] = ()
    kept_correction: Sequence[Kept] = ()  # what they kept back of what was sent to correct it
    tables: Sequence[str] = ()  # tables that differ in the faulty state, in the order of the flow
    # Column of the common shapes -> what it says in the clean state and in the faulty one.
    said: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    stopped: str = ""  # one sentence on where it stopped and why; empty if it reached a holder

    def json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "kept_back": [kept.json() for kept in self.kept],
            "kept_back_of_correction": [kept.json() for kept in self.kept_correction],
            "tables": list(self.tables),
            "conformed": {name: list(pair) for name, pair in self.said.items()},
            "stopped": self.stopped or None,
        }


def passage(
    edits: Sequence[Edit],
    feeds: Mapping[str, Feed],
    models: Sequence[Model],
    faulty: Differing,
    corrected: Differing | None,
    reached: bool,
) -> Passage:
    """How far a case got.

    Args:
        models: those behind all that is told, in order.
        faulty, corrected: what differs from the clean state in each.
        reached: whether any holder shows, does or scores something else in the faulty state.
    """
    kept = kept_back(edits, feeds, faulty, "faulty")
    later: list[Kept] = []
    if corrected is not None:
        before = {_same(k) for k in kept}
        later = [
            k
            for k in kept_back(edits, feeds, corrected, "corrected")
            if k.state == "corrected" and _same(k) not in before
        ]
    names = dict.fromkeys(edit.feed.name for edit in edits if edit.feed)
    order = [*(f"landing.{name}" for name in names), *(model.name for model in models)]
    tables = faulty.tables(list(dict.fromkeys(order)))
    said = _conformed(faulty)
    stopped = "" if reached else _stopped(edits, models, kept, tables, said, faulty)
    return Passage(kept, later, tables, said, stopped)


class TwoDatabases:
    """What differs between two databases.

    Args:
        clean, other: under which names.
    """

    def __init__(self, db: Databases, clean: str, other: str) -> None:
        self.db, self.clean, self.other = db, clean, other
        self.rows = lru_cache(maxsize=None)(self._rows)

    def _rows(self, table: str) -> pd.DataFrame:
        """See `Differing`."""
        told = self.db.told(self.clean, table).items()
        listed = ", ".join(sql for name, sql in told if name not in PLACE)
        if not listed:
            return pd.DataFrame({"side": []})
        one, two = (f"SELECT {listed} FROM {name}.{table}" for name in (self.clean, self.other))
        return self.db.frame(
            f"SELECT 1 AS side, * FROM ({one} EXCEPT ALL {two}) UNION ALL "
            f"SELECT 2, * FROM ({two} EXCEPT ALL {one}) ORDER BY ALL"
        )

    def tables(self, tables: Sequence[str], but: Collection[str] = PLACE) -> list[str]:
        """See `Differing`."""
        return [table for table in tables if len(_told(self.rows(table), but))]


def kept_back(
    edits: Sequence[Edit], feeds: Mapping[str, Feed], differing: Differing, state: str
) -> list[Kept]:
    """What gates kept back in a state and not in the clean one, or in the clean one alone."""
    rows = differing.rows("quality.verdicts")
    held = differing.rows("quality.deliveries")
    kept: list[Kept] = []
    if len(held):
        held = held[held["outcome"] == "hold"]
        both = set(held.loc[held["side"] == 1, "delivery"]) & set(
            held.loc[held["side"] == 2, "delivery"]
        )
        for row in held.itertuples():
            if row.delivery not in both:
                kept.append(_held(feeds[row.feed], row, state if row.side == 2 else "clean"))
    if len(rows):
        rows = rows[rows["outcome"] == "quarantine"].drop(columns="line", errors="ignore")
        sent = _Sent(edits)
        for row in rows.drop_duplicates().itertuples():
            there = state if row.side == 2 else "clean"
            kept.append(_aside(sent, feeds[row.feed], row, there))
    for row in differing.rows("resolve.kept_aside").itertuples():
        kept += _unmatched(edits, row, state if row.side == 2 else "clean")
    return sorted(
        dict.fromkeys(kept),
        key=lambda k: (k.delivery, k.state != "clean", k.line or 0, k.gate, k.column or ""),
    )


def _same(kept: Kept) -> tuple[Any, ...]:
    return (kept.outcome, kept.feed, kept.delivery, kept.gate, kept.column, kept.value, kept.line)


def _held(feed: Feed, row: Any, state: str) -> Kept:
    reasons = {e.name: e.reason for e in delivery_expectations(feed)}
    return Kept(
        state=state,
        outcome="hold",
        feed=feed.name,
        delivery=row.delivery,
        gate=_text(row.expectation) or "size",
        reason=_text(row.reason) or reasons.get(row.expectation, ""),
    )


class _Sent:
    """The rows of edits, to be found by what they say; a wrong delivery has thousands."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        # (feed, delivery, whether as it is in the clean state) -> the edits, and what is said there.
        self._of: dict[tuple[str, str, bool], list[tuple[RowEdit, Row]]] = defaultdict(list)
        for one in (one for edit in edits for one in edit.rows()):
            for clean, said in ((True, one.before), (False, one.after)):
                if said is not None:
                    self._of[one.feed, one.delivery.isoformat(), clean].append((one, said))
        self._by_version: dict[tuple[str, str, bool], dict[str | None, tuple[RowEdit, Row]]] = {}

    def find(
        self, feed: Feed, delivery: str, clean: bool, version: str | None
    ) -> tuple[RowEdit, Row] | None:
        """The first row of a delivery with this version; none has it: the one row there is."""
        place = (feed.name, delivery, clean)
        sent = self._of[place]
        if place not in self._by_version:
            self._by_version[place] = {_version(feed, one[1]): one for one in reversed(sent)}
        return self._by_version[place].get(version, sent[0] if len(sent) == 1 else None)


def _aside(sent: _Sent, feed: Feed, row: Any, state: str) -> Kept:
    reasons = {e.name: e.reason for e in landing_expectations(feed)}
    found = sent.find(feed, row.delivery, state == "clean", row.version)
    one, said = found or (None, {})
    column = _text(row.column_name)
    return Kept(
        state=state,
        outcome="quarantine",
        feed=feed.name,
        delivery=row.delivery,
        gate=row.expectation,
        column=column,
        value=said.get(column) if column else None,
        file=one.file if one else None,
        line=one.line if one else None,
        record_id=row.record_id,
        reason=reasons.get(row.expectation, ""),
    )


def _unmatched(edits: Sequence[Edit], row: Any, state: str) -> list[Kept]:
    """What a gate kept from being matched to anybody, of the record that was edited."""
    reasons = {e.gate: e.reason for stage in KEEP_ASIDE for e in written(stage)}
    return [
        Kept(
            state=state,
            outcome="quarantine",
            feed=one.feed,
            delivery=one.delivery.isoformat(),
            gate=row.gate,
            file=one.file,
            line=one.line,
            record_id=edit.struck.record_id,
            reason=reasons.get(row.gate, ""),
        )
        for edit in edits
        if _digits(edit.struck.record_id) == _digits(row.record_id)
        for one in edit.rows()[:1]
    ]


def _digits(record_id: str | None) -> str:
    return (record_id or "").replace("-", "")


def _version(feed: Feed, row: Mapping[str, str | None]) -> str | None:
    return version(feed, row) if feed.natural_key else None


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


# What tells rows apart without saying anything: ids that are made of everything a row says.
_TELLS_NOTHING = (
    "version",
    "entry_version",
    "parent_id",
    "ancestor_id",
    "because",
    "measure_id",
    *PLACE,
)


def _told(frame: pd.DataFrame, without: Collection[str]) -> pd.DataFrame:
    """What differs in a table in more than some of its columns."""
    columns = [c for c in frame.columns if c not in (*without, "side")]
    if not len(frame) or len(columns) + 1 == len(frame.columns):
        return frame
    sides = frame.groupby(columns, dropna=False)["side"]
    return frame[sides.transform("nunique") == 1]


def _conformed(differing: Differing) -> dict[str, tuple[str | None, str | None]]:
    """What the common shapes say otherwise of the records, column by column."""
    values: dict[str, tuple[str | None, str | None]] = {}
    for table in SHAPES:
        frame = _told(differing.rows(table), _TELLS_NOTHING)
        if not len(frame):
            continue
        by_property = "property" in frame.columns
        skipped = {"side", "record_id", "feed", "effect", "from_day", "to_day", *_TELLS_NOTHING}
        for column in (c for c in frame.columns if c not in skipped):
            for name, rows in (
                frame.groupby("property", dropna=False) if by_property else [("", frame)]
            ):
                before, after = (
                    sorted({_text(v) or "" for v in rows.loc[rows["side"] == side, column]})
                    for side in (1, 2)
                )
                if before != after and len(before) == len(after) == 1:
                    label = name if by_property and column == "value" else column
                    values.setdefault(label, (before[0] or None, after[0] or None))
    return dict(list(values.items())[:MOST_VALUES])


def _stopped(
    edits: Sequence[Edit],
    models: Sequence[Model],
    kept: Sequence[Kept],
    tables: Sequence[str],
    said: Mapping[str, tuple[str | None, str | None]],
    differing: Differing,
) -> str:
    """Where a case stopped that reached nobody, and why, in one sentence."""
    names = dict.fromkeys(edit.feed.name for edit in edits if edit.feed)
    if not names:
        where = " and ".join(dict.fromkeys(edit.struck.edge for edit in edits))
        return (
            f"It stopped at {where}: by another way, or at another time, the same is shown there to "
            "the day"
        )
    feeds = " and ".join(names)
    here = [k for k in kept if k.state != "clean"]
    if here and any(k.state == "clean" for k in kept):
        return (
            f"It stopped at the gate: {here[0].sentence()}; and of the right row nothing is believed "
            "either"
        )
    if here:
        return f"It stopped at the gate: {here[0].sentence()}; what was believed before still is"
    columns = _edited(edits)
    named = " and ".join(columns) or "the row"
    believed = [t for t in tables if t in {f"conform.{name}" for name in names}]
    if not believed:
        return (
            f"It stopped in landing: the files of {feeds} read otherwise, but what is believed, and "
            "when, is the same"
        )
    telling = differing.tables(tables, but=_TELLS_NOTHING)
    if not any(t in SHAPES for t in telling):
        unread = [c for c in columns if not _read(models, believed, c)]
        if columns and len(unread) == len(columns):
            return f"It stopped in conform: no statement, event or link is made from {named} of {feeds}"
        return f"It stopped in conform: {named} of {feeds} comes to mean the same as before"
    last = [t for t in telling if not t.startswith(("landing.", "quality."))][-1]
    other = _differing_columns(_told(differing.rows(last), _TELLS_NOTHING))
    what = " and ".join(other) or "what differs"
    values = "; ".join(f"{n} {b or '(empty)'} → {a or '(empty)'}" for n, (b, a) in said.items())
    readers = [m.name for m in models if last in m.reads]
    reading = [name for name in readers if any(_read(models, [last], c, name) for c in other)]
    text = f"It is believed ({values}) and " if values else "It is believed and "
    text += f"stopped in {last}: "
    if not reading:
        return text + f"no list, measure or score reads {what} there"
    some = ", ".join(reading[:3]) + (" and others" if len(reading) > 3 else "")
    return text + f"what is made of {what} there ({some}) comes out the same"


def _edited(edits: Sequence[Edit]) -> list[str]:
    """The columns that the edits change."""
    columns: dict[str, None] = {}
    for edit in edits:
        for one in edit.faulty:
            if isinstance(one, RowEdit) and one.before is not None and one.after is not None:
                columns |= {c: None for c in one.before if one.before[c] != one.after[c]}
    return list(columns)


def _differing_columns(frame: pd.DataFrame) -> list[str]:
    """The columns in which the rows of the two sides differ; of facts the properties they are of."""
    if "property" in frame.columns:
        return sorted(set(frame["property"].dropna()))
    columns = []
    for column in (c for c in frame.columns if c not in ("side", *_TELLS_NOTHING)):
        one, two = (sorted(map(str, frame.loc[frame["side"] == s, column])) for s in (1, 2))
        if one != two:
            columns.append(column)
    return columns


def _read(
    models: Sequence[Model], tables: Sequence[str], column: str, only: str | None = None
) -> bool:
    """Whether a model that reads one of some tables names a column, or a property, in its SQL."""
    word = re.compile(rf"\b{re.escape(column)}\b")
    return any(
        set(tables) & set(model.reads) and word.search(model.sql)
        for model in models
        if only in (None, model.name)
    )
