"""Who comes to know of an error, and what is then done about it, where and on which day.

A remedy is worked out from what stands wrong somewhere because of the fault, once that has been followed
without any: whoever notices it notices what a list shows. Its steps and their clocks are rows of the
code list `remedies`, working days those of `schemas.working_days`. A step that is not taken (as often as
its row says, drawn by the seed) ends the remedy there; those after it are not reached.

* `source`: the publisher finds the error itself.
* `notice`: the owner of a list tells the subject, who appeals in time or does not.
* `dispute`: the subject sees it on a public page and disputes it there. The page deletes its own copy and
  forwards the dispute to the source; an error of its own it puts right itself.
* `reconciliation`: holders compare themselves with the owner and delete what the owner does not show.
* `repair`: the entry ends early at its owner, because the subject has made up for it; nobody finds it wrong.
* `none`: nothing is done.

A subject appeals or disputes what harms it: standing on a negative list, missing from a positive one,
what is said of it in another way, and anything wrong in neutral data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

from pipelines.replay.plan.mishaps import MishapEdit
from schemas.code_lists import CODES, read_csv
from schemas.suggest import suggestion
from schemas.working_days import plus_working_days
from sources.faults import FaultError
from sources.world.draws import Stream

NONE = "none"
MOST_CHARACTERS = 2000  # of the text of a dispute (Credit China)
LISTED, MISSING, ALTERED = "wrongly_listed", "wrongly_missing", "altered"
HARMS = {
    "negative": (LISTED, ALTERED),
    "positive": (MISSING, ALTERED),
    "neutral": (LISTED, MISSING, ALTERED),
}


@dataclass(frozen=True)
class Clock:
    """One step of a remedy, a row of the code list."""

    # `remedy`, `step`: their names.
    remedy: str
    step: str
    # The step from whose day its own is counted; empty: from when it can first be noticed.
    after: str
    who: str  # takes it
    days: int  # how many; working days where `working`, else days of the calendar
    working: bool
    per_thousand: int  # how many of a thousand take it
    # Some of `correct` (whoever erred is to correct), `delete` (who takes the step deletes what it
    # shows) and `compare` (holders compare themselves every so many days).
    does: tuple[str, ...]
    # `title`, `basis`: in words, and where the clock is from.
    title: str
    basis: str

    def due(self, day: date) -> date:
        """The day on which the step is taken, counted from a day."""
        if self.working:
            return plus_working_days(day, self.days)
        return day + timedelta(days=self.days)


@lru_cache(maxsize=1)
def clocks() -> Mapping[str, tuple[Clock, ...]]:
    """Remedy -> its steps, each after the one it is counted from."""
    found: dict[str, tuple[Clock, ...]] = {}
    for row in read_csv(CODES / "remedies.csv", "per_thousand"):
        clock = Clock(
            row["remedy"],
            row["step"],
            row["after"],
            row["who"],
            int(row["days"]),
            row["unit"] == "wd",
            int(row["per_thousand"]),
            tuple(row["does"].split()),
            row["title_en"],
            row["basis"],
        )
        found[clock.remedy] = (*found.get(clock.remedy, ()), clock)
    return found | {NONE: ()}


def source_days() -> int:
    """Days after which the source finds an error itself, where nothing else is said."""
    (clock,) = clocks()["source"]
    return clock.days


def goes_with_days(remedy: str) -> bool:
    """Whether days until the source corrects can be given with a remedy.

    Under a reconciliation holders find what they show wrongly; the source of a record corrects it only if
    days are given as well.
    """
    return remedy in ("source", "reconciliation")


def see_remedy(remedy: str | None, correct_after: object = None, text: str | None = None) -> None:
    """See that a remedy is known, and goes with what else is asked for.

    Args:
        remedy: its name; None: none is asked for.
        correct_after: days until the source corrects, if any are given.
        text: of a dispute, if there is one.

    Raises:
        FaultError: if not, in one sentence.
    """
    if remedy is not None and remedy not in clocks():
        known = ", ".join(clocks())
        raise FaultError(
            f"There is no remedy {remedy!r}; there are {known}.{suggestion(remedy, clocks())}"
        )
    if correct_after and remedy is not None and not goes_with_days(remedy):
        raise FaultError(
            f"With the remedy {remedy} the source does not find the error itself; leave out either "
            "that or the days after which it corrects."
        )
    if text is not None and remedy != "dispute":
        raise FaultError(
            "Only a dispute has a text; give it with the remedy dispute, or leave it out."
        )
    if text is not None and len(text) > MOST_CHARACTERS:
        raise FaultError(
            f"A dispute has at most {MOST_CHARACTERS:,} characters; this one has {len(text):,}."
        )


@dataclass(frozen=True)
class Cell:
    """What somebody notices: how a holder shows a subject wrongly on a list, and from when on."""

    holder: str
    list: str
    subject_id: str
    kind: str
    day: date

    def json(self) -> dict[str, str]:
        """As plain values."""
        return vars(self) | {"day": self.day.isoformat()}


@dataclass(frozen=True)
class Step:
    """A step that was reached: on which day it is due, and whether it is taken."""

    clock: Clock
    day: date
    taken: bool = True


@dataclass(frozen=True)
class Remedy:
    """What a remedy comes to."""

    name: str
    noticed: Cell | None = None  # what is noticed; None: nothing that anybody would act upon
    steps: tuple[Step, ...] = ()  # those reached, in order of their days
    # The day from which it is to be corrected where it went wrong; None: it is not.
    correct_on: date | None = None
    at_source: bool = True  # whether the source of a record is told, too; if not, only holders are
    removals: tuple[MishapEdit, ...] = ()  # what is deleted elsewhere
    why_not: str | None = None  # why nothing is done, or no more is; None if all is


@dataclass(frozen=True)
class Shown:
    """What stands wrong because of a fault that nobody has noticed yet."""

    cells: pd.DataFrame  # runs of wrong days: holder, list, subject_id, kind, from_day, to_day
    # The copies, in the faulty state, of every entry shown in such a cell, with the columns `COPY`;
    # `to_day` none: still; `taken_back`: whether the holder can take it down, and `replaces`:
    # whether the next sync brings again what it took down.
    copies: pd.DataFrame
    # `day0`, `horizon`: of the window.
    day0: date
    horizon: date

    def wrongly_listed(self, day: date) -> pd.DataFrame:
        """The copies shown on a day of whoever should not be on that list at that holder."""
        cells = _on(self.cells[self.cells["kind"] == LISTED], day)
        return _on(self.copies, day).merge(cells[_CELL].drop_duplicates(), on=_CELL)

    def cells_in_order(self) -> list[Cell]:
        """The wrong cells that harm their subject, first come first, an owner's before the others'."""
        lists, _ = code_lists()
        found = [
            Cell(row.holder, row.list, row.subject_id, row.kind, _day(row.from_day))
            for row in self.cells.itertuples()
            if row.list in lists and row.kind in HARMS[lists[row.list]["polarity"]]
        ]
        return sorted(found, key=lambda c: (c.day, not _owns(c), c.holder, c.list, c.subject_id))

    def began_at(self, cell: Cell) -> str:
        """The holder who showed the same subject wrongly on the same list first."""
        cells = self.cells
        same = cells[(cells["list"] == cell.list) & (cells["subject_id"] == cell.subject_id)]
        days = {(row.from_day, row.holder != cell.holder, row.holder) for row in same.itertuples()}
        return min(days)[-1]


_CELL = ["holder", "list", "subject_id"]
COPY = [*_CELL, "came_from", "entry_id", "from_day", "to_day", "taken_back", "replaces"]


def work_out(name: str, shown: Shown, seed: int) -> Remedy:
    """Work out what a remedy does about a fault; of the source's own there is nothing to work out.

    Args:
        shown: what stands wrong without it.
    """
    if name == NONE:
        return Remedy(name)
    if name == "reconciliation":
        return _compared(shown)
    noticed = next((cell for cell in shown.cells_in_order() if _noticed_by(name, cell)), None)
    if noticed is None:
        return Remedy(name, why_not=_NOBODY[name])
    return _followed(name, noticed, shown, seed)


_NOBODY = {
    "notice": "no owner of a list shows anything that harms a subject",
    "dispute": "no public page shows anything that harms a subject",
    "repair": "no owner of a negative list shows anybody on it wrongly",
}


@lru_cache(maxsize=1)
def code_lists() -> tuple[Mapping[str, Mapping[str, str]], frozenset[str]]:
    """List -> its row, and the holders whom everybody reads."""
    lists = {row["list"]: row for row in read_csv(CODES / "lists.csv")}
    holders = read_csv(CODES / "holders.csv")
    return lists, frozenset(row["holder"] for row in holders if row["audience"] == "public")


def _owns(cell: Cell) -> bool:
    """Whether the holder of a cell owns its list."""
    return code_lists()[0][cell.list]["owner"] == cell.holder


def _noticed_by(name: str, cell: Cell) -> bool:
    """Whether a cell is one that a notice, a dispute or a repair begins with."""
    lists, public = code_lists()
    row = lists[cell.list]
    if (
        name == "dispute"
    ):  # whatever a public page shows is seen there, also what it ought not to have
        return cell.holder in public and (not _owns(cell) or row["sharing"] == "public")
    made_up_for = (row["polarity"], cell.kind) == ("negative", LISTED)
    return _owns(cell) and (name == "notice" or made_up_for)


def _followed(name: str, noticed: Cell, shown: Shown, seed: int) -> Remedy:
    """The steps of a remedy from the day on which something is noticed, and what they do."""
    own = shown.began_at(noticed) == noticed.holder
    days = {"": noticed.day}
    steps: list[Step] = []
    removals: list[MishapEdit] = []
    correct_on, why_not = None, None
    for clock in clocks()[name]:
        if clock.after not in days or clock.step == ("forwarded" if own else "owned"):
            continue
        due = clock.due(days[clock.after])
        drawn = int(Stream(seed, f"remedy.{name}.{clock.step}").below(0, 1000))
        steps.append(Step(clock, due, taken=drawn < clock.per_thousand))
        if not steps[-1].taken:
            why_not = f"it ended on {due}, when it did not come about that {clock.title}"
            continue
        days[clock.step] = due
        if "correct" in clock.does:
            correct_on = due
        if "delete" in clock.does:
            there = shown.wrongly_listed(due)
            mine = (there[_CELL] == [noticed.holder, noticed.list, noticed.subject_id]).all(axis=1)
            removals += _removals(there[mine], due, removals)
    steps.sort(key=lambda step: step.day)
    at_source = name != "dispute" or not own
    return Remedy(name, noticed, tuple(steps), correct_on, at_source, tuple(removals), why_not)


def _removals(copies: pd.DataFrame, day: date, done: Sequence[MishapEdit]) -> list[MishapEdit]:
    """Deletions on a day of some copies, each entry once for each holder it came from.

    Args:
        copies: what is shown on that day.
        done: what was deleted before; where no sync brings it again, it is gone already.
    """
    gone = {replace(one, from_day=day) for one in done}
    found = [
        (row, _deleted(row, day))
        for row in copies.drop_duplicates(_ENTRY).itertuples()
        if row.taken_back
    ]
    kept = [one for row, one in found if row.replaces or one not in gone]
    return sorted(
        kept, key=lambda r: (r.at_holder, r.list, r.entry_id, r.subject_id, r.from_holder)
    )


_ENTRY = [*_CELL, "entry_id", "came_from"]


def _deleted(row: Any, day: date) -> MishapEdit:
    """The deletion of a copy on a day."""
    return MishapEdit(
        "deleted_by_hand",
        row.came_from,
        row.holder,
        row.list,
        entry_id=row.entry_id,
        subject_id=row.subject_id,
        from_day=day,
    )


def _compared(shown: Shown) -> Remedy:
    """What holders delete when they compare themselves with the owner, every so many days.

    What they lack, or show otherwise than the owner, is put right where that came about at a holder.
    """
    (clock,) = clocks()["reconciliation"]
    owners = {name: row["owner"] for name, row in code_lists()[0].items()}
    steps, removals = [], []
    day = clock.due(shown.day0)
    while day < shown.horizon:
        then = _on(shown.copies, day)
        owned = then[then["holder"] == then["list"].map(owners)]
        of_owner = set(zip(owned["entry_id"], owned["subject_id"], strict=True))
        wrong = shown.wrongly_listed(day)
        pairs = zip(wrong["entry_id"], wrong["subject_id"], strict=True)
        gone = _removals(wrong[[pair not in of_owner for pair in pairs]], day, removals)
        cells = _on(shown.cells, day)
        cells = cells[cells["kind"] != LISTED]
        at_owner = cells["holder"] == cells["list"].map(owners)
        unlike = _about(cells[~at_owner]) - _about(cells[at_owner])
        if gone or unlike:
            removals += gone
            steps.append(Step(clock, day))
        day = clock.due(day)
    correct_on = steps[0].day if steps else None
    why_not = (
        None if steps else "no holder differs from the owner of the list on a day they compare"
    )
    return Remedy("reconciliation", None, tuple(steps), correct_on, False, tuple(removals), why_not)


def _about(cells: pd.DataFrame) -> set[tuple[str, str]]:
    """The lists and subjects of some cells."""
    return set(zip(cells["list"], cells["subject_id"], strict=True))


def _on(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    """The rows of a frame that hold on a day."""
    then, ends = pd.Timestamp(day), pd.to_datetime(frame["to_day"])
    return frame[(pd.to_datetime(frame["from_day"]) <= then) & (ends.isna() | (ends > then))]


def _day(value: object) -> date:
    return pd.Timestamp(value).date()
