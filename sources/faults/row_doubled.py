"""The record's row stands in the delivery twice, the second time under a key of its own, so that
one act counts as two.

A case re-entered after a failed upload: the same decision under two file numbers.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import History, Row, changed
from sources.faults.draw import Draw

TITLE = "Row doubled"
CORRECTION = {
    "snapshot": "the second row is absent from the next delivery",
    "changes": "the second row is withdrawn",
    "append": "nothing takes it back",
}


def _key(feed: Feed) -> str | None:
    """The part of the key that can be given a suffix: the last that is free text."""
    free = [
        name
        for name in feed.natural_key
        if not (c := feed.column(name)).scheme
        and not c.parse
        and not c.pattern
        and not c.valid_values
        and c.width is None
    ]
    return free[-1] if free else None


def fits(feed: Feed) -> bool:
    """Feeds without a key, and those whose key can take another value."""
    return feed.registry is None and (not feed.natural_key or _key(feed) is not None)


def under_another_key(feed: Feed, row: Row, mark: str) -> Row:
    """The row under a key of its own, which ends in a mark; as it is where the feed has no key."""
    name = _key(feed)
    return row if name is None else row | {name: f"{row[name]}-{mark}"}


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the record's rows come twice from `day` on, before `until`."""

    def twice(rows: list[Row]) -> list[Row]:
        return rows + [under_another_key(draw.feed, row, "2") for row in rows]

    return changed(history, day, until, twice)
