"""A status says the opposite: abnormal for normal, void for valid, late for on time.

One form asks whether a licence is valid, another whether it is void, and a yes goes from the one
into the other. In Ibrahim v. DHS (2014) one form filled in the wrong way round took 9 years to
undo.
"""

from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.codes import CORRECTION, code_columns, listed, recoded
from sources.faults.draw import Draw

__all__ = ["CORRECTION"]

TITLE = "Status reversed"
GROUP = "values"

_TELLS_A_STATUS = ("状态", "结果", "情况", "是否")


def columns(feed: Feed) -> tuple[str, ...]:
    """The coded columns whose Chinese title says that they hold a state, a result, or a yes or no."""
    return tuple(
        name
        for name in code_columns(feed)
        if any(word in feed.column(name).title_zh for word in _TELLS_A_STATUS)
        and len(listed(feed, name)) > 1
    )


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with the second status of the list for the first, and the first for any other.

    Such lists begin with how things should be, and then say how they should not.
    """

    def opposite(name: str, code: str) -> list[str]:
        first, second, *_ = listed(draw.feed, name)
        return [second if code == first else first]

    return recoded(row, draw, columns(draw.feed), opposite)
