"""Every row of one office in the delivery gives one of its amounts ten thousand times too large or
too small, while the rows of the other offices are right.

One layout has fines in yuan and the next in units of 10,000 yuan; an office that fills its table by
the older one has all of its rows wrong at once.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw
from sources.faults.figures import times
from sources.faults.wrong_unit import FACTOR, columns

TITLE = "Office in another unit"
SCOPE = "once"
MECHANISM = "in_bursts"

OFFICES = (
    "机关",
    "法院",
    "单位",
    "金融机构名称",
)  # how the title of a column ends that names an office


def _office(feed: Feed) -> str | None:
    """The column that says whose row it is."""
    return next((c.name for c in feed.columns if c.title_zh.endswith(OFFICES)), None)


def fits(feed: Feed) -> bool:
    """Feeds of several offices with amounts of money."""
    return _office(feed) is not None and bool(columns(feed))


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with one amount of all rows of one office in another unit."""
    rows, office = sent.rows(day), _office(sent.feed)
    offices = sorted({row[office] for row in rows if row[office]})
    if not offices:
        return None
    whose, name = draw.pick(offices), draw.pick(columns(sent.feed))
    factor = draw.pick((1 / FACTOR, FACTOR))

    def written(row: Row) -> Row:
        amount = row[name] and times(row[name], factor, sent.feed.column(name))
        return row | {name: amount} if amount and row[office] == whose else row

    return sent.instead(day, map(written, rows))
