"""An amount is written in yuan where the column is in units of 10,000 yuan, or the other way round,
and so is ten thousand times too large or too small.

The published layout of administrative penalties gives fines in units of 10,000 yuan with six
decimals; whoever copies the figure from the decision writes yuan.
"""

from decimal import Decimal

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import Draw
from sources.faults.figures import figure_columns, rescaled

TITLE = "Wrong unit"
GROUP = "values"
CORRECTION = RIGHTED | {"append": "a further row with the right amount; the wrong one stays"}

FACTOR = Decimal(10_000)


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns that must read as money, in yuan or in units of 10,000 yuan."""
    return figure_columns(feed, ("money", "wan"))


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one amount multiplied or divided by ten thousand."""
    return rescaled(row, draw, columns(draw.feed), (1 / FACTOR, FACTOR))
