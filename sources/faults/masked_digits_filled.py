"""The month and day of birth that a published number hides are filled in, with those of somebody
else, so that it looks whole and is nobody's, or another's.

The court list stars out four digits of a person's number; whoever republishes it completes the
number from another source, found by name.
"""

import re

from schemas.contract import Column, Feed
from sources.faults.base import RIGHTED
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns

TITLE = "Masked digits filled in wrongly"
GROUP = "identifiers"
MECHANISM = "given_other_columns"
CORRECTION = RIGHTED | {"append": "a further row with the masked number; the other one stays"}


def columns(feed: Feed) -> tuple[str, ...]:
    """The identifier columns whose scheme or pattern has stars."""
    return tuple(
        name
        for name in identifier_columns(feed)
        if feed.column(name).scheme == "masked_resident_no"
        or r"\*" in (feed.column(name).pattern or "")
    )


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The number with its stars filled from the number of another."""
    stars = re.search(r"\*+", text)
    others = draw.others.codes("resident_no", text) if stars else ()
    if not others:
        return None
    return (
        text[: stars.start()] + draw.pick(others)[stars.start() : stars.end()] + text[stars.end() :]
    )
