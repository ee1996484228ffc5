"""Yuan written where 10,000 yuan are meant, or the other way round."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from schemas.contract import Column, Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import Draw

KIND = "wrong_unit"
TITLE = "Wrong unit"
DESCRIPTION = (
    "An amount is written in yuan where the column is in units of 10,000 yuan, or the other way "
    "round, and so is ten thousand times too large or too small."
)
MODELS = (
    "The published layout of administrative penalties gives fines in units of 10,000 yuan with six "
    "decimals; whoever copies the figure from the decision writes yuan."
)
LEVEL = "cell"
SCOPE = "source"
CORRECTION = RIGHTED | {"append": "a further row with the right amount; the wrong one stays"}

FACTOR = Decimal(10_000)


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns that must read as money, in yuan or in units of 10,000 yuan."""
    return tuple(c.name for c in feed.columns if c.parse in ("money", "wan"))


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one amount multiplied or divided by ten thousand."""
    held = [name for name in columns(draw.feed) if row.get(name)]
    if not held:
        return None
    name = draw.pick(held)
    for up in (True, False) if draw.below(2) else (False, True):
        written = rewrite(row[name], up, draw.feed.column(name))
        if written is not None:
            return row | {name: written}
    return None


def rewrite(text: str, up: bool, column: Column) -> str | None:
    """The amount ten thousand times larger or smaller, with as many decimals as it had.

    None where nothing would be left of it, or the column could not hold it.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    moved = amount * FACTOR if up else amount / FACTOR
    decimals = len(text.partition(".")[2])
    written = f"{moved:.{decimals}f}"
    if Decimal(written) != moved or moved == amount:
        return None
    too_wide = column.width is not None and len(written) > column.width
    misfit = column.pattern is not None and not re.fullmatch(column.pattern, written)
    return None if too_wide or misfit else written
