"""The code of a firm that shares in it, that it shares in or that it declares as a partner stands
instead of the firm's own: it passes every check and belongs to another.

Whoever fills a form for a group takes the number of the parent or of the branch. Partners answer
for each other's listings anyway, which hides the mistake.
"""

from schemas.contract import Column, Feed
from sources.faults.base import RIGHTED
from sources.faults.draw import Draw
from sources.faults.identifiers import firm_code_columns, scheme_of

TITLE = "Code of a linked firm"
GROUP = "identifiers"
MECHANISM = "given_other_columns"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}


def fits(feed: Feed) -> bool:
    """Feeds that give codes of firms; public bodies have neither parent nor partner."""
    return feed.registry != "public_body" and bool(columns(feed))


columns = firm_code_columns


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The code of a firm linked with its bearer."""
    scheme = scheme_of(column, text)
    firms = draw.others.linked(scheme, text) if scheme else ()
    return draw.pick(firms) if firms else None
