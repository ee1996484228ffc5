"""What was decided of rows kept aside and deliveries held, and what a build makes of it.

A home keeps a log of it, `quarantine.jsonl`: one step a line, only ever added to (see
`pipelines.quarantine`). A build reads of it what holds now, as `Decided`: a row that was corrected is
read as corrected, and `codes.decisions` tells the gates which rows are released or discarded and which
held deliveries are. Neither when a step was taken nor by whom enters any table.

A row is known by its feed, its delivery and what it says, never by its line alone: in another file of
that day nothing is decided of another row. Rows that were delivered alike are decided of together; where
one was corrected to say what another says, steps tell by the line which of the two is meant.
"""

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.contract import Feed, feeds
from schemas.record_id import version
from schemas.said_once import read_json

LOG = "quarantine.jsonl"
TABLE = "codes.decisions"
SHA256 = 64  # characters of the digest of a file; that of a row has 32
CORRECT, RELEASE, DISCARD = STEPS = ("correct", "release", "discard")

Row = dict[str, str | None]


class DecisionError(ValueError):
    """A log that cannot be read, or a step that cannot be taken; the message is one sentence."""


@dataclass(frozen=True)
class Step:
    """One line of the log."""

    when: str  # the moment it was taken, in UTC; the only time of a clock that is kept
    # `who`, `why`: as given.
    who: str
    why: str
    what: str  # one of `STEPS`
    # `feed`, `delivery`: where the row stands.
    feed: str
    delivery: str
    line: int | None  # likewise; None of a whole delivery
    # `version` of the row as it was landed then (of the first of rows that say the same), or
    # SHA-256 of the delivery's file.
    digest: str
    nth: int = 1  # which of the rows of the delivery that say the same
    row: Row | None = None  # the row as it was landed then; None of a delivery
    values: Row = field(default_factory=dict)  # column -> what it is to say; of a correction
    # The lines of the rows of the delivery that said the same then.
    alike: list[int] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The row as commands take it: `feed:delivery:line`, or `feed:delivery`."""
        return ":".join(str(p) for p in (self.feed, self.delivery, self.line) if p is not None)


class Decided(NamedTuple):
    """What holds of one row or delivery: a row of `codes.decisions`."""

    # `feed`, `delivery`: where it stands.
    feed: str
    delivery: str
    delivered: str  # digest of the row as the file has it, or of the file
    version: str  # `version` of the row as it lands; of a delivery the same digest again
    decision: str  # `release` or `discard`; `correct` if neither
    # JSON of the columns corrected, each with what it said and says; None if none is.
    says: str | None = None


@dataclass
class Course:
    """The steps about one row or delivery, and where they have led."""

    digest: str  # of the row as the file has it, or of the file
    lines: set[int | None]  # where it stands; rows that were delivered alike share a course
    delivered: Row | None  # the row as the file has it; None of a delivery
    row: Row | None  # the row as it is to be read
    steps: list[Step] = field(default_factory=list)

    @property
    def decision(self) -> str:
        """The last of the steps that lets the row in or keeps it out; else `correct`."""
        return next((s.what for s in reversed(self.steps) if s.what != CORRECT), CORRECT)


Key = tuple[str, str, str]  # feed, delivery, digest of what lands
Courses = dict[Key, list[Course]]  # by the digest a row has in its file, and by each it was given


def read_log(path: Path) -> list[Step]:
    """The steps of a log, in order; none if there is no file.

    Raises:
        DecisionError: naming the line, if one is no step.
    """
    if not path.exists():
        return []
    with path.open("rb") as file:
        lines = list(file)  # a value may hold other characters that end a line of text
    steps = []
    for number, line in enumerate(lines, start=1):
        try:
            if not line.strip():
                raise ValueError("it is empty; take it out")
            # An editor may have put a mark of UTF-8 before the first line.
            steps.append(_step(read_json(line.decode("utf-8-sig" if number == 1 else "utf-8"))))
        except (TypeError, ValueError, RecursionError) as error:
            raise DecisionError(
                f"{path}, line {number} is no step of a quarantine ({error}); put back what stood there"
                f"{', or take the line out if it was never finished' if number == len(lines) else ''}."
            ) from None
    return steps


def _step(said: Any) -> Step:
    """What a line of a log says, every part of it of the kind it must be.

    Raises:
        TypeError, ValueError: if it is no step.
    """
    step = Step(**said)
    if step.what not in STEPS:
        raise ValueError(f"there is no step {step.what!r}")
    texts = ("when", "who", "why", "feed", "delivery", "digest")
    fits = {name: isinstance(getattr(step, name), str) for name in texts}
    fits["line"] = step.line is None or _is_number(step.line)
    fits["nth"] = _is_number(step.nth) and step.nth > 0
    fits["row"] = step.row is None or _is_row(step.row)
    fits["row"] &= (step.row is None) == (step.line is None)
    fits["values"] = _is_row(step.values)
    fits["alike"] = isinstance(step.alike, list) and all(map(_is_number, step.alike))
    for name in (name for name, fit in fits.items() if not fit):
        raise ValueError(f"its {name} cannot be {getattr(step, name)!r}")
    return step


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_row(value: object) -> bool:
    return isinstance(value, dict) and all(v is None or isinstance(v, str) for v in value.values())


def add_to_log(path: Path, steps: Iterable[Step]) -> None:
    """Write steps at the end of a log, all of them or, where there is no room, none."""
    said = "".join(json.dumps(asdict(step), ensure_ascii=False) + "\n" for step in steps).encode()
    size = path.stat().st_size if path.exists() else 0
    try:
        with path.open("a+b") as file:
            if size:  # an editor may have left the last line without its end
                file.seek(-1, os.SEEK_END)
                said = said if file.read(1) == b"\n" else b"\n" + said
            file.write(said)
    except OSError:
        if path.exists():
            os.truncate(path, size)
        raise


def course_of(found: Courses, key: Key, line: int | None) -> Course | None:
    """What was decided of a row that lands with a digest, or of a delivery; None if nothing was.

    Several rows may land with one digest where one was corrected to say what another says: that which
    stands on the line is meant, else that which was delivered so.
    """
    having = found.get(key, [])
    standing = (course for course in having if line in course.lines)
    return next(standing, None) or next((c for c in having if c.digest == key[2]), None)


def courses(steps: Iterable[Step], known: Mapping[str, Feed] | None = None) -> Courses:
    """What the steps of a log have led to.

    Args:
        steps: all of a log, in order.
        known: the contracts; by default all.

    Raises:
        DecisionError: if a step is about a feed of which there is no contract, about columns that the
            contract has not, or about a row that is not the one it was taken about.
    """
    contracts = feeds() if known is None else known
    found: Courses = {}
    for number, step in enumerate(steps, start=1):
        if step.feed not in contracts:
            raise DecisionError(
                f"{LOG} tells of {step.place}, but there is no contract of a feed {step.feed!r}; put the "
                "contract back, or take the steps about this feed out of the log."
            )
        _see_columns(step, contracts[step.feed])
        if step.row is not None and version(contracts[step.feed], step.row) != step.digest:
            raise DecisionError(
                f"{LOG}, line {number}: the row that it tells of as {step.place} is not the one its digest "
                f"is of, so that the line, or the contract of {step.feed}, was changed since; put back "
                "what stood there, or take the line out and decide of the row again."
            )
        key = (step.feed, step.delivery, step.digest)
        course = course_of(found, key, step.line)
        having = found.setdefault(key, [])
        if course is None:
            lines = {step.line, *step.alike}.difference(*(other.lines for other in having))
            course = Course(step.digest, lines, step.row, step.row)
            having.append(course)
        course.steps.append(step)
        if step.values and course.row is not None:
            course.row = course.row | step.values
            digest = version(contracts[step.feed], course.row)
            also = found.setdefault((step.feed, step.delivery, digest), [])
            if not any(other is course for other in also):
                also.append(course)
    return found


def _see_columns(step: Step, feed: Feed) -> None:
    """See that a step speaks of the columns of its feed."""
    said, names = step.row, set(feed.column_names)
    wrong = step.values.keys() - names if said is None else said.keys() ^ names
    for name in sorted(wrong | (step.values.keys() - names)):
        raise DecisionError(
            f"{LOG} tells of {step.place} {'without' if name in names else 'with'} a column {name!r}, "
            f"which the contract of {feed.name} {'has' if name in names else 'has not'}; put back what "
            "stood there, or take the steps about this row out of the log."
        )


def decided_by(steps: Iterable[Step], known: Mapping[str, Feed] | None = None) -> list[Decided]:
    """What a log comes to, in an order that does not depend on that of its steps about other rows.

    Raises:
        DecisionError: see `courses`.
    """
    contracts = feeds() if known is None else known
    found: set[Decided] = set()
    every = (course for having in courses(steps, contracts).values() for course in having)
    for course in {id(course): course for course in every}.values():
        first, nth = course.steps[0], max(step.nth for step in course.steps)
        place = (first.feed, first.delivery, course.digest)
        if course.row is None or course.delivered is None:
            found.add(Decided(*place, course.digest, course.decision))
            continue
        feed = contracts[first.feed]
        says = {
            name: [before, course.row[name]]
            for name, before in course.delivered.items()
            if before != course.row[name]
        }
        if says or course.decision != CORRECT:
            told = json.dumps(says, ensure_ascii=False, sort_keys=True) if says else None
            found |= {
                Decided(*place, version(feed, course.row, n), course.decision, told)
                for n in range(1, nth + 1)
            }
    return sorted(found)


def decided_in(home: Path) -> list[Decided]:
    """What was decided in a home.

    Raises:
        DecisionError: see `read_log` and `courses`.
    """
    return decided_by(read_log(home / LOG))


def decisions_table(decided: Sequence[Decided]) -> pa.Table:
    """`codes.decisions`."""
    columns = {name: [getattr(one, name) for one in decided] for name in Decided._fields}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def decided_of(rows: Iterable[Sequence[Any]]) -> list[Decided]:
    """What was decided, from rows of `codes.decisions`."""
    return sorted(Decided(*row) for row in rows)


def digest_of(decided: Sequence[Decided]) -> str:
    """SHA-256 of what was decided."""
    return hashlib.sha256(json.dumps(list(decided)).encode()).hexdigest()


def corrected(feed: Feed, rows: pa.Table, decided: Iterable[Decided], day: str = "") -> pa.Table:
    """Rows as delivered with those that were corrected as they are to be read.

    Args:
        rows: the contract's columns, and `delivery` unless it is given.
        day: the delivery they are all of.
    """
    changes: list[tuple[np.ndarray, dict[str, list[str | None]]]] = []
    for says, delivery, delivered in sorted(
        {(d.says, d.delivery, d.delivered) for d in decided if d.says and d.feed == feed.name}
    ):
        if day not in ("", delivery):
            continue
        values: dict[str, list[str | None]] = json.loads(says)
        alike = [pc.equal(rows["delivery"].cast(pa.string()), delivery)] if not day else []
        alike += [
            pc.is_null(rows[name]) if before is None else pc.equal(rows[name], before)
            for name, (before, _) in values.items()
        ]
        there = np.full(len(rows), True)
        for mask in alike:
            there &= np.asarray(pc.fill_null(mask, False))
        if there.any():
            own = rows.select(list(feed.column_names))
            for at in np.flatnonzero(there).tolist():
                there[at] = version(feed, own.slice(at, 1).to_pylist()[0]) == delivered
        changes.append((there, values))
    for (
        there,
        values,
    ) in changes:  # all found first: a row may be corrected to say what another said
        for name, (_, after) in values.items() if there.any() else ():
            put = pc.if_else(pa.array(there), pa.scalar(after, pa.string()), rows[name])
            rows = rows.set_column(rows.column_names.index(name), name, put)
    return rows


def in_edited_files(
    decided: Iterable[Decided],
    files: Mapping[tuple[str, str], Path],
    rewritten: Collection[tuple[str, str]],
) -> list[Decided]:
    """What was decided, as it holds where some files are replaced by others.

    Whatever file takes the place of a delivery that was released is released. Rows of a file that was
    written anew row by row were corrected when that was done.

    Args:
        files: feed and delivery -> the other file.
        rewritten: those of which that is so.
    """

    def now(one: Decided) -> Decided:
        place = (one.feed, one.delivery)
        if place not in files:
            return one
        if len(one.delivered) == SHA256:
            digest = hashlib.sha256(files[place].read_bytes()).hexdigest()
            return one._replace(delivered=digest, version=digest)
        return one._replace(says=None) if place in rewritten else one

    return [now(one) for one in decided]
