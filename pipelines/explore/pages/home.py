"""The first page: what world this is, and where to begin."""

from __future__ import annotations

from typing import Any

from pipelines.explore.asked import Asked
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page

COUNTED = (
    "SELECT (SELECT count(DISTINCT island) FROM codes.feeds) AS islands, "
    "(SELECT count(*) FROM codes.feeds) AS feeds, "
    "(SELECT count(*) FROM landing.deliveries) AS deliveries, "
    "(SELECT coalesce(sum(rows), 0) FROM landing.deliveries) AS rows_delivered, "
    "(SELECT count(DISTINCT list) FROM exchange.paths) AS lists, "
    "(SELECT count(DISTINCT holder) FROM exchange.paths) AS holders, "
    "(SELECT count(*) FROM merge.subjects) AS subjects"
)


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """What this world is."""
    about, run = laboratory.about, laboratory.run
    return {
        "title": "Joined Islands",
        "world": {
            key: about.get(key) for key in ("size", "seed", "days", "dirt", "join", "policy")
        },
        "day0": run["day0"],
        "last_day": run["last_day"],
        "horizon": run["horizon"],
        "counted": laboratory.kept(("home",), lambda: laboratory.rows(COUNTED)[0]),
        "stale": laboratory.stale,
    }


PAGES = (Page("/", "home.html", look, menu=("Home", "首页"), place=1),)
