"""A character that sounds like the one meant."""

from __future__ import annotations

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.characters import one_confused
from sources.faults.draw import Draw
from sources.faults.identifiers import name_columns, rewritten

KIND = "homophone_in_name"
TITLE = "Homophone in a name"
DESCRIPTION = "One character of a name is another that sounds the same."
MODELS = (
    "Names taken down by ear, and typed by sound: an input method offers every character of a "
    "syllable, the commonest first."
)
LEVEL = "cell"
SCOPE = "source"
GROUP = "names"
MECHANISM = "given_its_value"
INTENT = "accident"
CORRECTION = RIGHTED | {"append": "a further row with the right name; the wrong one stays"}


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns that hold a name."""
    return name_columns(feed)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one character of one name replaced by one that sounds alike."""
    return rewritten(row, draw, columns(draw.feed), lambda t, _: one_confused(t, "homophone", draw))
