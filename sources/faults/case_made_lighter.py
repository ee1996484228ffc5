"""Somebody inside replaces what a case is about by a less grave matter, or its amount by a part of
it, written as it should be, so that every check passes.

Histories of the baojia: whoever keeps the register decides what stands in it. The severity of a
penalty follows from its ground and its amount.
"""

from decimal import Decimal

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.codes import code_columns, graded_columns, gravest, gravity, recoded
from sources.faults.draw import Draw
from sources.faults.figures import figure_columns, rescaled

TITLE = "Case made lighter"
GROUP = "values"
MECHANISM = "given_its_value"
INTENT = "intent"
CORRECTION = RIGHTED | {"append": "a further row with the case as it is; the lighter one stays"}

FACTORS = tuple(1 / Decimal(part) for part in (2, 4, 5, 10, 20, 25, 50))


def _matters(feed: Feed) -> tuple[str, ...]:
    """The coded columns that tell of graver and less grave matters."""
    return tuple(n for n in code_columns(feed) if len({*_bad(feed, n).values()}) > 1)


def _amounts(feed: Feed) -> tuple[str, ...]:
    """The columns for amounts, of a feed that tells of something bad."""
    return figure_columns(feed, ("money", "wan")) if graded_columns(feed) else ()


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns for what a case is about and for its amount."""
    return (*_matters(feed), *_amounts(feed))


def _bad(feed: Feed, column: str) -> dict[str, int]:
    """The codes of a column for something bad, and how grave each is."""
    return {code: n for code, n in gravity(feed.column(column).valid_values).items() if n}


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with a less grave code, or with a part of one amount; None if it says nothing bad."""
    feed = draw.feed
    if not gravest(feed, row):
        return None

    def lighter(name: str, code: str) -> list[str]:
        bad = _bad(feed, name)
        return [c for c, rank in bad.items() if rank < bad.get(code, 0)]

    ways = [
        lambda: recoded(row, draw, _matters(feed), lighter),
        lambda: rescaled(row, draw, _amounts(feed), FACTORS),
    ]
    first = draw.below(2)
    return ways[first]() or ways[1 - first]()
