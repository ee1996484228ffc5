"""Instead of the code stands one that is written wherever none is known: zeros throughout, or the
code of the office that files, so that many are of one code.

A form that insists on a number and gets 00000000-0, or the number the clerk knows by heart. All
zeros pass the check of an organisation code (GB 11714-1997).
"""

from schemas.contract import Column
from sources.faults.base import RIGHTED
from sources.faults.draw import TRIES, Draw
from sources.faults.identifiers import identifier_columns, part_of_code, scheme_of

TITLE = "Placeholder code"
GROUP = "identifiers"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}

_FIRMS = "9"  # department of the market registers, which no office that files is of
columns = identifier_columns


def write(text: str, column: Column, draw: Draw) -> str | None:
    """Zeros or, of organisations, the office's own code."""
    length = {"uscc": 18, "org_code": 9}.get(scheme_of(column, text) or "")
    own = _office(draw) if length and draw.below(2) else None
    if own:
        return part_of_code(own, length)
    return "".join("0" if c.isalnum() or c == "*" else c for c in text)


def _office(draw: Draw) -> str | None:
    """A public body's code, the same for all records of a feed; None if no register gives one."""
    fixed = Draw(0, ("office", draw.feed.name), draw.feed, draw.others)
    known = draw.others.codes("uscc", "")
    drawn = (fixed.pick(known) for _ in range(TRIES if known else 0))
    return next((code for code in drawn if not code.startswith(_FIRMS)), None)
