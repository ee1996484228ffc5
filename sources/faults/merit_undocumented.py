"""An honour or a volunteer service is withheld from the delivery, so that its subject is wrongly
missing from a red list and from whatever that earns.

The teaching case on Rongcheng: every change of points needs an official document, and an official
who will not write one costs somebody the points.
"""

from schemas.contract import Feed
from sources.faults.row_lost import CORRECTION, resend

__all__ = ["CORRECTION", "resend"]

TITLE = "Merit undocumented"
INTENT = "intent"


def fits(feed: Feed) -> bool:
    """Feeds of the social area, which tell of honours and volunteer service alone."""
    return feed.area == "social"
