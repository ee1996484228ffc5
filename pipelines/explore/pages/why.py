"""Why: an entry, a copy, a measure or a change of points back to file and line."""

from typing import Any

from pipelines.explore.asked import Asked, RequestError
from pipelines.explore.laboratory import World
from pipelines.explore.otherwise import OF_A_WORLD, in_every_world
from pipelines.explore.page import Page
from pipelines.trace import trace

LONGEST_ID = 200
TITLES = {
    "entry": "Why an entry stands on a list",
    "copy": "Why a holder shows it",
    "measure": "Why a measure is taken",
    "points": "Why points changed",
    "record": "What a record reached",
}


@in_every_world
def look(world: World, asked: Asked) -> dict[str, Any]:
    """The tree of what something rests on."""
    given = asked.places["id"]
    if len(given) > LONGEST_ID:
        raise RequestError("This is no id: it is too long.", 404)
    with world.engine() as engine:
        node = trace(engine, given)
    return {"title": TITLES[node["kind"]], "id": given, "node": node}


PAGES = (Page("/why/{id:path}", "why.html", look, takes=OF_A_WORLD),)
