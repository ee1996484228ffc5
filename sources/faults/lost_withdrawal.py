"""A record is withdrawn, but the word of it never arrives, so that what no longer holds goes on
being believed.

Herring v. United States (2009): a warrant recalled five months earlier was still in the next
county's database. Rules here give three working days to withdraw a revoked decision.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import History, Row, changed, withdraws, within
from sources.faults.draw import Draw

TITLE = "Lost withdrawal"
CORRECTION = {
    "snapshot": "the row is absent from the next delivery",
    "changes": "the withdrawal arrives, late",
}
FRAME = "gone"  # drawn among the records that the feed withdrew


def fits(feed: Feed) -> bool:
    """Feeds that can take something back."""
    return feed.mode != "append" and (
        feed.mode == "snapshot" or "withdraw" in feed.effect_codes.values()
    )


def places(feed: Feed, history: History, days: list[date]) -> list[date]:
    """The days on which the record is taken back: a row that says so, or the first absence."""
    if feed.mode == "changes":
        taken = (day for day, rows in history.items() if any(withdraws(feed, row) for row in rows))
        return sorted(taken)
    return [
        day
        for before, day in zip(days, days[1:], strict=False)
        if history.get(before) and not history.get(day)
    ]


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when that withdrawal, and every later one before `until`, is lost."""
    feed = draw.feed
    if feed.mode == "changes":
        return changed(
            history, day, until, lambda rows: [r for r in rows if not withdraws(feed, r)]
        )
    sent = dict(history)
    last: list[Row] = []
    for d in days:
        if history.get(d):
            last = history[d]
        elif last and within(d, day, until):
            sent[d] = [dict(row) for row in last]
    return sent
