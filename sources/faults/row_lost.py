"""The record's row is missing from the delivery.

An export that stops at a row it cannot write; absence then reads as withdrawal.
"""

from datetime import date

from sources.faults.base import History, changed
from sources.faults.draw import Draw

TITLE = "Row lost"
CORRECTION = {
    "snapshot": "the row stands in the next delivery",
    "changes": "the row arrives, late",
    "append": "the row arrives, late",
}


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when this record's rows are lost from `day` on, before `until`."""
    return changed(history, day, until, lambda rows: [])
