"""Somebody's own words stand in a column that takes a code of a list: what the code is called, or,
where the codes are words, the code 'and others'.

Spreadsheets filled in by offices without the list at hand, whose cells take any text.
"""

from schemas.contract import Feed
from sources.faults.base import Row, can_hold
from sources.faults.codes import CORRECTION, code_columns, listed, recoded
from sources.faults.draw import Draw

__all__ = ["CORRECTION"]

TITLE = "Text for a code"
GROUP = "values"
MECHANISM = "in_bursts"


def columns(feed: Feed) -> tuple[str, ...]:
    """The coded columns that can hold the words for a code of theirs."""
    return tuple(
        name
        for name in code_columns(feed)
        if any(_words(feed, name, code) for code in listed(feed, name))
    )


def _words(feed: Feed, column: str, code: str) -> list[str]:
    """The words for a code, if there are any that the column can hold and that are no code."""
    known = listed(feed, column)
    text = known.get(code, {}).get("name_zh") or (f"{code}等" if not code.isascii() else "")
    held = text and text not in known and can_hold(feed, feed.column(column), text)
    return [text] if held else []


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with words for one of its codes."""
    return recoded(row, draw, columns(draw.feed), lambda n, code: _words(draw.feed, n, code))
