"""From this delivery on every text of digits is exported as a number, without the zeros in front:
codes such as 01 become 1, and running numbers no longer are the keys they were.

Tables that pass through a spreadsheet or a typed database column; leading zeros are the first thing
they lose.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw
from sources.faults.identifiers import may_stand

TITLE = "Exported as numbers"
MECHANISM = "drifting"


def fits(feed: Feed) -> bool:
    """Feeds that say what a row does in a code with a zero in front."""
    return any(code.startswith("0") for code in feed.effect_codes)


def _number(text: str | None) -> str | None:
    digits = text is not None and text.isascii() and text.isdigit()
    return str(int(text)) if digits else text


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file without zeros in front; a row stays as it is if a number in it could be real."""

    def numbers(row: Row) -> Row:
        written = {name: _number(text) for name, text in row.items()}
        return written if may_stand(sent.feed, written, row) else row

    return sent.instead(day, map(numbers, sent.rows(day)))
