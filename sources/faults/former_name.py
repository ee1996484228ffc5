"""A record goes on under the name its subject bore before; all else in it is new.

A change of name is registered in one place; forms, contracts and files go on with the name they
have. GB/T 36104-2018 keeps the day of the last change, not the name before it.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import RIGHTED, History, changed
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns, name_beside_code

TITLE = "Former name"
GROUP = "names"
MECHANISM = "drifting"
CORRECTION = RIGHTED | {"append": "a further row with the name in force; the other one stays"}
FRAME = "changed"  # drawn among the records of which the feed told several names


def fits(feed: Feed) -> bool:
    """Registers of firms and people, who take a new name and keep their record; public bodies keep both."""
    return feed.registry in ("enterprise", "resident") and bool(columns(feed))


def columns(feed: Feed) -> tuple[str, ...]:
    """The column of the subject's own name."""
    own = identifier_columns(feed)[:1]
    return tuple(name for code in own if (name := name_beside_code(feed, code)))


def _former(feed: Feed, history: History, day: date) -> str | None:
    """The last name told before a day that is another than on the day; None if there is none."""
    (name,) = columns(feed)
    now = {row[name] for row in history.get(day, ())}
    before = [row[name] for d in sorted(history) if d < day for row in history[d]]
    return next((told for told in reversed(before) if told and told not in now), None)


def places(feed: Feed, history: History, days: list[date]) -> list[date]:
    """The days with a row, before which another name was told."""
    return [day for day in sorted(history) if history[day] and _former(feed, history, day)]


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the rows of [day, until) have the name as it was before."""
    former, (name,) = _former(draw.feed, history, day), columns(draw.feed)
    if former is None:
        return history
    return changed(history, day, until, lambda rows: [row | {name: former} for row in rows])
