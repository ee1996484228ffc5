"""A file with every second row."""

from __future__ import annotations

from datetime import date

from sources.faults.deliveries import SENT_AGAIN, Deliveries
from sources.faults.draw import Draw

KIND = "volume_halved"
TITLE = "Volume halved"
DESCRIPTION = "Every second row is missing from the delivery, all through the file."
MODELS = (
    "One of two export processes, or of two regional servers, did not run, and the rows were dealt out "
    "between them in turn."
)
LEVEL = "delivery"
SCOPE = "once"
GROUP = "deliveries"
MECHANISM = "in_bursts"
INTENT = "accident"
CORRECTION = SENT_AGAIN


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with its first row, its third, and so on."""
    return sent.instead(day, sent.rows(day)[::2])
