"""The record comes in two parts: now the cells that a row must have, and some of the others; with
the next delivery all of them.

A case is entered by two desks, and the file is written between the one and the other. Batches that
are cut by size, not by case.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import History, Row
from sources.faults.draw import Draw
from sources.faults.late import places

__all__ = ["places"]

TITLE = "Split between deliveries"
SCOPE = "once"
MECHANISM = "given_other_columns"
CORRECTION = {
    "snapshot": "it puts itself right with the next delivery",
    "changes": "it puts itself right with the next delivery",
    "append": "the whole row comes with the next delivery; the part that came first stays",
}


def _optional(feed: Feed) -> tuple[str, ...]:
    """The columns that may be empty and say something of the subject."""
    return tuple(
        n for n in feed.content_columns if not feed.column(n).required and n not in feed.natural_key
    )


def fits(feed: Feed) -> bool:
    """Feeds whose rows have cells that may be empty."""
    return bool(_optional(feed))


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the last of the optional cells of `day` come with the next delivery.

    In a snapshot the next delivery says them anyway, and a row of its own there is the newer word.
    """
    feed, after = draw.feed, days[days.index(day) + 1]
    parts = [_first_part(row, draw.again()) for row in history[day]]
    if parts == history[day]:
        return history
    sent = dict(history) | {day: parts}
    if feed.mode == "append":
        sent[after] = history[day] + history.get(after, [])
    elif feed.mode == "changes" and not history.get(after):
        sent[after] = [_said_again(feed, row) for row in history[day]]
    return sent


def _first_part(row: Row, draw: Draw) -> Row:
    """The row without the last of its optional cells, from a drawn one on."""
    held = [name for name in _optional(draw.feed) if row[name]]
    return row | dict.fromkeys(held[draw.below(len(held)) :]) if held else row


def _said_again(feed: Feed, row: Row) -> Row:
    """The row as it is sent a second time: what is believed already is not asserted but changed."""
    if feed.effect_of(row) != "assert" or "change" not in feed.effect_codes.values():
        return row
    return row | {feed.effect_column: feed.effect_code("change")}
