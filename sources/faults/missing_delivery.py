"""No file is delivered on a day on which one is due, so that nothing is learned of it: neither what
is new nor what is withdrawn.

A scheduled job that did not run, or a connection that was down; the receiver cannot tell it from a
day without news unless it keeps a calendar.
"""

from datetime import date

from sources.faults.deliveries import NO_FILE, Deliveries
from sources.faults.draw import Draw

TITLE = "Missing delivery"
SCOPE = "once"
MECHANISM = "in_bursts"


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """No file."""
    return NO_FILE
