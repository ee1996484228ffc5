"""The code of a parent, a subsidiary or a partner instead of the firm's own."""

from __future__ import annotations

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import Draw
from sources.faults.identifiers import firm_code_columns, rewritten, scheme_of

KIND = "code_of_linked_firm"
TITLE = "Code of a linked firm"
DESCRIPTION = (
    "The code of a firm that shares in it, that it shares in or that it declares as a partner stands "
    "instead of the firm's own: it passes every check and belongs to another."
)
MODELS = (
    "Whoever fills a form for a group takes the number of the parent or of the branch. Partners "
    "answer for each other's listings anyway, which hides the mistake."
)
LEVEL = "cell"
SCOPE = "source"
GROUP = "identifiers"
MECHANISM = "given_other_columns"
INTENT = "accident"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}


def fits(feed: Feed) -> bool:
    """Feeds that give codes of firms; public bodies have neither parent nor partner."""
    return feed.registry != "public_body" and bool(columns(feed))


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns for codes of organisations."""
    return firm_code_columns(feed)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one code exchanged for that of a firm linked with its bearer."""

    def of_linked(text: str, column: object) -> str | None:
        scheme = scheme_of(column, text)
        firms = draw.others.linked(scheme, text) if scheme else ()
        return draw.pick(firms) if firms else None

    return rewritten(row, draw, columns(draw.feed), of_linked)
