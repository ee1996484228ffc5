"""The program that writes the file stops after some row and closes it properly: nothing in the file
tells that rows are missing.

Spreadsheets hold 65,536 or 1,048,576 rows and exports have limits of their own; what lies behind
them is left out without a word.
"""

from datetime import date

from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Export stopped"
SCOPE = "once"
MECHANISM = "in_bursts"


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with the rows up to one that is drawn."""
    rows = sent.rows(day)
    return sent.instead(day, rows[: draw.below(len(rows))]) if rows else None
