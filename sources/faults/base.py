"""What every kind of fault is, whichever module tells it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.contract import Column, Feed

Row = dict[str, str | None]
History = dict[date, list[Row]]

SCOPES = ("source", "once")  # wrong until corrected, or in one delivery only

# What a module may say of its kind of fault. Mechanisms after the three of tab_err (completely at
# random, at random given other columns, depending on the value itself), in time and by delivery.
CHOICES = {
    "SCOPE": SCOPES,
    "GROUP": ("identifiers", "names", "values", "rows", "deliveries"),
    "MECHANISM": (
        "completely_at_random", "given_other_columns", "given_its_value", "in_bursts", "drifting",
    ),
    "INTENT": ("accident", "intent"),
}  # fmt: skip


def within(d: date, day: date, until: date | None) -> bool:
    """Whether a day is of those from `day` on, before `until` if there is an end."""
    return day <= d and (until is None or d < until)


def changed(
    history: History, day: date, until: date | None, change: Callable[[list[Row]], list[Row]]
) -> History:
    """A history with the rows of the days from `day` on, before `until`, changed."""
    return {d: change(rows) if within(d, day, until) else rows for d, rows in history.items()}


def withdraws(feed: Feed, row: Row) -> bool:
    """Whether a row takes its record back."""
    return feed.effect_of(row) == "withdraw"


def can_hold(feed: Feed, column: Column, text: str) -> bool:
    """Whether a text has the width and the pattern of a column."""
    too_wide = column.width is not None and len(text.encode(feed.encoding)) > column.width
    return not too_wide and (column.pattern is None or bool(re.fullmatch(column.pattern, text)))


# How the correction of a wrong cell rides, by delivery mode; feeds that append differ from fault to fault.
RIGHTED = {
    "snapshot": "the right row stands in the next delivery",
    "changes": "a row marked as a correction takes the wrong one's place",
}
# How a wrong delivery is put right.
SENT_AGAIN = {
    "snapshot": "the next delivery is the right one",
    "changes": "what did not arrive comes late; what is wrong is corrected or withdrawn",
    "append": "what did not arrive comes late; what came wrong or twice stays",
}


class FaultError(ValueError):
    """A fault that cannot be: the message is one sentence saying which and why."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault, as its module tells it. See the package's own words for the fields."""

    kind: str
    title: str
    description: str
    models: str
    level: str
    scope: str
    group: str
    mechanism: str
    intent: str
    correction: dict[str, str]
    frame: str
    span: int
    module: Any

    def fits(self, feed: Feed) -> bool:
        """Whether the feed has a place for this fault and a mode that can carry it."""
        if feed.mode not in self.correction:
            return False
        if hasattr(self.module, "fits"):
            return self.module.fits(feed)
        return self.level != "cell" or bool(self.columns(feed))

    def columns(self, feed: Feed) -> tuple[str, ...]:
        """The columns the fault may change; none where its module names none."""
        own: Callable | None = getattr(self.module, "columns", None)
        return tuple(own(feed)) if own else ()

    def places(self, feed: Feed, history: History, days: list[date]) -> list[date]:
        """Delivery days on which the fault can befall this record, in order."""
        own: Callable | None = getattr(self.module, "places", None)
        return own(feed, history, days) if own else sorted(day for day in history if history[day])
