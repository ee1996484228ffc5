"""The file is written in the other of the two usual encodings: GB18030 where the contract says
UTF-8, UTF-8 where it says GB18030.

Office programs save text in the encoding of the system, which on Chinese Windows is GB18030 or its
older part GBK; whoever opens and saves a file changes its encoding.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw
from sources.files import PACKED, Refused, is_text, opened, pack
from sources.files.delimited import codec

TITLE = "Wrong encoding"
SCOPE = "once"
MECHANISM = "in_bursts"


def fits(feed: Feed) -> bool:
    """Feeds of text: workbooks and Parquet files say their encoding themselves."""
    return is_text(feed)


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The same text in the other encoding; None where both write it alike."""
    feed = sent.feed
    other = "utf-8" if codec(feed) == "gb18030" else "gb18030"
    try:
        text = opened(feed, sent.file(day)).decode(codec(feed)).removeprefix("\ufeff")
    except (Refused, UnicodeDecodeError):
        return None
    content = text.encode(other)
    if content == text.encode(codec(feed)):
        return None
    return pack(content) if feed.format == PACKED else content
