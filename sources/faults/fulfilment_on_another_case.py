"""The word that a judgment is fulfilled is sent under the number of another case: whoever owes
there is struck out, and whoever has paid stays on the list.

Case numbers that differ in one figure. Courts have to delete within three working days whoever has
fulfilled his judgment, case by case.
"""

from datetime import date

from schemas.contract import Feed
from sources.faults.base import History
from sources.faults.draw import Draw
from sources.faults.lost_withdrawal import places
from sources.faults.payment_misbooked import under_another

__all__ = ["places"]

TITLE = "Fulfilment on another case"
CORRECTION = {
    "changes": "the word of the fulfilment arrives, late, under its own number; the case struck out by "
    "mistake stays so, since nothing was said of it that could be put right",
}
FRAME = "gone"  # drawn among the records that the feed withdrew


def fits(feed: Feed) -> bool:
    """Feeds of changes of a court that take a case back, under a number of its own."""
    return (
        feed.area == "judicial"
        and feed.mode == "changes"
        and "withdraw" in feed.effect_codes.values()
        and len(feed.natural_key) == 1
    )


def resend(
    history: History, days: list[date], day: date, until: date | None, draw: Draw
) -> History:
    """What is delivered when the fulfilments of [day, until) stand under another case's number."""
    return under_another(history, day, until, draw, draw.feed.natural_key[0])
