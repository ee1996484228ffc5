"""Two neighbouring characters of a code in each other's place."""

from __future__ import annotations

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.characters import swapped
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns, rewritten

KIND = "transposed_code"
TITLE = "Transposed code"
DESCRIPTION = (
    "Two neighbouring characters of an identifier stand in each other's place; most checks see it, "
    "some schemes let one in so many pass."
)
MODELS = (
    "The commonest slip after a single wrong key. A USCC (GB 32100-2015) and a resident number (GB "
    "11643-1999) betray each, a registration number (GS15-2006) all but 2 %, an organisation code "
    "with letters in it (GB 11714-1997) all but 7 %, a masked number none."
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
    """The row with two neighbouring characters of one code swapped."""
    return rewritten(row, draw, columns(draw.feed), lambda text, _: swapped(text, draw))
