"""Instead of the whole the delivery holds only the rows that the one before did not have; all
others read as withdrawn.

A job changed over to sending changes while its receivers still take absence for withdrawal.
"""

from datetime import date

from sources.faults.base import SENT_AGAIN
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Increment for a full delivery"
SCOPE = "once"
MECHANISM = "in_bursts"
CORRECTION = {"snapshot": SENT_AGAIN["snapshot"]}


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with the rows that the delivery before it did not have."""
    before = {tuple(row.values()) for row in sent.rows(days[days.index(day) - 1])}
    return sent.instead(day, [row for row in sent.rows(day) if tuple(row.values()) not in before])
