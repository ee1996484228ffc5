"""An amount is written in fen where the column is in yuan, or the other way round, and so is a
hundred times too large or too small.

Payment systems count in whole fen, banks and authorities write yuan with two decimals; whoever
copies from the one to the other has to divide.
"""

from decimal import Decimal

from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.draw import Draw
from sources.faults.figures import CORRECTION, figure_columns, rescaled

__all__ = ["CORRECTION"]

TITLE = "Fen for yuan"
GROUP = "values"

FACTOR = Decimal(100)


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns for amounts in yuan or in fen."""
    whole = (n for n in figure_columns(feed, ("integer",)) if "金额" in feed.column(n).title_zh)
    return (*figure_columns(feed, ("money",)), *whole)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one amount multiplied or divided by a hundred."""
    return rescaled(row, draw, columns(draw.feed), (1 / FACTOR, FACTOR))
