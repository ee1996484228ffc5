"""Two neighbouring characters of an identifier stand in each other's place; most checks see it,
some schemes let one in so many pass.

The commonest slip after a single wrong key. A USCC (GB 32100-2015) and a resident number (GB
11643-1999) betray each, a registration number (GS15-2006) all but 2 %, an organisation code with
letters in it (GB 11714-1997) all but 7 %, a masked number none.
"""

from schemas.contract import Column
from sources.faults.base import RIGHTED
from sources.faults.characters import swapped
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns

TITLE = "Transposed code"
GROUP = "identifiers"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}
columns = identifier_columns


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The code with two neighbouring characters swapped."""
    return swapped(text, draw)
