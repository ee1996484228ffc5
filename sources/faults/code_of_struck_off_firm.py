"""The code of a firm that has been deregistered or whose licence has been revoked stands instead of
the right one: a valid code that somebody bore, and nobody bears any more.

After a merger or a new foundation the old certificate stays in the drawer, and its number in the
forms; the register keeps a code for good (status 3 or 4 of GB/T 36104-2018).
"""

from schemas.contract import Column, Feed
from sources.faults.base import RIGHTED
from sources.faults.draw import Draw
from sources.faults.identifiers import firm_code_columns, scheme_of

TITLE = "Code of a firm struck off"
GROUP = "identifiers"
MECHANISM = "drifting"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}


def fits(feed: Feed) -> bool:
    """Feeds that give codes of organisations; not the register itself, which strikes them off."""
    return feed.registry is None and bool(columns(feed))


columns = firm_code_columns


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The code of a firm struck off."""
    scheme = "uscc" if scheme_of(column, text) == "tax_no" and len(text) == 18 else None
    firms = draw.others.struck_off(scheme or scheme_of(column, text) or "", draw.day)
    return draw.pick(firms) if firms else None
