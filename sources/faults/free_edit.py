"""Named columns of one record are set to given values.

Any slip of the pen: islands replay --feed F --record R --set COLUMN=VALUE.
"""

from schemas.contract import Feed
from sources.faults.base import RIGHTED, FaultError, Row
from sources.faults.draw import Draw
from sources.faults.identifiers import possibly_real

TITLE = "Free edit"
GROUP = "values"
CORRECTION = RIGHTED | {"append": "a further, right row; the wrong one stays"}


def columns(feed: Feed) -> tuple[str, ...]:
    """Every column."""
    return feed.column_names


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with the draw's `values` written into it.

    Raises:
        FaultError: if a column is not the feed's, or the row could then name somebody real.
    """
    for name in draw.values:
        if name not in draw.feed.column_names:
            raise FaultError(
                f"Feed {draw.feed.name} has no column {name!r}; it has "
                f"{', '.join(draw.feed.column_names)}."
            )
    spoilt = row | {name: value or None for name, value in draw.values.items()}
    real = possibly_real(draw.feed, spoilt, row)
    if real:
        column, value = real
        raise FaultError(
            f"The value {value!r} of column {column} could be somebody's real identifier; use one "
            "whose division begins with 84 to 89 and whose organisation code begins with PDY."
        )
    return spoilt if spoilt != row else None
