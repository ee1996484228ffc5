"""From this delivery on the files come in another version of the layout, which nobody announced:
one column is gone, or there is one more.

Administrative penalties are published in the layouts of 2015 and of 2018, and each agency changed
over when it did.
"""

from dataclasses import replace
from datetime import date

from schemas.contract import Column
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Layout switched"
MECHANISM = "drifting"

MORE = Column("bbh", "版本号", "Version of the layout.", width=4)


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with a column more at the end, or without one that is drawn."""
    columns, rows = sent.feed.columns, sent.rows(day)
    if draw.below(2):
        rows = [row | {MORE.name: "V2"} for row in rows]
        return sent.instead(day, rows, replace(sent.feed, columns=(*columns, MORE)))
    gone = draw.below(len(columns))
    layout = replace(sent.feed, columns=columns[:gone] + columns[gone + 1 :])
    return sent.instead(day, rows, layout)
