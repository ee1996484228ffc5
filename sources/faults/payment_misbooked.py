"""The word that arrears are repaid is sent under the number of another's: his are struck out, and
those that were repaid go on.

The teaching case on Rongcheng: among the causes of appeals are simple mistakes when a repayment of
a loan is transferred.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import History, Row, changed, withdraws
from sources.faults.draw import Draw
from sources.faults.lost_withdrawal import places

__all__ = ["places"]

TITLE = "Payment booked to another loan"
CORRECTION = {
    "changes": "the word of the repayment arrives, late, under its own number; the arrears struck out "
    "by mistake stay so, since nothing was said of them that could be put right",
}
FRAME = "gone"  # drawn among the records that the feed withdrew


def fits(feed: Feed) -> bool:
    """Feeds of changes that tell of arrears and take them back, under a number of their own."""
    return (
        feed.mode == "changes"
        and "withdraw" in feed.effect_codes.values()
        and len(feed.natural_key) == 1
        and _arrears(feed) is not None
    )


def _arrears(feed: Feed) -> str | None:
    """The column that says how much is in arrears."""
    found = (c.name for c in feed.columns if c.parse == "money" and c.title_zh.startswith("逾期"))
    return next(found, None)


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the withdrawals of [day, until) stand under another's number."""
    arrears = _arrears(draw.feed)
    if not any(row[arrears] for rows in history.values() for row in rows):
        return history
    return under_another(history, day, until, draw, arrears)


def under_another(
    history: History, day: date, until: date | None, draw: Draw, filled: str
) -> History:
    """What is delivered when the withdrawals of [day, until) stand under the number of another record.

    Args:
        history, day, until, draw: as for `resend`, of a feed of changes with one column for a key.
        filled: a column that the other record fills.
    """
    feed, (key,) = draw.feed, draw.feed.natural_key
    own = {row[key] for rows in history.values() for row in rows}
    others = [k for k in draw.others.standing(feed, filled, day) if k not in own]
    if not others:
        return history
    other = draw.pick(others)

    def misbooked(rows: list[Row]) -> list[Row]:
        return [row | {key: other} if withdraws(feed, row) else row for row in rows]

    return changed(history, day, until, misbooked)
