"""One character of a name is another that looks much like it.

Names copied from handwriting or read by a scanner: 余 and 佘, 末 and 未, 侯 and 候 differ by a stroke,
and each is a name.
"""

from schemas.contract import Column
from sources.faults.base import RIGHTED
from sources.faults.characters import one_confused
from sources.faults.draw import Draw
from sources.faults.identifiers import name_columns

TITLE = "Look-alike in a name"
GROUP = "names"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the right name; the wrong one stays"}
columns = name_columns


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The name with one character replaced by one that looks alike."""
    return one_confused(text, "look_alike", draw)
