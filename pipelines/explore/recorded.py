"""Records by their ids, and the kinds of fault that can befall one."""

from functools import cache

from pipelines.explore.asked import RequestError
from pipelines.explore.laboratory import World
from pipelines.trace import SHORTEST, digits_of, feed_names, ids_from, rows
from schemas.contract import Feed, feeds
from sources.faults import kinds


def feed_of(world: World, given: str) -> tuple[Feed, str]:
    """The feed and the whole record_id of a record named by its id, or the start of one.

    Raises:
        RequestError: if it is no id, or there is none, or several.
    """
    found = records_from(world, given, most=2)
    if found is None:
        raise RequestError(
            f"{given[:40]!r} is no record_id: give at least {SHORTEST} of its 32 characters.", 404
        )
    if len(found) != 1:
        many = "several records begin" if found else "no record begins"
        raise RequestError(f"Here {many} with {given[:40]!r}.", 404)
    return feeds()[found[0]["feed"]], found[0]["record_id"]


def records_from(world: World, given: str, most: int) -> list[dict[str, str]] | None:
    """The first records, by feed and record_id, whose id begins with a text; None if no id can."""
    start = digits_of(given)
    between = ids_from(start)
    if len(start) < SHORTEST or between is None:
        return None
    with world.engine() as engine:
        parts = [
            f"SELECT DISTINCT '{feed}' AS feed, record_id FROM landing.{feed} "
            "WHERE record_id BETWEEN $1 AND $2"
            for feed in feed_names(engine)
        ]
        sql = " UNION ALL ".join(parts) + f" ORDER BY record_id LIMIT {most}"
        return rows(engine, sql, *between)


@cache
def fitting(name: str) -> list[dict[str, str]]:
    """The kinds of fault that a record of a feed can suffer."""
    feed = feeds()[name]
    return [
        {"kind": one.kind, "title": one.title, "description": one.description, "group": one.group}
        for one in kinds().values()
        if one.level != "delivery" and one.kind != "free_edit" and one.fits(feed)
    ]
