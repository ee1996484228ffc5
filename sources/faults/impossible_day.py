"""A date is written that no calendar has: a 30 February, or a day of a 13th month.

Dates typed into a text field that nothing checks. The check character of a resident number (GB
11643-1999) passes over a birthday on 30 February.
"""

from sources.faults.base import Row
from sources.faults.days import CORRECTION, Parts, with_another_day
from sources.faults.days import day_columns as columns
from sources.faults.draw import Draw

__all__ = ["CORRECTION", "columns"]

TITLE = "Impossible day"
GROUP = "values"


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one date made impossible."""
    thirteenth = bool(draw.below(2))

    def change(parts: Parts) -> Parts:
        year, _, day = parts
        return (year, "13", day) if thirteenth else (year, "02", "30")

    return with_another_day(row, draw, change)
