"""The file breaks off somewhere after its first fifth: the record there is cut, those after it are
missing, and so is whatever closes the file. A packed file cannot be opened at all.

A transfer that is interrupted, or a disk that is full; the TCP connection ends and the receiver
takes what there is for the file.
"""

from datetime import date

from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Truncated delivery"
SCOPE = "once"

DIVISOR = 5  # of the length: at least a fifth of the file arrives


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The bytes of the file up to a place drawn behind its first fifth."""
    data = sent.file(day)
    least = len(data) // DIVISOR
    return data[: least + draw.below(len(data) - least)] or None
