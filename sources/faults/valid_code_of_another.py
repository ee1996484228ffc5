"""The identifier is replaced by the valid code of another existing entity of the same kind, so that
everything the record says is said of somebody else.

No check digit finds a right code on the wrong record (GB 32100-2015 and GB 11643-1999 guard against
slips of the hand alone); one code on several bodies is an official clean-up category.
"""

from sources.faults.base import RIGHTED, Row
from sources.faults.draw import TRIES, Draw
from sources.faults.identifiers import identifier_columns, main_identifier, may_stand

TITLE = "Valid code of another"
GROUP = "identifiers"
CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}
columns = identifier_columns


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with the code by which it names its subject exchanged for another's."""
    main = main_identifier(draw.feed, row)
    if main is None:
        return None
    column, value, scheme = main
    others = draw.others.codes(scheme, value)
    for _ in range(TRIES if others else 0):
        spoilt = row | {column.name: draw.pick(others)}
        if spoilt[column.name] != value and may_stand(draw.feed, spoilt, row):
            return spoilt
    return None
