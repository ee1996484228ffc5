"""Instead of the unified code stands the number it has replaced: the organisation code or the old
tax number, both right in their time and part of the new one.

The unified code took the place of organisation code and tax number on 2015-10-01 (GB 32100-2015);
numbers of 15, 17, 18 and 20 characters all occur in old data.
"""

from schemas.contract import Column, Feed
from schemas.identifiers import USCC
from sources.faults.base import RIGHTED
from sources.faults.draw import Draw
from sources.faults.identifiers import firm_code_columns, part_of_code

TITLE = "Superseded number"
GROUP = "identifiers"
MECHANISM = "drifting"
CORRECTION = RIGHTED | {"append": "a further row with the code in force; the old number stays"}

_OLD = (9, 15)  # characters of an organisation code and of a tax number before 2015


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns for unified codes; for tax numbers, where no organisation code stands beside them."""
    schemes = {name: feed.column(name).scheme for name in firm_code_columns(feed)}
    wanted = "uscc" if "uscc" in schemes.values() else "tax_no"
    beside = wanted == "tax_no" and "org_code" in schemes.values()
    return tuple(name for name, scheme in schemes.items() if scheme == wanted and not beside)


def write(text: str, column: Column, draw: Draw) -> str | None:
    """The number that a unified code replaced."""
    if not USCC.checksum_ok(text):
        return None
    length = 15 if column.scheme == "tax_no" else draw.pick(_OLD)
    return part_of_code(USCC.compact(text), length)
