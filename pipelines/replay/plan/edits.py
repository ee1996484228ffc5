"""From a fault to the rows that change in the landing folder, and those edits made and undone.

An `Edit` is all that a replay needs to know: which rows of which deliveries read otherwise, before
and after. `faulty` is the state in which nobody ever puts the fault right; `corrected` the one in
which the source does, with its first delivery on or after the day it promised.
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.exchange.mishaps import mishaps
from pipelines.home import whole, write_json
from pipelines.landing.decisions import Decided, corrected, in_edited_files
from pipelines.places import Place, copy
from pipelines.replay.plan.faults import (
    FaultSpec,
    Landed,
    Registered,
    Struck,
    correction_day,
    strikes,
)
from pipelines.replay.plan.mishaps import Happened, MishapEdit, corrected_rows, happened, without
from pipelines.replay.plan.remedies import Remedy
from schemas.contract import Feed
from sources.faults import FaultError, History, Row
from sources.faults.deliveries import NO_FILE, Deliveries, table_in
from sources.faults.history import Key, corrected_history, key_of
from sources.files import read, write


class EditError(ValueError):
    """An edit that cannot be made; the message names the file and the reason."""


@dataclass(frozen=True)
class RowEdit:
    """One row of one delivery that reads otherwise."""

    feed: str
    delivery: date  # the day the delivery is published
    file: str  # the delivery's file, relative to the landing folder
    # Where the row stands, as landing counts; None for a row that comes in addition.
    line: int | None
    before: Row | None  # the row as delivered; None for a row that comes in addition
    after: Row | None  # the row as it is sent instead; None for a row that is not sent


@dataclass(frozen=True)
class FileEdit:
    """One delivery whose file goes out with another content, or not at all if that is of no bytes."""

    feed: str
    delivery: date
    file: str
    content: bytes = field(repr=False)


RowOrFile = RowEdit | FileEdit | MishapEdit


@dataclass(frozen=True)
class Edit:
    """A fault in its place and all the edits it means."""

    struck: Struck | Happened  # the fault and where it struck
    faulty: tuple[RowOrFile, ...]  # the edits if it is never put right
    # The edits if it is; None if no correction was asked for.
    corrected: tuple[RowOrFile, ...] | None
    correction_day: date | None  # the day the correction is published; None likewise
    # What is done about it, if that was worked out from who notices it.
    remedy: Remedy | None = None

    @property
    def feed(self) -> Feed | None:
        """The feed of the record or delivery struck; None of a mishap."""
        return self.struck.feed

    @property
    def correction_sent(self) -> date | None:
        """The first delivery that reads otherwise because of the correction; None if none does.

        Of a mishap it is the day on which it is put right.
        """
        if self.corrected is None:
            return None
        if isinstance(self.struck, Happened):
            return self.correction_day
        other = [e for e in self.faulty if e not in self.corrected]
        other += [e for e in self.corrected if e not in self.faulty]
        return min((e.delivery for e in other), default=None)

    @property
    def why_not_sent(self) -> str | None:
        """Why nothing was sent to correct it; None if something was, or nobody was to."""
        if self.corrected is None or self.correction_sent is not None:
            return None
        return {
            "snapshot": "what the source delivers was right again by then",
            "changes": "nothing wrong was believed of it by then",
            "append": "nothing was missing, and what was sent too much cannot be taken back",
        }[self.struck.feed.mode]

    def rows(self) -> list[RowEdit]:
        """Every row edit of either state."""
        return [e for e in (*self.faulty, *(self.corrected or ())) if isinstance(e, RowEdit)]


def strike(
    landed: Landed, others: Registered, landing: Place, spec: FaultSpec
) -> tuple[Struck | Happened, date | None]:
    """Put a fault in its place.

    Args:
        landed: what was delivered, as a build of the landing folder holds it.
        others: the entities a record could be taken for.

    Returns:
        The fault in its place, and the day with which it is put right, see `placed`.

    Raises:
        FaultError: if the fault does not fit, or the source has no delivery to correct it with.
    """
    if spec.kind in mishaps():
        found, after = happened(landed, spec), spec.correct_after
        until = None if after is None else found.day + timedelta(days=after)
        return found, until
    left_alone = 0
    for one in strikes(landed, others, spec):
        if one.record_id is None:
            if not _goes_wrong(landed, landing, one):
                continue
            if left_alone < spec.passed_over:
                left_alone += 1
                continue
        fixed_on = correction_day(spec, one.days, one.day)
        if spec.correct_after is not None and fixed_on is None:
            due = one.day + timedelta(days=spec.correct_after)
            raise FaultError(
                f"The last delivery of {one.feed.name} is on {one.days[-1]}; a correction "
                f"due on {due} would never be delivered. Correct it sooner."
            )
        return one, fixed_on
    raise FaultError(f"There is no delivery in which {spec.kind} would change anything.")


def placed(
    landed: Landed, landing: Place, struck: Struck | Happened, fixed_on: date | None = None
) -> Edit:
    """The edits that a fault in its place means.

    Args:
        landed, landing: see `strike`.
        fixed_on: the delivery with which the source puts it right, or the day on which somebody puts
            a mishap right; None: nobody ever does.
    """
    if isinstance(struck, Happened):
        rows = None if fixed_on is None else corrected_rows(struck, fixed_on)
        return Edit(struck, struck.rows, rows, fixed_on)
    if struck.fault.level == "delivery":
        return _plan_delivery(landed, landing, struck, fixed_on)
    faulty = _rows(landed, struck, struck.faulty(None))
    if fixed_on is None:
        return Edit(struck, faulty, None, None)
    landed.gates.ask(asked_of_gates(struck, fixed_on))
    gate = partial(landed.gates.let_through, struck.feed)
    sent = corrected_history(struck.feed, struck.clean, struck.faulty(fixed_on), fixed_on, gate)
    return Edit(struck, faulty, _rows(landed, struck, sent), fixed_on)


def asked_of_gates(
    struck: Struck | Happened, fixed_on: date | None = None
) -> list[tuple[Feed, History]]:
    """What the gates are asked about to place a fault: if all goes right, and if not."""
    whole = isinstance(struck, Happened) or struck.fault.level == "delivery"
    if whole or fixed_on is None or struck.feed.mode == "snapshot":
        return []
    return [(struck.feed, struck.clean), (struck.feed, struck.faulty(fixed_on))]


def _rows(landed: Landed, struck: Struck, sent: History) -> tuple[RowEdit, ...]:
    """The edits that turn what was delivered of the record into what is sent."""
    edits = []
    for day in sorted({*struck.clean, *sent}):
        before, lines = struck.clean.get(day, []), struck.lines.get(day, [])
        after = sent.get(day, [])
        for n in range(max(len(before), len(after))):
            old = before[n] if n < len(before) else None
            new = after[n] if n < len(after) else None
            if old != new:
                line = lines[n] if n < len(before) else None
                file = landed.file(struck.feed, day)
                edits.append(RowEdit(struck.feed.name, day, file, line, old, new))
    return tuple(edits)


# --- whole deliveries -----------------------------------------------------------------------------


def _delivered_to(landed: Landed, landing: Place, struck: Struck) -> Deliveries:
    """What was delivered, as a fault of a whole delivery sees it."""

    feed = struck.feed
    content_of, table_of = (partial(of, landing, feed) for of in (landed.content, landed.table))
    return Deliveries(feed, struck.day, content_of, table_of)


def _goes_wrong(landed: Landed, landing: Place, struck: Struck) -> bool:
    """Whether the delivery that a fault begins with is another because of it; found out once."""
    place = (struck.fault.kind, struck.feed.name, struck.day, struck.draw.seed)
    if place not in landed.goes_wrong:
        sent = _delivered_to(landed, landing, struck)
        landed.goes_wrong[place] = bool(_sent(landed, struck, sent, [struck.day]))
    return landed.goes_wrong[place]


def _sent(
    landed: Landed, struck: Struck, sent: Deliveries, days: Iterable[date]
) -> dict[date, FileEdit]:
    """The files of some days that are others because of the fault."""
    files = {}
    for day in days:
        content = struck.fault.module.send(day, struck.days, sent, struck.draw.again())
        if content is not None:
            files[day] = FileEdit(struck.feed.name, day, landed.file(struck.feed, day), content)
    return files


def _plan_delivery(landed: Landed, landing: Place, struck: Struck, fixed_on: date | None) -> Edit:
    """The edits of a fault of a whole delivery."""
    wrong = [day for day in struck.days if day >= struck.day]
    if struck.scope == "once":
        wrong = wrong[: struck.fault.span]
    files = _sent(landed, struck, _delivered_to(landed, landing, struck), wrong)
    corrected: tuple[RowOrFile, ...] | None = None
    if fixed_on is not None:
        until = {day: edit for day, edit in files.items() if day < fixed_on}
        corrected = (*until.values(), *_owed_rows(landed, struck, until, fixed_on))
    return Edit(struck, tuple(files.values()), corrected, fixed_on)


def _owed_rows(
    landed: Landed, struck: Struck, files: Mapping[date, FileEdit], fixed_on: date
) -> list[RowEdit]:
    """The rows the correction adds for all records that a wrong delivery touched."""
    feed = struck.feed
    if feed.mode == "snapshot":
        return []
    wrong = _by_key(feed, {day: _rows_in(feed, edit.content) for day, edit in files.items()})
    clean = _by_key(feed, _delivered(landed, feed, fixed_on))
    touched = {*wrong, *(key for key, sent in clean.items() if not sent.keys().isdisjoint(files))}
    file = landed.file(feed, fixed_on)
    edits = []
    for key in sorted(touched, key=str):
        lost = {day: rows for day, rows in clean[key].items() if day not in files}
        faulty = lost | wrong[key]
        # A gate may have held the wrong delivery, so all of it is owed: what is believed already
        # and comes again changes nothing.
        given = len(clean[key].get(fixed_on, []))
        extra: list[Row] = []
        for known in (faulty, lost):
            fixed = corrected_history(feed, clean[key], known, fixed_on)
            extra += [row for row in fixed.get(fixed_on, [])[given:] if row not in extra]
        edits += [RowEdit(feed.name, fixed_on, file, None, None, row) for row in extra]
    return edits


def _by_key(feed: Feed, history: History) -> dict[Key, History]:
    """What was delivered of each record, by its key; nothing of a key that is not there."""
    found: dict[Key, History] = defaultdict(dict)
    for day, rows in history.items():
        for row in rows:
            found[key_of(feed, row)].setdefault(day, []).append(row)
    return found


def _delivered(landed: Landed, feed: Feed, until: date) -> History:
    """What a feed delivered up to a day, that day included."""
    columns = ", ".join(f'"{name}"' for name in feed.column_names)
    history: History = {}
    for day, *values in landed.db.rows(
        f"SELECT published, {columns} FROM {landed.name}.landing.{feed.name} "
        "WHERE published <= ? ORDER BY published, line",
        until,
    ):
        history.setdefault(day, []).append(dict(zip(feed.column_names, values, strict=True)))
    return history


def _rows_in(feed: Feed, content: bytes) -> list[Row]:
    """The rows that can be read of a file with this content."""
    return table_in(feed, content)[0].to_pylist()


# --- made and undone ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Log:
    """What was changed in a landing folder, kept so that it can be undone to the byte."""

    folder: Path  # where `log.json` and the files as they were are kept
    landing: Path  # the folder that was changed

    def undo(self) -> None:
        """Put every changed file back as it was."""
        entries = json.loads((self.folder / "log.json").read_text(encoding="utf-8"))
        for entry in entries:
            target = self.landing / entry["file"]
            target.unlink(missing_ok=True)
            copy(self.folder / entry["kept"], target)


def apply(
    edits: Sequence[RowOrFile],
    landing: Place,
    target: Path,
    feeds: Mapping[str, Feed],
    log: Path,
    decided: Sequence[Decided] = (),
) -> Log:
    """Make edits in a landing folder, or in a copy of it; mishaps happen later and change no file.

    Args:
        landing: the folder as delivered.
        target: the folder to make: files without an edit are linked to (or copied from) the old
            ones, the others written anew. May be `landing` itself, which is then changed in place.
        log: a folder for the record of it, outside `target`.
        decided: rows that were corrected, from which the edits were worked out as corrected.

    Raises:
        EditError: if a file does not hold what the edits were worked out from.
    """
    if target != landing:
        _link_tree(landing, target)
    log.mkdir(parents=True, exist_ok=True)
    by_file: dict[str, list[RowOrFile]] = defaultdict(list)
    for edit in without(edits):
        by_file[edit.file].append(edit)
    entries = []
    for n, (file, mine) in enumerate(sorted(by_file.items())):
        path = target / file
        kept = f"{n:04d}-{path.name}"
        copy(landing / file, log / kept)
        feed = feeds[mine[0].feed]
        contents = [edit.content for edit in mine if isinstance(edit, FileEdit)]
        rows = [edit for edit in mine if isinstance(edit, RowEdit)]
        if contents[-1:] == [NO_FILE] and not rows:
            path.unlink()
        else:
            with whole(path) as part:  # never into the old file: it may be shared by a hard link
                if contents:
                    part.write_bytes(contents[-1])
                if rows:
                    source = part if contents else log / kept
                    write(feed, _edited(feed, source, rows, file, decided), part)
        entries.append({"file": file, "kept": kept, "edits": [_told(edit) for edit in mine]})
    write_json(log / "log.json", entries)
    return Log(log, target)


def decided_after(
    decided: Sequence[Decided], edits: Sequence[RowOrFile], target: Path
) -> list[Decided]:
    """What was decided of the rows and deliveries of a folder, as it holds in one that `apply` made."""
    made = list(without(edits))
    place = {(e.feed, e.delivery.isoformat()): target / e.file for e in made}
    by_row = {(e.feed, e.delivery.isoformat()) for e in made if isinstance(e, RowEdit)}
    return in_edited_files(decided, place, by_row)


def _told(edit: RowOrFile) -> dict[str, object]:
    node: dict[str, object] = {"feed": edit.feed, "delivery": edit.delivery.isoformat()}
    if isinstance(edit, RowEdit):
        return node | {"line": edit.line, "before": edit.before, "after": edit.after}
    return node | {"bytes": len(edit.content)}


def _edited(
    feed: Feed, path: Path, edits: Sequence[RowEdit], file: str, decided: Sequence[Decided]
) -> pa.Table:
    """The rows of a file with edits made."""
    table, unreadable = read(feed, path)
    if unreadable:
        raise EditError(
            f"{file} holds {len(unreadable)} record(s) that cannot be read "
            f"(line {unreadable[0].line}: {unreadable[0].reason}); rewriting it would lose them."
        )
    table = corrected(feed, table, decided, edits[0].delivery.isoformat())
    return edited(feed, table, edits, file)


def edited(feed: Feed, table: pa.Table, edits: Iterable[RowEdit], file: str) -> pa.Table:
    """Rows with edits made: changed rows in their place, further ones at the end.

    Args:
        table: the rows as read, with `line`.
        edits: of rows of this file.
        file: its name, for what is said of it.

    Raises:
        EditError: if the file does not hold what the edits were worked out from.
    """
    lines = table.column("line").to_pylist()
    place = {line: n for n, line in enumerate(lines)}
    table = table.select(list(feed.column_names))
    schema = table.schema
    changed: dict[int, list[Row]] = {}
    added: list[Row] = []
    for edit in edits:
        if edit.line is None:
            added.append(edit.after or {})
            continue
        at = place.get(edit.line)
        if at is None or table.slice(at, 1).to_pylist()[0] != edit.before:
            raise EditError(
                f"{file}, line {edit.line}: the file does not hold the row the database was built "
                "from; build again from this landing folder."
            )
        changed[at] = [edit.after] if edit.after is not None else []
    parts, start = [], 0
    for at in sorted(changed):
        parts += [table.slice(start, at - start), pa.Table.from_pylist(changed[at], schema)]
        start = at + 1
    parts += [table.slice(start), pa.Table.from_pylist(added, schema)]
    return pa.concat_tables(parts).combine_chunks()


def _link_tree(landing: Place, target: Path) -> None:
    """A folder of the same files, linked where the file system can."""
    link: Callable[[Any, Path], object] = os.link if isinstance(landing, Path) else copy
    for source in sorted(landing.rglob("*")):
        same = target / source.relative_to(landing)
        if source.is_dir():
            same.mkdir(parents=True, exist_ok=True)
            continue
        same.parent.mkdir(parents=True, exist_ok=True)
        try:
            link(source, same)
        except OSError:  # another file system, or one without links
            link = copy
            copy(source, same)


def natural_key(edit: Edit) -> str | None:
    """The natural key of the record struck, its parts joined by `|`."""
    if edit.feed is None:
        return None
    rows = [row for rows in edit.struck.clean.values() for row in rows]
    if not rows or not edit.feed.natural_key:
        return None
    return "|".join(rows[0][name] or "" for name in edit.struck.feed.natural_key)


def changed(before: Row | None, after: Row | None) -> dict[str, list[str | None]]:
    """Column -> [before, after] for the columns that differ; empty if a row came or went."""
    if before is None or after is None:
        return {}
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}
