"""Why something is still wrong after the correction: one cause for each cell on each day.

The way of a residual copy is walked from its source: the record, the owner's entry, the holders
on its path, and, where a holder adopted the entry, that holder's own entry and the path from there.
The first step whose output is wrong while its input is right gives the cause. Output and input are
compared, in the corrected state and the clean one, on the very day.

This is plain Python over the few entries concerned; `lineages` reads them from the databases.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipelines.exchange.modes import modes
from pipelines.exchange.network import made_of_grades
from pipelines.replay.compare.diff import CELL, MEASURE, SCORE
from pipelines.replay.compare.metrics import day_number, day_of
from schemas.code_lists import CODES, read_csv

WAITS = "waits for the next sync"
NOT_CARRIED = "deletion not carried"
OWN_TERM = "adopted with its own term"
REINSERTED = "reinserted"
AT_THE_SOURCE = "cannot be taken back at the source"
GATE = "held or let through by a gate"
TAKEN = "consequence already taken"
COUNTED_TWICE = "counted twice"
NOT_CORRECTED = "not corrected by the source"
CAUSES = (
    WAITS, NOT_CARRIED, OWN_TERM, REINSERTED, AT_THE_SOURCE, GATE, TAKEN, COUNTED_TWICE,
    NOT_CORRECTED,
)  # fmt: skip

CLEAN, CORRECTED = 1, 2

Says = tuple[str, str | None, str | None, str | None]  # subject, ground, severity, value
Cell = tuple[str, str, str]  # holder, list, subject
Done = tuple[str, str, str]  # agency, measure, subject

# The columns of what `of_lists`, `of_measures` and `of_scores` give.
COLUMNS = {
    "lists": (*CELL, "a", "b", "cause", "path"),
    "measures": (*MEASURE, "a", "b", "cause"),
    "scores": (*SCORE, "a", "b", "cause"),
}


class Caused(NamedTuple):
    """A run of wrong days, half-open, of a list cell, with their cause and the path it was read from."""

    holder: str
    list: str
    subject: str
    first: int
    end: int
    cause: str
    path: str


class Copy(NamedTuple):
    """One row of `exchange.copies` in one state, with what its entry says; days as numbers."""

    side: int
    holder: str
    list: str
    entry: str
    subject: str
    ground: str | None
    severity: str | None
    value: str | None
    path: str
    distance: int
    first: int
    end: int

    @property
    def says(self) -> Says:
        """Whom it shows, and as what."""
        return self.subject, self.ground, self.severity, self.value


@cache
def lost_by_acts() -> frozenset[str]:
    """The positive lists: a place on one may be lost by an act that stands behind no entry of it."""
    return frozenset(
        row["list"] for row in read_csv(CODES / "lists.csv") if row["polarity"] == "positive"
    )


class Wrong(NamedTuple):
    """A run of days, half-open, on which an edited record is still believed wrongly, and why."""

    first: int
    end: int
    why: str
    record: str | None = None
    of_act: bool = False  # whether the record tells of acts alone, and of no subject or link


class Point(NamedTuple):
    """One row of `scores.points` in one state; the day as a number."""

    side: int
    keeper: str
    subject: str
    day: int
    change: int
    reason: str
    because: str


def version_of(because: str) -> str:
    """The version of the entry that a change of points rests on; empty if it rests on none."""
    kind, _, version = because.partition(":")
    return version if kind == "entry" else ""


@dataclass(frozen=True)
class Step:
    """The last step of a path: how the holder at its end keeps what it takes over."""

    mode: str
    readmitted: bool = False

    @property
    def until_next_sync(self) -> bool:
        """Whether the holder drops at a sync what it no longer sees there."""
        return modes()[self.mode].until_next_sync


SENT_ASTRAY = Step("append")


class Node:
    """What one holder shows of one entry in both states, and on which days the two differ."""

    def __init__(self, copies: Iterable[Copy]) -> None:
        self.copies = sorted(copies, key=lambda c: (c.distance, c.path, c.first, c.side))
        self.turns = sorted({day for c in self.copies for day in (c.first, c.end)})
        self.subjects = {c.subject for c in self.copies}

    @cached_property
    def _wrong(self) -> list[set[str]]:
        """At each turn the subjects of whom the two states show something else from then on."""
        copies = not_alike(self.copies)
        return [{copy.subject for copy in on_one_side(copies, day)} for day in self.turns]

    def wrong(self, day: int, subject: str | None = None) -> bool:
        """Whether the two states differ here on that day.

        Args:
            day: its number.
            subject: about whom. Of somebody no copy here is about (further on one is taken for
                another of that name), and if None, anything that differs counts.
        """
        at = bisect_right(self.turns, day) - 1
        differ = self._wrong[at] if at >= 0 else set()
        return subject in differ if subject in self.subjects else bool(differ)

    def differing(self, day: int, subject: str | None = None) -> list[Copy]:
        """Copies shown on that day that say what the other state does not, nearest owner first."""
        about = {subject} if subject in self.subjects else self.subjects
        return on_one_side((c for c in self.copies if c.subject in about), day)


def _said_again(node: Node | None, copy: Copy) -> Iterator[Copy]:
    """What a node shows in the corrected state that says of the same subject what a copy says.

    Of somebody no copy there is about (further on one is taken for another of that name) anybody counts.
    """
    for one in () if node is None else node.copies:
        same = one.subject == copy.subject or copy.subject not in node.subjects
        if one.side == CORRECTED and same and one.says[1:] == copy.says[1:]:
            yield one


def on_one_side(copies: Iterable[Copy], day: int) -> list[Copy]:
    """Of some copies, in their order, those shown on a day that the other state does not match."""
    shown = [c for c in copies if c.first <= day < c.end]
    said = {side: {c.says for c in shown if c.side == side} for side in (CLEAN, CORRECTED)}
    return [c for c in shown if c.says not in said[CORRECTED if c.side == CLEAN else CLEAN]]


def not_alike(copies: Sequence[Copy]) -> list[Copy]:
    """Of some copies, in their order, those that say what the two states show on different days.

    The others match on every day, and there may be hundreds of them.
    """
    days: dict[int, dict[Says, set[tuple[int, int]]]] = {CLEAN: {}, CORRECTED: {}}
    for copy in copies:
        days[copy.side].setdefault(copy.says, set()).add((copy.first, copy.end))
    return [c for c in copies if days[CLEAN].get(c.says) != days[CORRECTED].get(c.says)]


@dataclass
class Lineage:
    """All that a walk may need."""

    # Every copy, in both states, of the entries concerned and the entries behind them.
    copies: Sequence[Copy]
    steps: Mapping[tuple[str, str], Step]  # (list, path) -> its last step
    # Adopted entry -> the entries it was made from.
    parents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # Runs of days on which the edited records are still believed wrongly, and why.
    source: Sequence[Wrong] = ()
    points: Sequence[Point] = ()  # changes of points, in both states, of the scores that are wrong
    # Version of an entry those points rest on -> the records it was made from.
    records: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # Version of an entry those points rest on -> the entry.
    entries: Mapping[str, str] = field(default_factory=dict)
    # Entry -> the edited records it was made from, in either state; of a single one nobody need ask.
    made_from: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._of_record: dict[str | None, list[Wrong]] = {}
        for wrong in self.source:
            self._of_record.setdefault(wrong.record, []).append(wrong)
        # A register or a link that stands behind no entry may have decided of any. An act decides of
        # its own entries, also where nothing is wrong with them any more, and of places it may cost.
        behind = {record for records in self.made_from.values() for record in records}
        alone = len(self._of_record) == 1
        # A wrong delivery has thousands of records, which are wrong in a handful of runs.
        self.edited = frozenset(self._of_record)
        self._runs = self._runs_of(self.edited)
        self._behind_none = self._runs_of(self.edited - behind)
        of_no_act = {w.record for w in self.source if alone or not w.of_act}
        self._of_no_act = self._runs_of(of_no_act - behind)
        self.ends = {end for _, end, _ in self._runs}
        self.turns = self.ends | {first for first, _, _ in self._runs}
        self._list_of = {copy.entry: copy.list for copy in self.copies}
        self.reckoned: dict[tuple[str, str], list[Point]] = {}
        for point in self.points:
            self.reckoned.setdefault((point.keeper, point.subject), []).append(point)
        by_path: dict[tuple[str, str], list[Copy]] = {}
        by_holder: dict[tuple[str, str], list[Copy]] = {}
        self.cells: dict[Cell, list[Copy]] = {}
        self._not_alike: dict[Cell, list[Copy]] = {}  # of cells that were asked about
        for copy in self.copies:
            by_path.setdefault((copy.path, copy.entry), []).append(copy)
            by_holder.setdefault((copy.holder, copy.entry), []).append(copy)
            self.cells.setdefault((copy.holder, copy.list, copy.subject), []).append(copy)
        self.nodes = {key: Node(copies) for key, copies in by_path.items()}
        self.held = {key: Node(copies) for key, copies in by_holder.items()}
        self._turns: dict[str, set[int]] = {}
        for (_, entry), node in self.nodes.items():
            self._turns.setdefault(entry, set()).update(node.turns)

    def wrong(self, path: str, entry: str, day: int, subject: str | None = None) -> bool:
        """Whether the holder at the end of a path shows the entry wrongly on that day."""
        node = self.nodes.get((path, entry))
        return node is not None and node.wrong(day, subject)

    def cause(self, cell: Cell, day: int) -> tuple[str, Copy]:
        """Why a cell is wrong on a day, and the copy this was read from.

        Of several residual copies the one nearest to its owner speaks for the cell.

        Raises:
            ValueError: if the cell is right on that day.
        """
        if cell not in self._not_alike:
            self._not_alike[cell] = not_alike(self.cells.get(cell, ()))
        odd = on_one_side(self._not_alike[cell], day)
        if not odd:
            raise ValueError(f"{cell} is right on day {day}: there is no cause to find.")
        copy = min(odd, key=lambda c: (c.distance, c.path, c.entry, c.side))
        return self.walk(copy, day), copy

    def step(self, copy: Copy, path: str) -> Step:
        """The last step of a path; of a way that no edge goes what was sent is kept."""
        return self.steps.get((copy.list, path), SENT_ASTRAY)

    def walk(self, copy: Copy, day: int) -> str:
        """The cause of a residual copy on a day: the first step on its way that went wrong."""
        holders = copy.path.split(">")
        paths = [">".join(holders[: n + 1]) for n in range(len(holders))]
        again = next((n for n, p in enumerate(paths) if self.step(copy, p).readmitted), None)
        if again is not None:
            before = paths[holders.index(holders[again])]
            if self.wrong(paths[again], copy.entry, day, copy.subject) and not self.wrong(
                before, copy.entry, day, copy.subject
            ):
                return REINSERTED
        at = next(
            n for n, path in enumerate(paths) if self.wrong(path, copy.entry, day, copy.subject)
        )
        if at == 0:
            return self._root(copy, holders[0], day)
        waits = self.step(copy, paths[at]).until_next_sync
        return WAITS if waits or self._comes(copy, *paths[at - 1 : at + 1], day) else NOT_CARRIED

    def _comes(self, copy: Copy, before: str, path: str, day: int) -> bool:
        """Whether what a copy says is still to come to a holder who drops nothing.

        If it never does, there is no difference but for what the holder shows in the clean state long
        after it ended where it came from.
        """
        if copy.side != CLEAN:
            return False
        there, here = (self.nodes.get((one, copy.entry)) for one in (before, path))
        return any(c.first <= day < c.end for c in _said_again(there, copy)) or any(
            c.first > day for c in _said_again(here, copy)
        )

    def _root(self, copy: Copy, owner: str, day: int) -> str:
        """Cause of an owner's own entry being wrong: what it was made from, or the record."""
        if copy.entry in self.parents:
            for parent in self.parents[copy.entry]:
                held = self.held.get((owner, parent))
                if held is not None and held.wrong(day, copy.subject):
                    return self.walk(held.differing(day, copy.subject)[0], day)
            if copy.list not in made_of_grades():
                return OWN_TERM
            # What the grade rests on is right again: it is given anew on the first of the month.
            return self.at_source_of([copy.entry], day) or WAITS
        return self.at_source_of([copy.entry], day) or TAKEN

    def at_source(self, day: int, records: Collection[str | None] | None = None) -> str | None:
        """Why the edited records, or some of them, are believed wrongly on a day; None: they are not."""
        return _why(self._runs if records is None else self._runs_of(records), day)

    def _runs_of(self, records: Iterable[str | None]) -> list[tuple[int, int, str]]:
        """The runs of days, each once and with its reason, on which some records are believed wrongly."""
        runs = (wrong for record in records for wrong in self._of_record.get(record, ()))
        return sorted({(wrong.first, wrong.end, wrong.why) for wrong in runs})

    def at_source_of(self, entries: Iterable[str], day: int) -> str | None:
        """The same of the records that some entries were made from, or else of those behind no entry.

        Of several faults one may be put right and another not: what is left of the one has nothing to do
        with the other.
        """
        behind = self.behind(entries)
        own = {r for entry in behind for r in self.made_from.get(entry, ())}
        at_stake = any(self._list_of.get(entry) in lost_by_acts() for entry in behind)
        others = self._behind_none if at_stake else self._of_no_act
        return self.at_source(day, own) or _why(others, day)

    def behind(self, entries: Iterable[str]) -> set[str]:
        """Some entries, and all that they descend from."""
        behind, ancestors = list(entries), set()
        while behind:
            entry = behind.pop()
            if entry not in ancestors:
                ancestors.add(entry)
                behind.extend(self.parents.get(entry, ()))
        return ancestors

    def turns_behind(self, entries: Iterable[str]) -> list[int]:
        """Every day on which anything behind these entries changes."""
        days = {day for entry in self.behind(entries) for day in self._turns.get(entry, ())}
        return sorted(days | self.turns)


