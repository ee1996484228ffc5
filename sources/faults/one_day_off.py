"""A date is a day early or a day late.

Midnight in China is 16:00 of the day before in UTC, so that a time cut to its date in another time
zone loses a day; 24:00 of one day is 0:00 of the next.
"""

from datetime import timedelta

from sources.faults.base import Row
from sources.faults.days import CORRECTION, Parts, parts_of_day, real_day, with_another_day
from sources.faults.days import day_columns as columns
from sources.faults.draw import Draw

__all__ = ["CORRECTION", "columns"]

TITLE = "One day off"
GROUP = "values"


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one date moved by a day."""
    by = timedelta(days=(-1, 1)[draw.below(2)])

    def change(parts: Parts) -> Parts | None:
        day = real_day(parts)
        return parts_of_day(day + by) if day and day.year < 9999 else None

    return with_another_day(row, draw, change)
