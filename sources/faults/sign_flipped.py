"""A figure has the opposite sign: what is owed reads as a credit.

Ledgers that book debts as negative and ledgers that book them as positive amounts, joined without a
look at either.
"""

from decimal import Decimal

from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.draw import Draw
from sources.faults.figures import CORRECTION, FIGURES, figure_columns, rescaled

__all__ = ["CORRECTION"]

TITLE = "Sign flipped"
GROUP = "values"


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns that hold figures."""
    return figure_columns(feed, FIGURES)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one figure negated; nothing is nothing with either sign."""
    return rescaled(row, draw, columns(draw.feed), (Decimal(-1),))
