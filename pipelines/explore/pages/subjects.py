"""A subject: who shows what about it on a day, its grades and measures, and what each audience sees."""

from datetime import date, timedelta
from typing import Any

from pipelines.explore.asked import Asked
from pipelines.explore.days import slider
from pipelines.explore.laboratory import World
from pipelines.explore.otherwise import OF_A_WORLD, in_every_world
from pipelines.explore.page import Page
from pipelines.subject import about, find_subject
from pipelines.trace import rows, steps_of

AUDIENCES = ("public", "limited", "intergovernmental")
SEEN = (
    "SELECT audience, holder, area, item_kind, item, reason, value, since FROM publication.pages "
    "WHERE subject_id = ? ORDER BY ALL"
)
# What is held changes on these days; between two of them a slider finds nothing new.
CHANGES = (
    "SELECT DISTINCT day FROM (SELECT unnest([from_day, to_day]) AS day FROM exchange.copies "
    "WHERE subject_id = $1 UNION SELECT unnest([from_day, to_day]) FROM consequences.measures "
    "WHERE subject_id = $1 UNION SELECT unnest([from_day, to_day]) FROM scores.grades "
    "WHERE subject_id = $1) WHERE day IS NOT NULL AND day < CAST($2 AS DATE) ORDER BY day"
)


@in_every_world
def look(world: World, asked: Asked) -> dict[str, Any]:
    """Everything held about a subject on a day; kept for whoever asks again."""
    given, day = asked.places["subject"], asked.day("day")
    return world.kept(("subject", given, day), lambda: _held(world, given, day))


def _held(world: World, given: str, day: date | None) -> dict[str, Any]:
    run = world.run
    with world.engine() as engine:
        subject = find_subject(engine, given)
        found = about(engine, subject, day)
        pages = rows(engine, SEEN, subject)
        numbers = rows(
            engine,
            "SELECT DISTINCT scheme, value FROM resolve.identifiers WHERE subject_id = ? ORDER BY ALL",
            subject,
        )
        changes = [row["day"] for row in rows(engine, CHANGES, subject, run["horizon"])]
    seen = {
        audience: [row for row in pages if row["audience"] == audience] for audience in AUDIENCES
    }
    for measure in found["measures"]:
        measure["links"] = _links(measure, found["subject_id"])
    today = date.fromisoformat(found["as_of"])
    return {
        "title": found.get("name") or f"Subject {subject[:8]}",
        **found,
        "numbers": numbers,
        "seen": seen,
        **slider(world, found["as_of"]),
        "before": max(
            (d for d in changes if d < found["as_of"] and d >= run["day0"]), default=None
        ),
        "after": min((d for d in changes if d > found["as_of"]), default=None),
        "published_on": run["last_day"],
        "a_day_on": min(today + timedelta(1), date.fromisoformat(run["horizon"])).isoformat(),
    }


def _links(measure: dict[str, Any], subject: str) -> list[dict[str, str]]:
    """The links a measure came along: kind, and the subjects at both ends."""
    return [
        {"link_kind": kind, "a_id": a, "b_id": b}
        for kind, a, b in steps_of(measure["link_path"] or "", subject)
    ]


PAGES = (Page("/subjects/{subject}", "subjects.html", look, takes=("day", *OF_A_WORLD)),)
