"""Beside the record stands a row that somebody inside has made up after it: the same said of
somebody else, whole and under a number of its own, without a case.

A register that nobody holds against the files behind it, whose data are treated as unassailable:
whoever may write in it may list anybody.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults import row_doubled
from sources.faults.base import History, Row, changed
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns
from sources.faults.row_doubled import CORRECTION, under_another_key
from sources.faults.unfounded_tip_off import somebody_else

__all__ = ["CORRECTION"]

TITLE = "Row invented"
INTENT = "intent"


def _number(feed: Feed) -> str | None:
    """The one column of the key, if it takes digits alone."""
    column = feed.column(feed.natural_key[0]) if len(feed.natural_key) == 1 else None
    return column.name if column and (column.pattern or "").startswith("^[0-9]{") else None


def fits(feed: Feed) -> bool:
    """Feeds that name by a code whom they speak of, and whose key can be made up."""
    keyed = row_doubled.fits(feed) or _number(feed) is not None
    return feed.registry is None and bool(identifier_columns(feed)) and keyed


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when there is an invented row beside the record from `day` on."""
    feed = draw.feed
    told = next((row for d in sorted(history) if d >= day for row in history[d]), None)
    whom = somebody_else(told, draw) if told else None
    if whom is None:
        return history
    number = _number(feed)
    if number:  # one that no office has reached yet
        digits = (str(draw.below(10)) for _ in told[number][1:])
        whom |= {number: "9" + "".join(digits)}

    def invented(row: Row) -> Row:
        return row | whom if number else under_another_key(feed, row | whom, "N")

    return changed(history, day, until, lambda rows: rows + [invented(row) for row in rows])
