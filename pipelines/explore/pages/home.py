"""The first page: what world this is, who hands lists to whom, and where to begin."""

from functools import cache
from typing import Any

from pipelines.explore.asked import Asked
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.network import drawn
from pipelines.explore.page import Answer, Page
from pipelines.explore.saved import scenarios

COUNTED = (
    "SELECT (SELECT count(DISTINCT island) FROM codes.feeds) AS islands, "
    "(SELECT count(*) FROM codes.feeds) AS feeds, "
    "(SELECT count(*) FROM landing.deliveries) AS deliveries, "
    "(SELECT coalesce(sum(rows), 0) FROM landing.deliveries) AS rows_delivered, "
    "(SELECT count(DISTINCT list) FROM exchange.paths) AS lists, "
    "(SELECT count(DISTINCT holder) FROM exchange.paths) AS holders, "
    "(SELECT count(*) FROM merge.subjects) AS subjects"
)
FEEDS = (
    "SELECT f.feed, f.island, count(d.file) AS deliveries, coalesce(sum(d.rows), 0) AS rows, "
    "max_by(d.file, d.published) AS last_file FROM codes.feeds AS f "
    "LEFT JOIN landing.deliveries AS d ON d.feed = f.feed GROUP BY ALL ORDER BY f.island, f.feed"
)
WHO = "SELECT subject_id FROM resolve.matches WHERE record_id = ? AND role = 'subject' LIMIT 1"
RECORD = (
    'SELECT record_id, "{column}" AS now, iname AS name FROM landing.{feed} WHERE id = ? '
    "ORDER BY published LIMIT 1"
)
SOMEBODY = (
    "SELECT subject_id, max(name) AS name, count(DISTINCT holder) AS holders FROM exchange.copies "
    "INNER JOIN merge.subjects USING (subject_id) WHERE list IN "
    "(SELECT list FROM codes.lists WHERE polarity = 'negative') "
    "GROUP BY subject_id ORDER BY holders DESC, subject_id LIMIT 5"
)


def look(laboratory: Laboratory, asked: Asked) -> Answer:
    """What this world is."""
    about, run = laboratory.about, laboratory.run
    told = {
        "title": "Joined Islands",
        "world": {
            key: about.get(key) for key in ("size", "seed", "days", "dirt", "join", "policy")
        },
        "day0": run["day0"],
        "last_day": run["last_day"],
        "horizon": run["horizon"],
        "counted": laboratory.kept(("counted",), lambda: laboratory.rows(COUNTED)[0]),
        "feeds": laboratory.kept(("feeds",), lambda: laboratory.rows(FEEDS)),
        "listed": laboratory.kept(("listed",), lambda: laboratory.rows(SOMEBODY)),
        "scenarios": scenarios(laboratory),
        "story": laboratory.kept(("story",), lambda: _story(laboratory)),
        "stale": laboratory.stale,
    }

    def beside() -> dict[str, Any]:
        picture = laboratory.kept(("picture",), lambda: drawn(laboratory.network, laboratory.words))
        return {"picture": picture}

    return Answer(told, beside)


@cache
def wrong_cell() -> dict[str, Any]:
    """The wrong cell of the story, as its scenario says: feed, key, column, value and correct_after."""
    from pipelines.demo import STORY
    from pipelines.replay import load

    (fault,) = load(STORY).faults
    ((column, value),) = fault.values.items()
    return {
        "feed": fault.feed,
        "key": fault.record,
        "column": column,
        "value": value,
        "correct_after": fault.correct_after,
    }


def _story(laboratory: Laboratory) -> dict[str, Any] | None:
    """The story's first step, if this is the story."""
    if laboratory.about.get("size") != "story":
        return None
    cell = wrong_cell()
    found = laboratory.rows(RECORD.format_map(cell), cell["key"])
    if not found:
        return None
    who = laboratory.rows(WHO, found[0]["record_id"])
    return {**cell, **found[0], "subject_id": who[0]["subject_id"] if who else None}


PAGES = (Page("/", "home.html", look, menu=("Home", "首页"), place=1),)
