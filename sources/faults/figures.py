"""Where figures stand in a row, and what they may become."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from schemas.contract import MOST, Column, Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import Draw

FIGURES = ("money", "wan", "integer")  # kinds of number: sums, sums in 10,000 yuan, counts

CORRECTION = RIGHTED | {"append": "a further row with the right figure; the wrong one stays"}


def figure_columns(feed: Feed, parses: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that must read as one of these kinds of number and say something of the subject."""
    return tuple(c.name for c in feed.columns if c.parse in parses and c.content)


def times(text: str, factor: Decimal, column: Column) -> str | None:
    """A figure so many times as large, with as many decimals as it had.

    None where nothing would be left of it, or the column could not hold it.
    """
    try:
        figure = Decimal(text)
    except InvalidOperation:
        return None
    moved = figure * factor
    written = f"{moved:.{len(text.partition('.')[2])}f}"
    if Decimal(written) != moved or moved == figure:
        return None
    too_wide = column.width is not None and len(written) > column.width
    misfit = column.pattern is not None and not re.fullmatch(column.pattern, written)
    return None if too_wide or misfit else written


def within_bounds(text: str, column: Column) -> bool:
    """Whether a figure lies where the contract lets it lie."""
    least = Decimal(0) if column.at_least is None else column.at_least
    most = MOST[column.parse or "money"] if column.at_most is None else column.at_most
    return least <= Decimal(text) <= most


def rescaled(row: Row, draw: Draw, names: Sequence[str], factors: Sequence[Decimal]) -> Row | None:
    """The row with one figure of these columns multiplied by one of these factors.

    Column and factor are drawn; where the column cannot hold the product, another factor is.
    """
    held = [name for name in names if row.get(name)]
    if not held:
        return None
    name, left = draw.pick(held), list(factors)
    while left:
        written = times(row[name], left.pop(draw.below(len(left))), draw.feed.column(name))
        if written is not None:
            return row | {name: written}
    return None
