"""Day and month of a date change places, where both can be a month, so that another day of the same
year is written.

A spreadsheet set to another country's order of dates reads 2024-03-04 as the third of April. The
published court list already writes its two days in two forms.
"""

from sources.faults.base import Row
from sources.faults.days import CORRECTION, Parts, with_another_day
from sources.faults.days import day_columns as columns
from sources.faults.draw import Draw

__all__ = ["CORRECTION", "columns"]

TITLE = "Day and month swapped"
GROUP = "values"
MECHANISM = "given_its_value"


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with day and month of one date exchanged."""
    return with_another_day(row, draw, swapped)


def swapped(parts: Parts) -> Parts | None:
    """Day and month exchanged; None where the day could be no month."""
    year, month, day = parts
    return (year, day, month) if "01" <= day <= "12" else None
