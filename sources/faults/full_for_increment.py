"""Instead of its news the delivery holds the whole register as if all of it were new; what was
withdrawn that day is not in it, for a whole register does not tell what is gone.

A job that is set up again runs its first export once more. Contracts here bound a delivery by the
first one for this reason.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import SENT_AGAIN, Row, withdraws
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw
from sources.faults.history import Key, key_of

TITLE = "Full delivery for an increment"
SCOPE = "once"
MECHANISM = "in_bursts"
CORRECTION = {mode: SENT_AGAIN[mode] for mode in ("changes", "append")}


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with all that was ever sent and stands, each row as a new one."""
    feed = sent.feed
    ever = [row for d in days if d <= day for row in sent.rows(d)]
    return sent.instead(day, _standing(feed, ever) if feed.mode == "changes" else ever)


def _standing(feed: Feed, ever: list[Row]) -> list[Row]:
    """The last row of each record, as an assertion, but for those withdrawn."""
    last: dict[Key, Row] = {key_of(feed, row): row for row in ever}
    new = {feed.effect_column: feed.effect_code("assert")}
    return [row | new for row in last.values() if not withdraws(feed, row)]
