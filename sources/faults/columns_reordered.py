"""The columns stand in another order and their names moved with them: harmless where a file is read
by name, and wrong throughout where it is read by place.

A query that somebody wrote anew by hand: of all changes of a layout the one that a reader by name
does not notice.
"""

from dataclasses import replace
from datetime import date

from schemas.contract import Feed
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Columns reordered"
SCOPE = "once"


def fits(feed: Feed) -> bool:
    """Feeds whose files name their columns."""
    return feed.format != "fixed" and len(feed.columns) > 1


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with its columns begun at another one, and those before it at the end."""
    columns = sent.feed.columns
    first = 1 + draw.below(len(columns) - 1)
    layout = replace(sent.feed, columns=columns[first:] + columns[:first])
    return sent.instead(day, sent.rows(day), layout)
