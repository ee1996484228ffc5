"""A code is written as an earlier edition of its list had it, which has been renumbered since: it
is valid, and means what stands beside the right one.

The layout of administrative penalties of 2015 gives other meanings to the same labels as that of
2018: code_2 is the organisation code in the one, the registration number in the other.
"""

from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.codes import CORRECTION, code_columns, listed, numbered, recoded
from sources.faults.draw import Draw

__all__ = ["CORRECTION"]

TITLE = "Renumbered code"
GROUP = "values"
MECHANISM = "drifting"


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns whose lists have short codes, and more than one."""
    lists = {name: listed(feed, name) for name in code_columns(feed)}
    return tuple(name for name, codes in lists.items() if numbered(codes) and len(codes) > 1)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one code replaced by that before or after it on the list."""

    def beside(name: str, code: str) -> list[str]:
        codes = list(listed(draw.feed, name))
        if code not in codes:
            return []
        at = codes.index(code)
        return codes[max(at - 1, 0) : at] + codes[at + 1 : at + 2]

    return recoded(row, draw, columns(draw.feed), beside)
