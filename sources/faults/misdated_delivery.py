"""A file named after the day of the next delivery, whose file it replaces."""

from __future__ import annotations

from datetime import date

from sources.faults.deliveries import NO_FILE, SENT_AGAIN, Deliveries
from sources.faults.draw import Draw

KIND = "misdated_delivery"
TITLE = "Delivery under another day's name"
DESCRIPTION = (
    "The file of a day bears the name of the next delivery: no file comes on its own day, and on the "
    "next one it stands in the place of the file that should have come."
)
MODELS = (
    "Files are named by hand or by a job that runs after midnight; of two files of one name in a folder "
    "the later one stays."
)
LEVEL = "delivery"
SCOPE = "once"
GROUP = "deliveries"
MECHANISM = "in_bursts"
INTENT = "accident"
CORRECTION = SENT_AGAIN

SPAN = 2  # the delivery that bears the wrong name, and the one whose place it takes


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """No file on the first day, and on each later one the file of the delivery before it."""
    if day == sent.begin:
        return NO_FILE
    before = sent.file(days[days.index(day) - 1])
    return None if before == sent.file(day) else before
