"""Where codes of a list stand in a row, what the lists say of them, and how grave that is."""

import re
from collections.abc import Callable
from functools import cache

from schemas.code_lists import CODES, read_csv
from schemas.contract import Feed
from sources.faults.base import RIGHTED, Row
from sources.faults.draw import Draw

CORRECTION = RIGHTED | {"append": "a further row with the right code; the wrong one stays"}

Entries = dict[str, dict[str, str]]  # code -> what its list says of it


@cache
def entries(name: str) -> Entries:
    """A code list in the order of its file."""
    return {row["code"]: row for row in read_csv(CODES / f"{name}.csv", "code")}


def listed(feed: Feed, column: str) -> Entries:
    """The list by which a column is coded."""
    return entries(feed.column(column).valid_values)


def code_columns(feed: Feed) -> tuple[str, ...]:
    """Columns coded by a list that say something of the subject; a key names a record and says nothing."""
    return tuple(
        name
        for name in feed.content_columns
        if feed.column(name).valid_values and name not in feed.natural_key
    )


def numbered(codes: Entries) -> bool:
    """Whether a list has short codes, all of one length, and not words."""
    return len({*map(len, codes)}) == 1 and all(re.fullmatch("[0-9A-Z]{1,6}", c) for c in codes)


def recoded(
    row: Row, draw: Draw, names: tuple[str, ...], others: Callable[[str, str], list[str]]
) -> Row | None:
    """The row with one code exchanged.

    Args:
        names: the columns among which one is drawn.
        others: (column, code) -> what may stand there instead; none where nothing may.
    """
    found = [(name, others(name, row[name])) for name in names if row.get(name)]
    found = [(name, texts) for name, texts in found if texts]
    if not found:
        return None
    name, texts = draw.pick(found)
    return row | {name: draw.pick(texts)}


@cache
def gravity(name: str) -> dict[str, int]:
    """Code of a list -> how grave it is, from 0, nothing bad; only codes for a ground or an event are graded.

    What is graded is the ground that a code stands for, or the least grave one of its kind of event.
    """
    ranks = {code: int(severity["rank"]) for code, severity in entries("severities").items()}
    grave: dict[str, int] = {}
    of_events: dict[str, int] = {}
    for ground, said in entries("grounds").items():
        grave[ground] = rank = ranks.get(said["severity"], 0)
        of_events[said["event_kind"]] = min(rank, of_events.get(said["event_kind"], rank))
    said_of = {
        code: grave.get(said.get("ground", ""), of_events.get(said.get("event_kind", "")))
        for code, said in entries(name).items()
    }
    return {code: rank for code, rank in said_of.items() if rank is not None}


def graded_columns(feed: Feed) -> tuple[str, ...]:
    """Columns coded by a list that tells of something bad, the key's among them."""
    coded = {c.name: c.valid_values for c in feed.columns if c.valid_values}
    return tuple(name for name, listed_in in coded.items() if any(gravity(listed_in).values()))


def gravest(feed: Feed, row: Row) -> int:
    """How grave the gravest thing is that the codes of a row say."""
    ranks = {name: gravity(feed.column(name).valid_values) for name in graded_columns(feed)}
    return max((ranks[name].get(row.get(name) or "", 0) for name in ranks), default=0)
