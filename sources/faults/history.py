"""What is delivered of one record when a fault befalls it, and how the correction then rides."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from schemas.contract import Feed
from schemas.normal_form import normal_form
from sources.faults.base import Fault, History, Row, changed, withdraws
from sources.faults.draw import Draw
from sources.faults.identifiers import rewritten

Key = tuple[str | None, ...]
Gate = Callable[[History], History]  # what is let through of what is delivered


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
    return changed(
        history, day, until, lambda rows: [spoilt(fault, row, draw.again()) or row for row in rows]
    )


def spoilt(fault: Fault, row: Row, draw: Draw) -> Row | None:
    """A row as a fault of a cell makes it; None where it changes nothing."""
    if hasattr(fault.module, "spoil"):
        return fault.module.spoil(row, draw)
    write = fault.module.write
    names = fault.columns(draw.feed)
    return rewritten(row, draw, names, lambda text, column: write(text, column, draw))


def corrected_history(
    feed: Feed,
    clean: History,
    faulty: History,
    day: date,
    let_through: Gate = lambda history: history,
) -> History:
    """What is delivered when the source puts things right with its delivery of `day`.

    Before that day all is as in `faulty`; from then on what would have been delivered anyhow is
    right. To that, the delivery of the day adds what the feed's mode allows: nothing in a snapshot;
    in a feed of changes a `correct` (or `withdraw`) row for every key of which something else would
    otherwise be believed; in a feed that only appends the rows it still owes.

    Args:
        clean, faulty: what is delivered if all goes right, and if nobody ever puts it right.
        day: of the delivery that puts it right.
        let_through: what the feed's gate lets through of a history. A row kept aside leaves nothing
            believed, so it has to be sent again.
    """
    sent = {d: rows for d, rows in faulty.items() if d < day}
    sent |= {d: rows for d, rows in clean.items() if d >= day}
    if feed.mode == "changes":
        extra = list(_corrections(feed, clean, sent, day, let_through))
    elif feed.mode == "append":
        extra = _owed(feed, clean, sent, day, let_through)
    else:
        extra = []
    if extra:
        sent[day] = sent.get(day, []) + extra
    return sent


def key_of(feed: Feed, row: Row) -> Key:
    """The natural key of a row in normal form; without one, all that it says."""
    return tuple(normal_form(row[name]) for name in feed.natural_key or feed.content_columns)


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
    return frozenset(_content(feed, row) for row in rows or () if not withdraws(feed, row))


def _corrections(
    feed: Feed, clean: History, sent: History, day: date, let_through: Gate
) -> Iterator[Row]:
    known = _last(feed, sent, day)
    right, now = (_last(feed, let_through(history), day) for history in (clean, sent))
    meant = _last(feed, clean, day) | right  # what no gate lets through is meant all the same
    effects = feed.effect_codes.values()
    for key in dict.fromkeys((*meant, *known)):
        if _standing(feed, right.get(key)) == _standing(feed, now.get(key)):
            continue
        rows = [row for row in meant.get(key, ()) if not withdraws(feed, row)]
        if not rows:
            effect, rows = "withdraw", now[key][-1:]
        elif key in known:
            effect = "correct" if "correct" in effects else "change"
        else:  # never delivered: it comes late, with the word it should have come with
            yield from meant[key]
            continue
        for row in rows:
            yield row | {feed.effect_column: feed.effect_code(effect)}


def _owed(feed: Feed, clean: History, sent: History, day: date, let_through: Gate) -> list[Row]:
    arrived, passed = (
        Counter(_content(feed, row) for d in rows if d <= day for row in rows[d])
        for rows in (sent, let_through(sent))
    )
    right = let_through(clean)
    owed = []
    for d in sorted(clean):
        if d > day:
            continue
        for row in clean[d]:
            # What a gate keeps aside even when all goes right has arrived once it was sent.
            here = passed if row in right[d] else arrived
            content = _content(feed, row)
            if here[content]:
                here[content] -= 1
            else:
                owed.append(row)
    return owed
