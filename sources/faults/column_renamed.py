"""One column bears another name, its own in capitals, so that by name it is not there.

Databases fold names to capitals or to small letters; one public crawler of tax lists needed a dozen
spellings of a header for each field.
"""

from dataclasses import replace
from datetime import date

from schemas.contract import Feed
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Column renamed"
MECHANISM = "drifting"


def fits(feed: Feed) -> bool:
    """Feeds whose files name their columns."""
    return feed.format != "fixed"


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with one column renamed."""
    old = draw.pick(sent.feed.columns)
    new = replace(old, name=old.name.upper() if old.name != old.name.upper() else f"{old.name}_1")
    columns = tuple(new if c == old else c for c in sent.feed.columns)
    rows = [{new.name: row[old.name]} | row for row in sent.rows(day)]
    return sent.instead(day, rows, replace(sent.feed, columns=columns))
