"""A code of digits that begins with 0 is written as a number, without it.

Spreadsheets, and columns read as integers, do so unasked: 01 becomes 1, which is no code of the
list, or another one. No identifier here begins with 0; codes of document and relation do.
"""

from schemas.contract import Column, Feed
from sources.faults.base import RIGHTED
from sources.faults.codes import Entries, code_columns, listed
from sources.faults.draw import Draw

TITLE = "Leading zero lost"
GROUP = "identifiers"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the whole code; the short one stays"}


def _begins_with_zero(codes: Entries) -> bool:
    """Whether a code list has a code of digits that begins with 0 and is more than that."""
    return any(code.isdigit() and code[0] == "0" and code.strip("0") for code in codes)


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns whose code list has codes that begin with 0."""
    return tuple(name for name in code_columns(feed) if _begins_with_zero(listed(feed, name)))


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The code without the zeros before it."""
    return text.lstrip("0") or None
