"""Somebody with access to the register replaces the code of an act by that of one for which scores
take fewer points, or give more; every check passes.

The teaching case on Rongcheng tells of profile data altered by intruders; the points of an act are
in schemas/codes/points.csv.
"""

from collections import defaultdict
from functools import cache

from schemas.code_lists import CODES, read_csv
from schemas.contract import Feed
from sources.faults.base import Row
from sources.faults.codes import CORRECTION, code_columns, entries, listed, recoded
from sources.faults.draw import Draw

__all__ = ["CORRECTION"]

TITLE = "Profile altered to lift a score"
GROUP = "values"
MECHANISM = "given_its_value"
INTENT = "intent"


@cache
def points() -> dict[str, int]:
    """Ground -> the points that all scores together give for it, of grounds of a kind that scores tell apart.

    A keeper's points for a list are those of the ground, or else those of any ground on that list.
    """
    kinds = {ground: said["event_kind"] for ground, said in entries("grounds").items()}
    changes: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    of_lists: dict[str, set[str]] = defaultdict(
        set
    )  # kind of event -> lists that tell its grounds apart
    for line in read_csv(CODES / "points.csv"):
        changes[line["keeper"], line["list"]][line["ground"]] = int(line["change"])
        if line["ground"]:
            of_lists[kinds[line["ground"]]].add(line["list"])
    return {
        ground: sum(
            by_ground.get(ground, by_ground.get("", 0))
            for (_, name), by_ground in changes.items()
            if name in of_lists[kind]
        )
        for ground, kind in kinds.items()
        if of_lists[kind]
    }


def _worth(feed: Feed, column: str) -> dict[str, int]:
    """Code -> its points, of a column whose codes stand for acts that have any."""
    grounds = {code: said.get("ground", "") for code, said in listed(feed, column).items()}
    return {code: points()[ground] for code, ground in grounds.items() if ground in points()}


def columns(feed: Feed) -> tuple[str, ...]:
    """The coded columns that tell of acts of more and of fewer points."""
    return tuple(n for n in code_columns(feed) if len({*_worth(feed, n).values()}) > 1)


def spoil(row: Row, draw: Draw) -> Row | None:
    """The row with one code replaced by one of more points."""

    def better(name: str, code: str) -> list[str]:
        worth = _worth(draw.feed, name)
        return [c for c, p in worth.items() if code in worth and p > worth[code]]

    return recoded(row, draw, columns(draw.feed), better)
