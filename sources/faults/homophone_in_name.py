"""One character of a name is another that sounds the same.

Names taken down by ear, and typed by sound: an input method offers every character of a syllable,
the commonest first.
"""

from __future__ import annotations

from sources.faults.base import RIGHTED, Row
from sources.faults.characters import one_confused
from sources.faults.draw import Draw
from sources.faults.identifiers import name_columns, rewritten

TITLE = "Homophone in a name"
GROUP = "names"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the right name; the wrong one stays"}
columns = name_columns


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one character of one name replaced by one that sounds alike."""
    return rewritten(row, draw, columns(draw.feed), lambda t, _: one_confused(t, "homophone", draw))
