"""A letter read for a digit in a code, or a digit for a letter."""

from __future__ import annotations

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.characters import one_confused
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns, rewritten

KIND = "look_alike_in_code"
TITLE = "Look-alike character in a code"
DESCRIPTION = (
    "A character of an identifier is taken for one that looks like it: O for 0, I for 1, Z for 2, S "
    "for 5, B for 8 or the other way round."
)
MODELS = (
    "Codes read off paper or by a scanner. GB 32100-2015 leaves I, O, S, V and Z out of the USCC for "
    "this reason; GB 11714-1997 allows them, and Z for 2 passes the check of an organisation code."
)
LEVEL = "cell"
SCOPE = "source"
GROUP = "identifiers"
MECHANISM = "given_its_value"
INTENT = "accident"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}


def columns(feed: Feed) -> tuple[str, ...]:
    """The identifier columns."""
    return identifier_columns(feed)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one character of one code taken for another."""
    return rewritten(row, draw, columns(draw.feed), lambda t, _: one_confused(t, "in_code", draw))
