"""What is delivered of one record when a fault befalls it, and how the correction then rides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from schemas.contract import Feed
from sources.faults import Fault, History, Row
from sources.faults.draw import Draw

Key = tuple[str | None, ...]


def faulty_history(
    fault: Fault,
    history: History,
    days: list[date],
    day: date,
    until: date | None,
    scope: str,
    draw: Draw,
) -> History:
    """What is delivered of a record instead of `history`.

    Args:
        fault: a fault of level `cell` or `row`.
        history: what the feed delivered of the record.
        days: every delivery day of the feed.
        day: the delivery with which the fault begins.
        until: the first delivery that is right again, None if there is none.
        scope: `source` spoils every delivery of [day, until), `once` that of `day` alone.
        draw: the stream of this fault; every row of the record is spoilt by the same draws.
    """
    if scope == "once":
        later = [d for d in days if d > day]
        until = later[0] if later else None
    if fault.level == "row":
        return fault.module.resend(history, days, day, until, draw)
    return {
        d: [fault.module.spoil(row, draw.again()) or row for row in rows]
        if day <= d and (until is None or d < until)
        else rows
        for d, rows in history.items()
    }


def corrected_history(feed: Feed, clean: History, faulty: History, day: date) -> History:
    """What is delivered when the source puts things right with its delivery of `day`.

    Before that day all is as in `faulty`; from then on what would have been delivered anyhow is
    right. To that, the delivery of the day adds what the feed's mode allows: nothing in a snapshot;
    in a feed of changes a `correct` (or `withdraw`) row for every key that would otherwise still be
    believed to say something else; in a feed that only appends the rows it still owes.
    """
    sent = {d: rows for d, rows in faulty.items() if d < day}
    sent |= {d: rows for d, rows in clean.items() if d >= day}
    if feed.mode == "changes":
        extra = list(_corrections(feed, clean, sent, day))
    elif feed.mode == "append":
        extra = _owed(feed, clean, sent, day)
    else:
        extra = []
    if extra:
        sent[day] = sent.get(day, []) + extra
    return sent


def key_of(feed: Feed, row: Row) -> Key:
    """The natural key of a row; without one, all that it says."""
    return tuple(row[name] for name in feed.natural_key or feed.content_columns)


def _content(feed: Feed, row: Row) -> Key:
    return tuple(row[name] for name in feed.content_columns)


def _last(feed: Feed, history: History, day: date) -> dict[Key, list[Row]]:
    """Key -> its rows in the last delivery up to `day` that has any."""
    last: dict[Key, list[Row]] = {}
    for d in sorted(history):
        if d <= day:
            now: dict[Key, list[Row]] = {}
            for row in history[d]:
                now.setdefault(key_of(feed, row), []).append(row)
            last |= now
    return last


def _standing(feed: Feed, rows: list[Row] | None) -> frozenset[Key]:
    """The contents that these rows leave believed."""
    return frozenset(
        _content(feed, row)
        for row in rows or ()
        if feed.effect_codes.get(row[feed.effect_column] or "") != "withdraw"
    )


def _corrections(feed: Feed, clean: History, sent: History, day: date) -> Iterator[Row]:
    right, now = _last(feed, clean, day), _last(feed, sent, day)
    effects = feed.effect_codes.values()
    for key in dict.fromkeys((*right, *now)):
        truth, belief = _standing(feed, right.get(key)), _standing(feed, now.get(key))
        if truth == belief:
            continue
        if not truth:
            effect, rows = "withdraw", now[key][-1:]
        elif key in now:
            effect = "correct" if "correct" in effects else "change"
            rows = right[key]
        else:  # never delivered: it comes late, with the word it should have come with
            yield from right[key]
            continue
        for row in rows:
            yield row | {feed.effect_column: feed.effect_code(effect)}


def _owed(feed: Feed, clean: History, sent: History, day: date) -> list[Row]:
    arrived = Counter(_content(feed, row) for d in sent if d <= day for row in sent[d])
    owed = []
    for d in sorted(clean):
        if d > day:
            continue
        for row in clean[d]:
            content = _content(feed, row)
            if arrived[content]:
                arrived[content] -= 1
            else:
                owed.append(row)
    return owed
