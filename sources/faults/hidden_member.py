"""Every number in a resident's record that ties him to his household is left out, so that nobody
answers for him and he answers for nobody.

Histories of the baojia: households that answered for each other hid members, and registers were
forwarded unchecked.
"""

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns

TITLE = "Hidden member"
GROUP = "values"
MECHANISM = "given_other_columns"
INTENT = "intent"
CORRECTION = RIGHTED | {"append": "a further, full row; the other one stays"}


def fits(feed: Feed) -> bool:
    """Registers of residents that name the others of a household by number."""
    return feed.registry == "resident" and bool(columns(feed))


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns for numbers of relatives: all resident numbers but the resident's own, the first."""
    return identifier_columns(feed, ("resident_no",))[1:]


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row without any number of a relative."""
    held = [name for name in columns(draw.feed) if row.get(name)]
    return row | dict.fromkeys(held) if held else None
