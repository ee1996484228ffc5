"""One character of a name is another that sounds the same.

Names taken down by ear, and typed by sound: an input method offers every character of a syllable,
the commonest first.
"""

from schemas.contract import Column
from sources.faults.base import RIGHTED
from sources.faults.characters import one_confused
from sources.faults.draw import Draw
from sources.faults.identifiers import name_columns

TITLE = "Homophone in a name"
GROUP = "names"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the right name; the wrong one stays"}
columns = name_columns


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The name with one character replaced by one that sounds alike."""
    return one_confused(text, "homophone", draw)
