"""Rows kept aside: which, why, what would be right; and what somebody decides of one, with a reason."""

from typing import Any

from pipelines.explore.asked import Asked, RequestError, query_of
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page
from pipelines.landing.decisions import CORRECT, LOG, STEPS, Courses, courses, read_log
from pipelines.quarantine.rows import STATES, listed, shown
from pipelines.quarantine.steps import decide
from schemas.contract import feeds

MOST = 200  # rows on the page
MOST_STILL = 8_000  # characters of the names of all that a row breaks
MOST_TEXT = 500  # characters of a reason, or of a value


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """What is kept aside, the open ones first."""
    feed, rule = asked.one_of("feed", tuple(feeds())), asked.text("rule")
    every = _listed(laboratory)
    found = _listed(laboratory, feed, rule) if feed or rule else every
    state = asked.one_of("state", tuple(STATES.values()))
    rows = [row for row in found["rows"] if state in (None, row["state"])]
    order = {name: at for at, name in enumerate(STATES.values())}
    rows.sort(key=lambda row: order.get(row["state"], 9))
    return {
        "title": "Rows kept aside",
        "feed": feed,
        "rule": rule,
        "state": state,
        "counts": every["counts"],
        "rows": rows[:MOST],
        "more": max(0, len(rows) - MOST),
    }


def row(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """One row, or a delivery that is held, with all that is expected of it."""
    place = _place(asked)
    with laboratory.engine() as engine:
        found = shown(engine, place, _decided(laboratory))
    return {
        "title": found["row"],
        **found,
        "done": asked.one_of("done", STEPS),
        "still": asked.text("still", MOST_STILL),
    }


def act(laboratory: Laboratory, asked: Asked) -> str:
    """Take a step about a row; the address of the row."""
    place = _place(asked)
    what = asked.one_of("what", STEPS)
    if what is None:
        raise RequestError(f"`what` is one of {', '.join(STEPS)}.")
    who, why = asked.text("who", 80), asked.text("why", MOST_TEXT)
    if who is None or why is None:
        raise RequestError("Say who decides and why; both are written into the log of the home.")
    column = asked.text("column")
    if what == CORRECT and column is None:
        raise RequestError("Name the column that is to be corrected.")
    values = None if column is None else {column: asked.text("value", MOST_TEXT)}
    (told,) = decide(laboratory.home, what, who, why, row=place, values=values)
    still = ", ".join(one["rule"] for one in told["still"])
    return f"/quarantine/{place}?{query_of([('done', what), ('still', still)])}"


def _listed(
    laboratory: Laboratory, feed: str | None = None, rule: str | None = None
) -> dict[str, Any]:
    """What is kept aside; looked up once as long as nobody decides anything."""
    decided = _decided(laboratory)

    def look_up() -> dict[str, Any]:
        with laboratory.engine() as engine:
            return listed(engine, decided, feed, rule)

    return laboratory.kept(("kept aside", feed, rule, repr(decided)), look_up)


def _place(asked: Asked) -> str:
    return asked.places["row"].strip("/")


def _decided(laboratory: Laboratory) -> Courses:
    return courses(read_log(laboratory.home.path / LOG))


PAGES = (
    Page("/quarantine", "quarantine.html", look, takes=("feed", "rule", "state")),
    Page(
        "/quarantine/{row:path}",
        "quarantine_row.html",
        row,
        takes=("done", "still"),
        act=act,
        sends=("what", "who", "why", "column", "value"),
    ),
)