def _why(runs: Iterable[tuple[int, int, str]], day: int) -> str | None:
    """The reason of the first of some runs that a day lies in; None if it lies in none."""
    return next((why for first, end, why in runs if first <= day < end), None)


def of_lists(
    wrong: Iterable[tuple[str, str, str, int, int]], lineage: Lineage, since: int
) -> list[Caused]:
    """Causes of the wrong days of list cells from a day on.

    Args:
        wrong: runs of wrong days (clean against corrected): holder, list, subject, and the days as
            numbers, half-open.
        lineage: see there.
        since: number of the day of the correction.
    """
    found = []
    for holder, name, subject, a, b in wrong:
        cell = (holder, name, subject)
        turns = lineage.turns_behind(copy.entry for copy in lineage.cells.get(cell, ()))
        for first, end in pieces(max(a, since), b, turns):
            cause, copy = lineage.cause(cell, first)
            found.append(Caused(*cell, first, end, cause, copy.path))
    return found


def of_measures(
    wrong: Iterable[tuple[str, str, str, int, int]],
    because: Mapping[Done, Sequence[str]],
    lineage: Lineage,
    since: int,
) -> list[tuple[str, str, str, int, int, str]]:
    """Causes of the wrong days of measures: the agency's copy's own, else that it is done.

    Args:
        wrong: runs of wrong days: agency, measure, subject, and the days as numbers.
        because: measure cell -> the entries it rests on.
        lineage: with the copies those entries have at the agencies.
        since: number of the day of the correction.

    Returns:
        Rows of agency, measure, subject, first day, end, cause.
    """
    found = []
    for agency, measure, subject, a, b in wrong:
        entries = because.get((agency, measure, subject), ())
        for first, end in pieces(max(a, since), b, lineage.turns_behind(entries)):
            cause = _measure(agency, entries, lineage, first)
            found.append((agency, measure, subject, first, end, cause))
    return found


