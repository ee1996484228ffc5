"""Records by their ids, and the kinds of fault that can befall one."""

from __future__ import annotations

from functools import cache

from pipelines.explore.asked import RequestError
from pipelines.explore.laboratory import Laboratory
from schemas.contract import Feed, feeds
from sources.faults import kinds


def feed_of(laboratory: Laboratory, given: str) -> tuple[Feed, str]:
    """The feed and the whole record_id of a record named by its id, or the start of one.

    Raises:
        NotFound, RequestError: if there is none, or several.
    """
    found = []
    used = feeds()
    with laboratory.engine() as engine:
        first, last = _span(given)
        for row in laboratory.rows("SELECT feed FROM codes.feeds ORDER BY feed"):
            name = row["feed"]
            found += [
                (name, one)
                for (one,) in engine.fetch(
                    f"SELECT DISTINCT record_id FROM landing.{name} "
                    "WHERE record_id BETWEEN ? AND ? LIMIT 2",
                    [first, last],
                )
            ]
    if len(found) != 1:
        many = "several records begin" if found else "no record begins"
        raise RequestError(f"Here {many} with {given[:40]!r}.", 404)
    return used[found[0][0]], found[0][1]


def _span(given: str) -> tuple[str, str]:
    start = given.lower().replace("-", "")
    if not 6 <= len(start) <= 32 or set(start) - set("0123456789abcdef"):
        raise RequestError(
            f"{given[:40]!r} is no record_id: give at least 6 of its 32 characters.", 404
        )
    return start.ljust(32, "0"), start.ljust(32, "f")


@cache
def fitting(name: str) -> list[dict[str, str]]:
    """The kinds of fault that a record of a feed can suffer."""
    feed = feeds()[name]
    return [
        {"kind": one.kind, "title": one.title, "description": one.description, "group": one.group}
        for one in kinds().values()
        if one.level != "delivery" and one.kind != "free_edit" and one.fits(feed)
    ]
