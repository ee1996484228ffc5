"""The person a record speaks of is taken for another of the same name, whose number is written in
place of the right one.

A clerk searches by name and takes the first hit: in 2024 a Chinese court froze the account of a
namesake seven years apart in age; TransUnion v. Ramirez (2021) turned on a match by first and last
name.
"""

from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import TRIES, Draw
from sources.faults.identifiers import identifier_columns, may_stand, scheme_of

TITLE = "Same-name mix-up"
GROUP = "identifiers"
MECHANISM = "given_other_columns"
CORRECTION = RIGHTED | {"append": "a further row about the right person; the wrong one stays"}

_PERSONAL = ("resident_no", "masked_resident_no")


def fits(feed: Feed) -> bool:
    """Feeds that name people by a number; not the resident registry, which gives the numbers."""
    return feed.registry != "resident" and bool(columns(feed))


def columns(feed: Feed) -> tuple[str, ...]:
    """The columns for people's numbers, those among them that share a column with firms' codes."""
    return tuple(
        name
        for name in identifier_columns(feed)
        if feed.column(name).scheme in _PERSONAL or "身份" in feed.column(name).title_zh
    )


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with a person's number exchanged for a namesake's."""
    found = []
    for name in columns(draw.feed):
        scheme = scheme_of(draw.feed.column(name), row[name]) if row.get(name) else None
        if scheme in _PERSONAL:
            namesakes = draw.others.namesakes(scheme, row[name])
            if namesakes:
                found.append((name, namesakes))
    if not found:
        return None
    name, namesakes = draw.pick(found)
    for _ in range(TRIES):
        spoilt = row | {name: draw.pick(namesakes)}
        if spoilt[name] != row[name] and may_stand(draw.feed, spoilt, row):
            return spoilt
    return None
