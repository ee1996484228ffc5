"""Where days stand in a row, and how another day is written in the form of the one that stood there."""

import re
from collections.abc import Callable
from datetime import date

from schemas.contract import DAYS, Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import Draw

Parts = tuple[str, str, str]  # year, month and day in digits, whether or not there is such a day

CORRECTION = RIGHTED | {"append": "a further row with the right day; the wrong one stays"}

_YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})(\D?)(?P<m>[0-9]{2})(\D?)(?P<d>[0-9]{2})\D?")
_DAY_FIRST = re.compile(r"(?P<d>[0-9]{2})\.(?P<m>[0-9]{2})\.(?P<y>[0-9]{4})")


def day_columns(feed: Feed) -> tuple[str, ...]:
    """Columns that must read as a day and say something of the subject."""
    return tuple(c.name for c in feed.columns if c.parse in DAYS and c.content)


def _match(text: str) -> re.Match | None:
    return _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)


def parts_of(text: str) -> Parts | None:
    """Year, month and day of a text in one of the forms that the feeds use; None if it is in none."""
    found = _match(text)
    return (found["y"], found["m"], found["d"]) if found else None


def written_like(text: str, parts: Parts) -> str:
    """A day in the form of a text that `parts_of` can read."""
    found = _match(text)
    for name, part in sorted(zip("ymd", parts, strict=True), key=lambda p: -found.start(p[0])):
        text = text[: found.start(name)] + part + text[found.end(name) :]
    return text


def form_for(feed: Feed, row: Row, column: str) -> str:
    """A day in the form in which a column's would be written: its own, another one's, or the usual."""
    days = (row.get(name) or "" for name in (column, *day_columns(feed)))
    return next((text for text in days if parts_of(text)), "1900-01-01")


def real_day(parts: Parts) -> date | None:
    """The day of these parts; None if the calendar has none."""
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def parts_of_day(day: date) -> Parts:
    """The parts of a day."""
    year, month, of_month = day.isoformat().split("-")
    return year, month, of_month


def with_another_day(row: Row, draw: Draw, change: Callable[[Parts], Parts | None]) -> Row | None:
    """The row with one of its days changed, drawn among those that the change makes another.

    Args:
        change: gives the new parts of a day, None where it changes nothing.
    """
    found = []
    for name in day_columns(draw.feed):
        text = row.get(name)
        parts = parts_of(text) if text and text not in draw.feed.column(name).means_open else None
        other = change(parts) if parts else None
        if other and other != parts:
            found.append((name, written_like(text, other)))
    return row | dict([draw.pick(found)]) if found else None