def _measure(agency: str, entries: Sequence[str], lineage: Lineage, day: int) -> str:
    for entry in sorted(entries):
        held = lineage.held.get((agency, entry))
        if held is not None and held.wrong(day):
            return lineage.walk(held.differing(day)[0], day)
    return lineage.at_source_of(entries, day) or TAKEN


def of_scores(
    wrong: Iterable[tuple[str, str, int, int]],
    lists: Iterable[Caused],
    lineage: Lineage,
    since: int,
) -> list[tuple[str, str, int, int, str]]:
    """Causes of the wrong days of grades: why a change of points stands in one state alone.

    - It rests on a list, and the keeper still shows the entry wrongly: the cause of that.
    - It rests on a record that is still believed wrongly, or on an entry made from one: the cause of
      that; *counted twice* if it is the wrong row of a feed that cannot take it back while the right
      one counts as well.
    - What it rests on is right again, and the keeper reckons on the first of the month: until then it
      waits.
    - Else the points were given, and stay for their term: the consequence is already taken.

    Args:
        wrong: runs of wrong days: keeper, subject, and the days as numbers.
        lists: what `of_lists` gave.
        lineage: for what is wrong at the source, and the changes of points.
        since: number of the day of the correction.

    Returns:
        Rows of keeper, subject, first day, end, cause.
    """
    held: dict[Cell, list[Caused]] = {}
    of_subject: dict[tuple[str, str], set[Cell]] = {}
    for row in lists:
        if row.list in made_of_grades():
            continue  # such a list rests on the score, and not the score on it
        cell = (row.holder, row.list, row.subject)
        held.setdefault(cell, []).append(row)
        of_subject.setdefault((row.holder, row.subject), set()).add(cell)
    rows: list[tuple[str, str, int, int, str]] = []
    for keeper, subject, a, b in wrong:
        points = lineage.reckoned.get((keeper, subject), [])
        cells = of_subject.get((keeper, subject), set())
        # Points may rest on what the keeper shows of somebody linked.
        cells = sorted({*cells, *_rested_on(keeper, points, lineage)})
        near = [row for cell in cells for row in held.get(cell, ())]
        turns = lineage.turns | {d for row in near for d in (row.first, row.end)}
        turns |= {p.day for p in points}
        ends = lineage.ends | {row.end for row in near}
        turns |= {_month_after(end) for end in (since, *ends)}
        for first, end in pieces(max(a, since), b, sorted(turns)):
            righted = max([since, *(e for e in ends if e <= first)])
            cause = _score(points, near, lineage, first, righted)
            if rows and rows[-1][:2] == (keeper, subject):
                *_, before, until, same = rows[-1]
                if until == first and same == cause:
                    rows[-1] = (keeper, subject, before, end, cause)
                    continue
            rows.append((keeper, subject, first, end, cause))
    return rows


