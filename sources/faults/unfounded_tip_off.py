"""Beside the record stands a row that says the same of somebody else, under a number of its own,
with one code and a name, and neither basis nor facts.

Descriptions of local pilots name neighbours' tip-offs as an input; the baojia of old punished
whoever did not report.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults import row_doubled
from sources.faults.base import History, Row, changed
from sources.faults.draw import TRIES, Draw
from sources.faults.identifiers import (
    identifier_columns,
    main_identifier,
    may_stand,
    name_beside_code,
)
from sources.faults.row_doubled import CORRECTION, under_another_key

__all__ = ["CORRECTION"]

TITLE = "Unfounded tip-off"
INTENT = "intent"


def fits(feed: Feed) -> bool:
    """Feeds whose contract says that they take tip-offs."""
    return feed.takes_tip_offs and row_doubled.fits(feed)


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when somebody else is told of beside the record from `day` on."""
    feed = draw.feed
    told = next((row for d in sorted(history) if d >= day for row in history[d]), None)
    whom = somebody_else(told, draw) if told else None
    if whom is None:
        return history
    said = {*feed.natural_key, feed.effect_column}
    said |= {c.name for c in feed.columns if c.required or c.parse or c.valid_values}
    unsaid = dict.fromkeys(name for name in feed.column_names if name not in said)

    def beside(rows: list[Row]) -> list[Row]:
        return rows + [under_another_key(feed, row | unsaid | whom, "T") for row in rows]

    return changed(history, day, until, beside)


def somebody_else(row: Row, draw: Draw) -> Row | None:
    """The cells that make a row one of somebody else, of whom one code and the name are known."""
    feed, main = draw.feed, main_identifier(draw.feed, row)
    if main is None:
        return None
    column, value, scheme = main
    others = draw.others.codes(scheme, value)
    bare = dict.fromkeys(identifier_columns(feed))
    beside = name_beside_code(feed, column.name)
    called = (beside,) if beside else ()
    for _ in range(TRIES if others else 0):
        code = draw.pick(others)
        name = draw.others.name(scheme, code)
        if code != value and name and may_stand(feed, row | {column.name: code}, row):
            return bare | dict.fromkeys(called, name) | {column.name: code}
    return None
