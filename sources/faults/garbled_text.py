"""All Chinese text of the delivery was read in the wrong encoding on its way and then written in
the right one: the file is sound and its names, words and Chinese codes are gibberish.

UTF-8 read as GBK, or GBK read as Latin-1, by a program in the middle; what could not be read is
replaced by U+FFFD and lost for good.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Garbled text"
SCOPE = "once"
MECHANISM = "in_bursts"


def fits(feed: Feed) -> bool:
    """All but fixed-width feeds, whose columns have no room for it."""
    return feed.format != "fixed"


def garbled(text: str | None, encoding: str) -> str | None:
    """A text written in one encoding and read in another."""
    if text is None or text.isascii():
        return text
    if encoding == "gb18030":
        return text.encode("gb18030").decode("latin-1")
    return text.encode("utf-8").decode("gb18030", "replace")


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with every value garbled that is not plain ASCII."""
    rows = sent.rows(day)
    return sent.instead(
        day, [{c: garbled(v, sent.feed.encoding) for c, v in row.items()} for row in rows]
    )
