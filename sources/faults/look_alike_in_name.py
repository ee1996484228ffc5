"""A character that looks like the one meant."""

from __future__ import annotations

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.characters import one_confused
from sources.faults.draw import Draw
from sources.faults.identifiers import name_columns, rewritten

KIND = "look_alike_in_name"
TITLE = "Look-alike in a name"
DESCRIPTION = "One character of a name is another that looks much like it."
MODELS = (
    "Names copied from handwriting or read by a scanner: 余 and 佘, 末 and 未, 侯 and 候 differ by a "
    "stroke, and each is a name."
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
    """The row with one character of one name replaced by one that looks alike."""
    return rewritten(
        row, draw, columns(draw.feed), lambda t, _: one_confused(t, "look_alike", draw)
    )
