"""One character of a name is another that looks much like it.

Names copied from handwriting or read by a scanner: 余 and 佘, 末 and 未, 侯 and 候 differ by a stroke,
and each is a name.
"""

from __future__ import annotations

from sources.faults.base import RIGHTED, Row
from sources.faults.characters import one_confused
from sources.faults.draw import Draw
from sources.faults.identifiers import name_columns, rewritten

TITLE = "Look-alike in a name"
GROUP = "names"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the right name; the wrong one stays"}
columns = name_columns


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one character of one name replaced by one that looks alike."""
    return rewritten(
        row, draw, columns(draw.feed), lambda t, _: one_confused(t, "look_alike", draw)
    )
