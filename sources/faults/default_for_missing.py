"""A cell for which nothing is known is filled with what the form fills in by itself: 0, the first
day of 1900, the first code of the list, or the word for 'none'.

Forms that do not let a cell stay empty. In the published court list the age of every company is 0.
"""

from schemas.contract import DAYS, Column, Feed
from sources.faults.base import RIGHTED, Row, can_hold
from sources.faults.codes import entries
from sources.faults.days import form_for, written_like
from sources.faults.draw import Draw
from sources.faults.far_day import FIRST

TITLE = "Default for a missing value"
GROUP = "values"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the cell empty; the filled one stays"}
FRAME = "empty"  # drawn among the records with an empty cell in one of these columns

_TEXTS = ("无", "0")


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns that may be empty, hold no identifier, and can hold a default."""
    return tuple(
        c.name
        for c in feed.columns
        if c.content and not c.required and not c.scheme and _default(feed, c, {})
    )


def _default(feed: Feed, column: Column, row: Row) -> str | None:
    """What a form fills in; None if the column cannot hold any of it."""
    if column.parse in DAYS:
        texts: tuple[str, ...] = (written_like(form_for(feed, row, column.name), FIRST),)
    elif column.parse:
        texts = ("0",)
    elif column.valid_values:
        texts = tuple(entries(column.valid_values))[:1]
    else:
        texts = _TEXTS
    return next((text for text in texts if can_hold(feed, column, text)), None)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one of its empty cells filled; None if none is empty and can hold a default."""
    feed = draw.feed
    empty = (name for name in columns(feed) if not row.get(name))
    found = [(n, text) for n in empty if (text := _default(feed, feed.column(n), row))]
    return row | dict([draw.pick(found)]) if found else None
