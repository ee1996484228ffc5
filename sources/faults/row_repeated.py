"""The record's row stands in the delivery twice, letter for letter and under the same key.

A join that meets two rows where one was meant, or a page of an interface fetched twice.
"""

from datetime import date

from sources.faults.base import History, changed
from sources.faults.draw import Draw

TITLE = "Row repeated"
CORRECTION = {
    "snapshot": "the row stands in the next delivery once",
    "changes": "nothing more is sent: what is believed is right",
    "append": "nothing more is sent: nothing takes the second row back, nor does it say anything new",
}


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the record's rows come twice from `day` on, before `until`."""
    return changed(history, day, until, lambda rows: [*rows, *map(dict, rows)])
