"""An earlier delivery is sent again in place of this one: what was news then comes as news again,
and what is news now does not come.

A transfer job that picks up the old file. In 2019 a business-data site pushed a filing of 2015 to
its users as a new warning.
"""

from datetime import date

from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Stale delivery"
SCOPE = "once"
MECHANISM = "in_bursts"


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The bytes of a delivery drawn among the earlier ones; None if they are those of the day."""
    earlier = days[: days.index(day)]
    if not earlier:
        return None
    stale = sent.file(draw.pick(earlier))
    return None if stale == sent.file(day) else stale
