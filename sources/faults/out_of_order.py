"""What was delivered of the record before comes again behind what is news, and so counts as the
later word: a change or a withdrawal is undone.

Messages of two senders in one queue, or a transfer tried again after it had gone through, without a
number or a time by which to put them in order.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import History, within
from sources.faults.draw import Draw

TITLE = "Out of order"
SCOPE = "once"
MECHANISM = "in_bursts"
CORRECTION = {
    "changes": "a row marked as a correction, or as a withdrawal, says the later word again"
}
FRAME = "again"  # drawn among the records of which several deliveries tell


def fits(feed: Feed) -> bool:
    """Feeds in which a later row of a record takes the place of an earlier one."""
    return feed.mode == "changes"


def _before(history: History, day: date) -> date | None:
    """The last day before with a row of the record."""
    return max((d for d in history if d < day and history[d]), default=None)


def places(feed: Feed, history: History, days: list[date]) -> list[date]:
    """The days on which there is news of a record that was told of before."""
    return sorted(day for day in history if history[day] and _before(history, day))


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when older rows follow the news of the days from `day` on, before `until`."""
    sent = dict(history)
    for d in places(draw.feed, history, days):
        if within(d, day, until):
            sent[d] = history[d] + history[_before(history, d)]
    return sent
