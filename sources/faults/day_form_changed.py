"""Days written in another form from a delivery on."""

from __future__ import annotations

import re
from datetime import date

from schemas.contract import Feed
from sources.faults.deliveries import SENT_AGAIN, Deliveries
from sources.faults.draw import Draw

KIND = "day_form_changed"
TITLE = "Form of days changed"
DESCRIPTION = (
    "From this delivery on one column of days is written in another form: day before month, or as a "
    "spreadsheet counts days, from 1899-12-30."
)
MODELS = (
    "A change of software or of its regional settings. The published court list has two forms of days in "
    "one record."
)
LEVEL = "delivery"
SCOPE = "source"
GROUP = "deliveries"
MECHANISM = "drifting"
INTENT = "accident"
CORRECTION = SENT_AGAIN

FORMS = ("day before month", "days since 1899-12-30")


def _columns(feed: Feed) -> list[str]:
    return [column.name for column in feed.columns if column.parse == "day"]


def fits(feed: Feed) -> bool:
    """Feeds with a column of days."""
    return bool(_columns(feed))


def rewritten(text: str | None, form: str) -> str | None:
    """A day in another form; as it is if it is no day."""
    parts = re.fullmatch(r"(\d{4})\D?(\d{2})\D?(\d{2})\D?", text or "")
    if parts is None:
        return text
    if form == FORMS[0]:
        return "".join(parts.groups()[::-1])
    try:
        return str((date(*map(int, parts.groups())) - date(1899, 12, 30)).days)
    except ValueError:
        return text


def send(day: date, days: list[date], sent: Deliveries, draw: Draw) -> bytes | None:
    """The file with the days of one column in another form."""
    name, form = draw.pick(_columns(sent.feed)), draw.pick(FORMS)
    return sent.instead(day, [row | {name: rewritten(row[name], form)} for row in sent.rows(day)])
