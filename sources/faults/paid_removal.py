"""A record of something bad that still holds is taken back by somebody inside as if settled.

Records are lawfully removed early for a good deed, and nothing in a file tells such a removal from
one that was paid for: the source itself says it, and every holder follows in good faith.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import History, changed, withdraws
from sources.faults.codes import graded_columns, gravest
from sources.faults.draw import Draw
from sources.faults.lost_withdrawal import fits as can_take_back

TITLE = "Paid removal"
MECHANISM = "given_its_value"
INTENT = "intent"
CORRECTION = {
    "snapshot": "the row stands in the next delivery",
    "changes": "a row marked as a correction tells of the record again",
}


def fits(feed: Feed) -> bool:
    """Feeds that tell of something bad and can take it back."""
    return can_take_back(feed) and bool(graded_columns(feed))


def places(feed: Feed, history: History, days: list[date]) -> list[date]:
    """The days on which the record, told of before, stands and there is nothing else to say of it."""
    snapshot, stands, found = feed.mode == "snapshot", False, []
    for day in days:
        news = history.get(day, [])
        if stands and bool(news) == snapshot:
            found.append(day)
        if news:
            gone = not snapshot and any(withdraws(feed, row) for row in news)
            stands = not gone and gravest(feed, news[-1]) > 0
        elif snapshot:
            stands = False
    return found


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the record is taken back on `day` and not told of before `until`."""
    feed = draw.feed
    sent = changed(history, day, until, lambda rows: [])
    if feed.mode == "changes":
        last = history[max(d for d in history if d < day and history[d])]
        sent[day] = [last[-1] | {feed.effect_column: feed.effect_code("withdraw")}]
    return sent
