"""From this delivery on one column of days is written in another form: day before month, or as a
spreadsheet counts days, from 1899-12-30.

A change of software or of its regional settings. The published court list has two forms of days in
one record.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.days import parts_of, real_day
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw

TITLE = "Form of days changed"
MECHANISM = "drifting"

FORMS = ("day before month", "days since 1899-12-30")


def _columns(feed: Feed) -> list[str]:
    return [column.name for column in feed.columns if column.parse == "day"]


def fits(feed: Feed) -> bool:
    """Feeds with a column of days."""
    return bool(_columns(feed))


def in_form(text: str | None, form: str) -> str | None:
    """A day in another form; as it is if it is no day."""
    parts = parts_of(text or "")
    if parts and form == FORMS[0]:
        return "".join(reversed(parts))
    day = real_day(parts) if parts else None
    return str((day - date(1899, 12, 30)).days) if day else text


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with the days of one column in another form."""
    name, form = draw.pick(_columns(sent.feed)), draw.pick(FORMS)
    return sent.instead(day, [row | {name: in_form(row[name], form)} for row in sent.rows(day)])
