"""Where a day belongs, or where an end is left open, stands the first or the last day that a
program knows: 1900-01-01, or 9999-12-31 for 'without end'.

Databases whose end of a period must not be empty write 9999-12-31; a spreadsheet shows a zero as
the first day of 1900.
"""

from sources.faults.base import Row
from sources.faults.days import CORRECTION, form_for, written_like
from sources.faults.days import day_columns as columns
from sources.faults.draw import Draw

__all__ = ["CORRECTION", "columns"]

TITLE = "Far day"
GROUP = "values"
MECHANISM = "given_its_value"

FIRST = ("1900", "01", "01")
LAST = ("9999", "12", "31")


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with the first day for a day of it, or with the last for an end, open or not."""
    feed = draw.feed
    far: list[tuple[str, str]] = []
    for column in map(feed.column, columns(feed)):
        held = row.get(column.name)
        days = ((FIRST,) if held else ()) + (() if column.required else (LAST,))
        texts = (written_like(form_for(feed, row, column.name), day) for day in days)
        far += [(column.name, t) for t in texts if t != held and t not in column.means_open]
    return row | dict([draw.pick(far)]) if far else None
