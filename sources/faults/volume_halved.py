"""Every second row is missing from the delivery, all through the file.

One of two export processes, or of two regional servers, did not run, and the rows were dealt out
between them in turn.
"""

from datetime import date

from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Volume halved"
SCOPE = "once"
MECHANISM = "in_bursts"


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with its first row, its third, and so on."""
    return sent.instead(day, sent.rows(day)[::2])