def _rested_on(keeper: str, points: Iterable[Point], lineage: Lineage) -> Iterator[Cell]:
    """The cells at a keeper of the entries that some points rest on."""
    for version in {version_of(point.because) for point in points}:
        node = lineage.held.get((keeper, lineage.entries.get(version, "")))
        for copy in () if node is None else node.copies:
            yield copy.holder, copy.list, copy.subject


def _score(
    points: Sequence[Point], near: Sequence[Caused], lineage: Lineage, day: int, righted: int
) -> str:
    """Why a score is wrong on a day.

    Args:
        points: the changes of its points, in both states.
        near: causes of the wrong list cells at the keeper that they rest on, or that are about the same
            subject.
        lineage, day: see `of_scores`.
        righted: the day since when what the points rest on has been right.
    """
    shown = next((row.cause for row in near if row.first <= day < row.end), None)
    counted: dict[int, dict[tuple[str, str], int]] = {CLEAN: {}, CORRECTED: {}}
    for point in points:
        if point.day <= day:
            net = counted[point.side]
            key = (point.because, point.reason)
            net[key] = net.get(key, 0) + point.change
    odd = sorted(
        key
        for key in {**counted[CLEAN], **counted[CORRECTED]}
        if counted[CLEAN].get(key, 0) != counted[CORRECTED].get(key, 0)
    )
    if shown is not None:
        return shown
    for because, reason in odd:
        why = lineage.at_source(day, set(_records(because, lineage)))
        if why is None:
            continue
        also = any(
            net
            and other != because
            and same == reason
            and not lineage.edited.isdisjoint(_records(other, lineage))
            for (other, same), net in counted[CORRECTED].items()
        )
        return COUNTED_TWICE if why == AT_THE_SOURCE and also else why
    if not odd:
        return lineage.at_source(day) or TAKEN
    days = [p.day for p in points if (p.because, p.reason) in odd]
    firsts = np.array(days, "datetime64[D]")
    monthly = bool((firsts == firsts.astype("datetime64[M]")).all())
    return WAITS if monthly and day < _month_after(righted) else TAKEN


