"""A code of an earlier edition of its list is written, which the list in force no longer has: of
the same form, but nobody knows what it means.

Offices that go on with an old code list after a new edition: a county that became a district is
still delivered under its old division code.
"""

from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.codes import CORRECTION, code_columns, listed, numbered, recoded
from sources.faults.draw import Draw

__all__ = ["CORRECTION"]

TITLE = "Retired code"
GROUP = "values"
MECHANISM = "drifting"

_NEAR = {False: "ABCDEFGHJKLMNPQRTUWXY", True: "0123456789"}  # for a letter, for a digit


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns whose lists have short codes."""
    return tuple(name for name in code_columns(feed) if numbered(listed(feed, name)))


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one code that differs in its last character and is not on the list."""

    def retired(name: str, code: str) -> list[str]:
        known, last = listed(draw.feed, name), code[-1]
        return [c for c in (code[:-1] + x for x in _NEAR[last.isdigit()]) if c not in known]

    return recoded(row, draw, columns(draw.feed), retired)
