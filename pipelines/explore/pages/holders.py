"""A holder, and an edge: what it holds from whom, how late, what went stale, and its mishaps."""

from typing import Any

from pipelines.exchange.mishaps import mishaps
from pipelines.exchange.modes import modes
from pipelines.exchange.network import Edge
from pipelines.explore.asked import Asked, RequestError
from pipelines.explore.case import REMEDIES
from pipelines.explore.days import day_of, slider
from pipelines.explore.laboratory import World
from pipelines.explore.otherwise import OF_A_WORLD, in_every_world
from pipelines.explore.page import Page
from sources.deliver import MOST_DAYS

MOST = 30  # stale copies named

# What a holder shows on a day; `gone` is since when the owner of an entry, who had it once, shows no version
# of it any more, and NULL of what is still on its list.
HERE = (
    "WITH owned AS (SELECT entry_id, bool_or(on_day(from_day, to_day, CAST($2 AS DATE))) AS stands, "
    "max(to_day) FILTER (to_day <= CAST($2 AS DATE)) AS ended "
    "FROM exchange.copies WHERE distance = 0 GROUP BY entry_id), "
    "here AS (SELECT c.*, CASE WHEN NOT o.stands THEN o.ended END AS gone "
    "FROM exchange.copies AS c LEFT JOIN owned AS o ON o.entry_id = c.entry_id "
    "WHERE c.holder = $1 AND on_day(c.from_day, c.to_day, CAST($2 AS DATE))) "
)
# Each thing is counted by a group of its own, which costs less than counting what is distinct in one.
HELD = (
    f"{HERE}, entries AS (SELECT list, came_from, count(*) AS entries, count(*) FILTER (gone) AS stale "
    "FROM (SELECT list, came_from, entry_version, bool_or(gone IS NOT NULL) AS gone FROM here GROUP BY ALL) "
    "GROUP BY ALL), subjects AS (SELECT list, came_from, count(*) AS subjects "
    "FROM (SELECT DISTINCT list, came_from, subject_id FROM here) GROUP BY ALL) "
    "SELECT e.list, e.came_from, e.entries, s.subjects, e.stale FROM entries AS e INNER JOIN subjects AS s "
    "ON s.list = e.list AND s.came_from IS NOT DISTINCT FROM e.came_from ORDER BY e.list, e.came_from"
)
STALE = (
    f"{HERE}SELECT h.list, h.path, h.entry_version, h.subject_id, n.name, h.gone AS ended_at_owner, "
    "h.to_day, date_diff('day', h.gone, CAST($2 AS DATE)) AS days_stale FROM here AS h "
    "LEFT JOIN merge.subjects AS n ON n.subject_id = h.subject_id WHERE h.gone IS NOT NULL "
    "AND h.came_from = coalesce($3, h.came_from) "
    f"ORDER BY days_stale DESC, h.list, h.entry_version, h.path, h.subject_id LIMIT {MOST}"
)
# Days between a copy's first day and that of the copy it was made of.
LATE = (
    "SELECT c.list, c.came_from, count(*) AS copies, min(date_diff('day', p.from_day, c.from_day)) AS least, "
    "CAST(quantile_disc(date_diff('day', p.from_day, c.from_day), 0.5) AS INTEGER) AS middle, "
    "max(date_diff('day', p.from_day, c.from_day)) AS most "
    "FROM exchange.copies AS c INNER JOIN exchange.paths AS w ON w.list = c.list AND w.path = c.path "
    "INNER JOIN (SELECT path, entry_version, subject_id, min(from_day) AS from_day FROM exchange.copies "
    "GROUP BY ALL) AS p ON p.path = w.parent_path AND p.entry_version = c.entry_version "
    "AND p.subject_id = c.subject_id WHERE c.holder = ? AND c.came_from <> '' "
    "AND c.from_day > CAST(? AS DATE) AND p.from_day <= c.from_day GROUP BY ALL ORDER BY c.list, c.came_from"
)
HAPPENED = (
    "SELECT kind, from_holder, list, entry_id, subject_id, from_day, to_day FROM exchange.mishaps "
    "WHERE at_holder = ? ORDER BY from_day, kind, entry_id, mishap_id LIMIT 50"
)


