"""Each row has the values of two columns of a kind exchanged, while the header stays as it is: the
father's number under the mother's, the day it ends under the day it began, a remark for a name.

A query that selects by place. In Ibrahim v. DHS (2014) one form filled in the wrong way round took
nine years to undo.
"""

from datetime import date
from itertools import combinations

from schemas.contract import Feed
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Columns swapped"
MECHANISM = "drifting"


def _pairs(feed: Feed) -> list[tuple[str, str]]:
    """Pairs of columns neither of which is of the key or says what a row does.

    Numbers change places only with numbers of their own scheme: as one of another scheme a number
    might be somebody's.
    """
    free = [c for c in feed.columns if c.name not in (*feed.natural_key, feed.effect_column)]
    return [
        (a.name, b.name)
        for a, b in combinations(free, 2)
        if a.scheme == b.scheme and a.width == b.width
    ]


def fits(feed: Feed) -> bool:
    """Feeds with two columns that can be exchanged."""
    return bool(_pairs(feed))


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with the values of two columns exchanged."""
    a, b = draw.pick(_pairs(sent.feed))
    return sent.instead(day, [row | {a: row[b], b: row[a]} for row in sent.rows(day)])
