"""All rows that withdraw a record are left out of the delivery, so that whatever ended goes on
being believed.

Exports that select what is there cannot tell what is gone. Herring v. United States (2009) turned
on one recall that never reached the next county's database.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import withdraws
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Withdrawals not exported"
MECHANISM = "in_bursts"
CORRECTION = {"changes": "the withdrawals arrive, late"}


def fits(feed: Feed) -> bool:
    """Feeds of changes that withdraw."""
    return "withdraw" in feed.effect_codes.values()


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file without its withdrawals."""
    return sent.instead(day, [row for row in sent.rows(day) if not withdraws(sent.feed, row)])