@in_every_world
def holder(world: World, asked: Asked) -> dict[str, Any]:
    """What a holder holds on a day."""
    name = asked.places["holder"]
    if name not in world.words.holders:
        raise RequestError(f"There is no holder {name[:80]!r} here.", 404)
    day = day_of(world, asked)
    edges = world.network.edges
    lists = sorted({row["list"] for row in world.rows(
        "SELECT DISTINCT list FROM exchange.paths WHERE holder = ?", name)})  # fmt: skip
    english, chinese = world.words.both("holder", name)
    return {
        "title": english,
        "title_zh": chinese,
        "holder": name,
        "audience": world.words.holders[name]["audience"],
        "reason": world.words.holders[name]["reason"],
        **slider(world, day),
        **_on_day(world, name, day),
        "late": world.kept(("late", name), lambda: world.rows(LATE, name, world.run["day0"])),
        "happened": world.rows(HAPPENED, name),
        "takes": [_edge(edge) for edge in edges if edge.target == name],
        "gives": [_edge(edge) for edge in edges if edge.source == name],
        "lists": lists,
        "kinds": _kinds("holder", bool([e for e in edges if e.target == name])),
        "remedies": REMEDIES,
        "most_days": MOST_DAYS,
    }


@in_every_world
def edge(world: World, asked: Asked) -> dict[str, Any]:
    """What goes along an edge."""
    name = asked.places["edge"]
    found = [one for one in world.network.edges if one.name == name]
    if not found:
        raise RequestError(f"There is no edge {name[:80]!r} here.", 404)
    day = day_of(world, asked)
    source, target = found[0].source, found[0].target
    late = world.kept(("late", target), lambda: world.rows(LATE, target, world.run["day0"]))
    shown = _on_day(world, target, day, source)
    return {
        "title": f"{_called(world, source)} → {_called(world, target)}",
        "edge": name,
        "source": source,
        "holder": target,
        **slider(world, day),
        "clocks": [_edge(one) for one in found],
        "held": [r for r in shown["held"] if r["came_from"] == source],
        "late": [row for row in late if row["came_from"] == source],
        "stale": shown["stale"],
        "lists": sorted({one for e in found for one in e.lists}),
        "kinds": _kinds("edge", True),
        "remedies": REMEDIES,
        "most_days": MOST_DAYS,
    }


def _on_day(
    world: World, holder: str, day: str, source: str | None = None
) -> dict[str, list[dict[str, Any]]]:
    """What a holder shows on a day, and what of it, or of what one sender handed it, its owner does not show
    any more."""
    return {
        "held": world.kept(("held", holder, day), lambda: world.rows(HELD, holder, day)),
        "stale": world.kept(
            ("stale", holder, day, source), lambda: world.rows(STALE, holder, day, source)
        ),
    }


def _called(world: World, holder: str) -> str:
    return world.words.both("holder", holder)[0]


def _edge(one: Edge) -> dict[str, Any]:
    return {
        "edge": one.name,
        "source": one.source,
        "target": one.target,
        "lists": list(one.lists),
        "every": one.every,
        "offset": one.offset,
        "lag": one.lag,
        "mode": one.mode,
        "mode_words": modes()[one.mode].title_en,
        "match": one.match,
        "readmits": one.readmits,
        "expiry": one.expiry,
        "basis": one.basis,
    }


def _kinds(place: str, receives: bool) -> list[dict[str, str]]:
    """The kinds of mishap that can happen at a place."""
    fits = {
        "holder": ("holder", "between", "edge") if receives else ("holder", "between"),
        "edge": ("edge",),
    }
    return [
        {"kind": one.kind, "title": one.title, "description": one.description}
        for one in mishaps().values()
        if one.place in fits[place]
    ]


PAGES = (
    Page("/holders/{holder}", "holders.html", holder, takes=("day", *OF_A_WORLD)),
    Page("/edges/{edge}", "holders.html", edge, takes=("day", *OF_A_WORLD)),
)
