"""The decimal point of an amount stands one or two places off, so that it is 10 or 100 times too
large or too small.

A digit left out or struck twice while an amount is typed from paper, or a lost point.
"""

from decimal import Decimal

from sources.faults.base import Row
from sources.faults.draw import Draw
from sources.faults.figures import CORRECTION, rescaled
from sources.faults.wrong_unit import columns

__all__ = ["CORRECTION", "columns"]

TITLE = "Decimal point moved"
GROUP = "values"

FACTORS = tuple(Decimal(10) ** places for places in (-2, -1, 1, 2))


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with the point of one amount moved."""
    return rescaled(row, draw, columns(draw.feed), FACTORS)
