"""Beside the right code stands the name of another, as when a column of names slips by a line:
whoever goes by code is right, whoever goes by name finds somebody else.

A column sorted without the others, or pasted one line too low. A public portal looks penalties up
by name first and by code only if that finds nothing.
"""

from schemas.contract import Column, Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import Draw
from sources.faults.identifiers import (
    identifier_columns,
    main_identifier,
    name_beside_code,
    rewritten,
)

TITLE = "Name of another"
GROUP = "names"
CORRECTION = RIGHTED | {"append": "a further row with the right name; the wrong one stays"}


def columns(feed: Feed) -> tuple[str, ...]:
    """The name columns that stand beside an identifier."""
    beside = (name_beside_code(feed, name) for name in identifier_columns(feed))
    return tuple(dict.fromkeys(name for name in beside if name))


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with the name of its subject exchanged for that of another of the same kind."""
    main = main_identifier(draw.feed, row)
    name = name_beside_code(draw.feed, main[0].name) if main else None
    if name is None or draw.others.name(main[2], main[1]) is None:
        return None
    others = draw.others.codes(main[2], main[1])

    def of_another(text: str, column: Column) -> str | None:
        # One that no register names is drawn again.
        return (draw.others.name(main[2], draw.pick(others)) or text) if others else None

    return rewritten(row, draw, (name,), of_another)
