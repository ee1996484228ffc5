"""What the record has to say in one delivery is said in the next instead.

Decisions are to be published within 7 working days, and often are not.
"""

from datetime import date

from schemas.contract import MODES, Feed
from sources.faults.base import History
from sources.faults.draw import Draw

TITLE = "Late row"
SCOPE = "once"
CORRECTION = dict.fromkeys(MODES, "it puts itself right with the next delivery")


def places(feed: Feed, history: History, days: list[date]) -> list[date]:
    """Days with a row, but for the last delivery: what is late there never comes."""
    return sorted(day for day in history if history[day] and day != days[-1])


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the rows of `day` come with the next delivery.

    In a snapshot the next delivery says it anyway, and a row of its own there is the newer word.
    """
    after = days[days.index(day) + 1]
    sent = dict(history) | {day: []}
    if draw.feed.mode != "snapshot" and not history.get(after):
        sent[after] = history[day]
    elif draw.feed.mode == "append":
        sent[after] = history[day] + history[after]
    return sent
