"""A year was kept with two digits and is written out in the wrong century: 1919 for 2019, or 2085
for 1985.

Programs that keep two digits of a year draw a line somewhere, spreadsheets at 30: what lies before
it is of this century, what lies after it of the last.
"""

from sources.faults.base import Row
from sources.faults.days import CORRECTION, Parts, real_day, with_another_day
from sources.faults.days import day_columns as columns
from sources.faults.draw import Draw

__all__ = ["CORRECTION", "columns"]

TITLE = "Wrong century"
GROUP = "values"
MECHANISM = "given_its_value"

_OTHER = {"19": "20", "20": "19"}


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with the year of one date a hundred years off."""
    return with_another_day(row, draw, in_other_century)


def in_other_century(parts: Parts) -> Parts | None:
    """The same day a hundred years on or back; None where there is none."""
    year, month, day = parts
    other = (_OTHER.get(year[:2], year[:2]) + year[2:], month, day)
    return other if real_day(other) else None
