"""A figure has the opposite sign: what is owed reads as a credit.

Ledgers that book debts as negative and ledgers that book them as positive amounts, joined without a
look at either.
"""

from decimal import Decimal

from sources.faults.base import Row
from sources.faults.draw import Draw
from sources.faults.figures import CORRECTION, rescaled
from sources.faults.inflated_figure import columns

__all__ = ["CORRECTION", "columns"]

TITLE = "Sign flipped"
GROUP = "values"


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one figure negated; nothing is nothing with either sign."""
    return rescaled(row, draw, columns(draw.feed), (Decimal(-1),))
