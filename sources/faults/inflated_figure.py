"""A figure is falsified: 2 to 56 times what it should be, written as it should be and within every
bound of the contract, so that every check passes.

The teaching case on Rongcheng tells of figures inflated up to 56-fold by those who reported them,
which nobody found out by looking at the file.
"""

from decimal import Decimal

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import TRIES, Draw
from sources.faults.figures import FIGURES, figure_columns, times, within_bounds

TITLE = "Inflated figure"
GROUP = "values"
MECHANISM = "given_its_value"
INTENT = "intent"
CORRECTION = RIGHTED | {"append": "a further row with the right figure; the wrong one stays"}

MOST_FOLD = 56


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns that hold figures: sums of money, hours, counts."""
    return figure_columns(feed, FIGURES)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one figure inflated."""
    held = [name for name in columns(draw.feed) if row.get(name)]
    if not held:
        return None
    name = draw.pick(held)
    for _ in range(TRIES):
        fold = Decimal(2 + draw.below(MOST_FOLD - 1))
        written = times(row[name], fold, draw.feed.column(name))
        if written is not None and within_bounds(written, draw.feed.column(name)):
            return row | {name: written}
    return None
