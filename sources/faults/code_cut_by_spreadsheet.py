"""A number of more than 15 digits passes through a spreadsheet, which keeps 15 and writes zeros for
the rest, or all of it as a power of ten.

Spreadsheets keep quantities in 64 bits, about 15 digits, and show long ones as 8.70101E+17.
Resident numbers are lost so; a code with a letter in it is text, and stays.
"""

from schemas.contract import Column, Feed
from sources.faults.base import RIGHTED
from sources.faults.draw import Draw
from sources.faults.identifiers import identifier_columns

TITLE = "Code cut by a spreadsheet"
GROUP = "identifiers"
MECHANISM = "given_its_value"
CORRECTION = RIGHTED | {"append": "a further row with the whole number; the cut one stays"}

KEPT = 15


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns for resident numbers, which are all digits and longer than a spreadsheet keeps."""
    return identifier_columns(feed, ("resident_no",))


def write(text: str, column: Column, draw: Draw) -> str | None:
    """A long number as a spreadsheet gives it back."""
    if not (text.isascii() and text.isdigit()) or len(text) <= KEPT:
        return None
    # A workbook stores the quantity; a text saved from one has what its cell showed.
    shown = draw.feed.format == "csv" and draw.below(2)
    return f"{int(text):.5E}" if shown else text[:KEPT] + "0" * (len(text) - KEPT)
