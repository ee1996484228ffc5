"""The file of a day bears the name of the next delivery: no file comes on its own day, and on the
next one it stands in the place of the file that should have come.

Files are named by hand or by a job that runs after midnight; of two files of one name in a folder
the later one stays.
"""

from datetime import date

from sources.faults.deliveries import NO_FILE, Deliveries
from sources.faults.draw import Draw

TITLE = "Delivery under another day's name"
SCOPE = "once"
MECHANISM = "in_bursts"

SPAN = 2  # the delivery that bears the wrong name, and the one whose place it takes


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """No file on the first day, and on each later one the file of the delivery before it."""
    if day == sent.begin:
        return NO_FILE
    before = sent.file(days[days.index(day) - 1])
    return None if before == sent.file(day) else before
