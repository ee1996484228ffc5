"""A register enters the code of another of its bodies for this one, with the organisation code that
goes with it: the row agrees with itself and passes every check, and two bear one code.

One code on several bodies is an official category of the clean-up of codes; it came about where
offices gave out numbers of their own before the registers were joined.
"""

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import TRIES, Draw
from sources.faults.identifiers import identifier_columns, main_identifier, may_stand, part_of_code

TITLE = "One code on two bodies"
GROUP = "identifiers"
CORRECTION = RIGHTED | {"append": "a further row with the own code; the other one stays"}


def fits(feed: Feed) -> bool:
    """Registers, which give the codes."""
    return feed.registry is not None and bool(columns(feed))


def columns(feed: Feed) -> tuple[str, ...]:
    """The column of the code by which the register knows its bodies, and of the part it repeats."""
    own = identifier_columns(feed, (feed.identifier_scheme or "",))[:1]
    return own + (
        identifier_columns(feed, ("org_code",))[:1] if feed.identifier_scheme == "uscc" else ()
    )


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with the codes of another body of the register."""
    main = main_identifier(draw.feed, row)
    if main is None or main[0].name not in columns(draw.feed):
        return None
    column, value, scheme = main
    others = draw.others.codes(scheme, value)
    for _ in range(TRIES if others else 0):
        code = draw.pick(others)
        repeated = {n: part_of_code(code, 9) for n in columns(draw.feed)[1:] if row.get(n)}
        spoilt = row | {column.name: code} | repeated
        if code != value and may_stand(draw.feed, spoilt, row):
            return spoilt
    return None
