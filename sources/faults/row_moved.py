"""Beside the record's key stands all that belongs to the next record, in the order of their keys,
as if the rest of the sheet had slipped by a row.

A sheet of which some columns are sorted and the others are not, or in which a cell is deleted and
those below move up.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import RIGHTED, History, Row, changed
from sources.faults.draw import Draw

TITLE = "Row moved"
MECHANISM = "given_other_columns"
CORRECTION = RIGHTED | {
    "append": "a further row with the record's own content; the wrong one stays"
}


def fits(feed: Feed) -> bool:
    """Feeds with a key that can stay where it is."""
    return bool(feed.natural_key)


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the record has its neighbour's content from `day` on, before `until`."""
    feed = draw.feed
    own = next((row for d in sorted(history) if d >= day for row in history[d]), None)
    neighbour = draw.others.next_to(feed, own, day) if own else None
    if neighbour is None:
        return history
    theirs = {n: neighbour[n] for n in feed.column_names if n not in feed.natural_key}
    theirs.pop(feed.effect_column, None)

    def moved(rows: list[Row]) -> list[Row]:
        return [row | theirs for row in rows]

    return changed(history, day, until, moved)