def _records(because: str, lineage: Lineage) -> Sequence[str]:
    """The records that the entry a change of points rests on was made from."""
    return lineage.records.get(version_of(because), ())


def _month_after(day: int) -> int:
    """The first day of the month after a day, both as numbers."""
    this = day_of(day)
    return day_number(date(this.year + this.month // 12, this.month % 12 + 1, 1))


def pieces(first: int, end: int, turns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """`[first, end)` cut at the turns that lie inside it."""
    if first >= end:
        return
    inside = turns[bisect_right(turns, first) :]
    at = first
    for turn in inside:
        if turn >= end:
            break
        yield at, turn
        at = turn
    yield at, end


def on_day(causes: pd.DataFrame, key: Sequence[str], day: int) -> dict[tuple[str, ...], dict]:
    """Cells by cause on one day, for each value of `key`."""
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    here = causes[(causes["a"] <= day) & (day < causes["b"])]
    for row in here.itertuples():
        name = tuple(getattr(row, k) for k in key)
        by_cause = counts.setdefault(name, {})
        by_cause[row.cause] = by_cause.get(row.cause, 0) + 1
    return counts


def days_by_cause(causes: pd.DataFrame) -> dict[str, int]:
    """Wrong days after the correction, by cause; together they are all of them."""
    if not len(causes):
        return {}
    days = (causes["b"] - causes["a"]).groupby(causes["cause"]).sum()
    return {cause: int(n) for cause, n in sorted(days.items())}
