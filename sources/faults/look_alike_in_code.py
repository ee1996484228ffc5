"""A character of an identifier is taken for one that looks like it: O for 0, I for 1, Z for 2, S
for 5, B for 8 or the other way round.

Codes read off paper or by a scanner. GB 32100-2015 leaves I, O, S, V and Z out of the USCC for this
reason; GB 11714-1997 allows them, and Z for 2 passes the check of an organisation code.
"""

from schemas.contract import Column
from sources.faults.base import RIGHTED
from sources.faults.characters import one_confused
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns

TITLE = "Look-alike character in a code"
GROUP = "identifiers"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}
columns = identifier_columns


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The code with one character taken for another."""
    return one_confused(text, "in_code", draw)
