"""A name is written in traditional characters instead of the simplified ones of the register.

Signboards, seals and papers from Hong Kong or Taiwan; Unicode's normal forms do not make the one of
the other.
"""

from sources.faults.base import RIGHTED, Row
from sources.faults.characters import confused
from sources.faults.draw import Draw
from sources.faults.identifiers import name_columns, rewritten

TITLE = "Traditional characters"
GROUP = "names"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the registered name; the other one stays"}
columns = name_columns


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with every character of one name in its traditional form."""
    table = confused("traditional")
    return rewritten(
        row, draw, columns(draw.feed), lambda text, _: "".join(table.get(c, (c,))[0] for c in text)
    )
