"""All that is held about one subject, by whom and since when, as of any day; and what an audience sees."""

import re
from datetime import date
from typing import Any

from pipelines.engine.base import Engine
from pipelines.trace import NotFound, digits_of, rows, with_names

STANDS = "on_day(from_day, to_day, CAST(? AS DATE))"

WHOLE_ID = re.compile("[0-9a-f]{32}")

# What is held of a subject on a day -> where it stands.
HELD = {
    "facts": "SELECT property, value, won, feed, valid_from, valid_to, from_day AS since, record_id "
    f"FROM merge.facts WHERE subject_id = ? AND {STANDS} ORDER BY property, won DESC, rank, feed",
    "events": "SELECT event_kind, ground, severity, amount_yuan, document_no, event_day, feed, "
    f"method, from_day AS since, record_id FROM merge.events WHERE subject_id = ? AND {STANDS} "
    "ORDER BY event_day, event_kind, record_id",
    "links": "SELECT link_kind, a_id, b_id, valid_from, valid_to, from_day AS since, feed, record_id "
    f"FROM merge.links WHERE ? IN (a_id, b_id) AND {STANDS} ORDER BY ALL",
    "shown_by": "SELECT c.holder, c.list, e.ground, e.severity, e.value, c.path, c.from_day AS since, "
    "c.to_day, c.entry_id, c.entry_version FROM exchange.copies AS c "
    "INNER JOIN exchange.entries AS e ON e.entry_version = c.entry_version "
    "WHERE c.subject_id = ? AND on_day(c.from_day, c.to_day, CAST(? AS DATE)) "
    "ORDER BY c.list, c.distance, c.path, c.entry_version",
    "measures": "SELECT measure, agency, list, link_path, from_day AS since, to_day, measure_id "
    f"FROM consequences.measures WHERE subject_id = ? AND {STANDS} "
    "ORDER BY measure, agency, from_day, measure_id",
    "scores": "SELECT keeper, points, grade, from_day AS since FROM scores.grades "
    f"WHERE subject_id = ? AND {STANDS} ORDER BY keeper",
}

# What an audience sees of a subject on the last day of deliveries.
NAMED = "SELECT name, number FROM publication.names WHERE subject_id = ? AND audience = ?"
PUBLISHED = (
    "SELECT holder, area, item_kind, item, reason, value, since FROM publication.pages "
    "WHERE subject_id = ? AND audience = ? ORDER BY ALL"
)


def find_subject(engine: Engine, given: str) -> str:
    """The subject_id meant by a subject_id (or the start of one), an identifier or a name.

    All of them in whatever form they are written: a code in small letters, with blanks or hyphens, an id
    with hyphens, a name with blanks.

    Raises:
        NotFound: if it means nobody, or several.
    """
    digits = digits_of(given)
    if WHOLE_ID.fullmatch(digits):  # looked up as it is, since every other way reads whole tables
        known = rows(engine, "SELECT 1 FROM resolve.matches WHERE subject_id = ? LIMIT 1", digits)
        known = known or rows(engine, "SELECT 1 FROM resolve.names WHERE subject_id = ?", digits)
        if known:
            return digits
    found = rows(
        engine,
        "SELECT DISTINCT subject_id FROM resolve.identifiers WHERE value = compact(?) "
        "OR (length(?) >= 6 AND starts_with(id_text(subject_id), ?)) "
        "UNION SELECT subject_id FROM resolve.names WHERE name_key = name_key(?) "
        "UNION SELECT subject_id FROM resolve.matches WHERE id_text(subject_id) = ? "
        "ORDER BY 1",
        *(given, digits, digits, given, digits),
    )
    if not found:
        raise NotFound(
            f"Nobody here is {given!r}: give a subject_id, a code, a number or an exact name."
        )
    if len(found) > 1:
        some = ", ".join(_told_apart(engine, r["subject_id"]) for r in found[:5])
        more = f" … and {len(found) - 5} more" if len(found) > 5 else ""
        raise NotFound(f"{given!r} is {len(found)} subjects; give one subject_id: {some}{more}.")
    return found[0]["subject_id"]


def _told_apart(engine: Engine, subject_id: str) -> str:
    """A subject's id with what tells it from another of the name."""
    known = rows(
        engine,
        "SELECT name, division, address FROM resolve.names WHERE subject_id = ? "
        "ORDER BY from_day DESC LIMIT 1",
        subject_id,
    )
    words = [value for value in (known[0].values() if known else ()) if value]
    return f"{subject_id} ({', '.join(words)})" if words else subject_id


def about(engine: Engine, given: str, as_of: date | None = None) -> dict[str, Any]:
    """Everything held about a subject on a day.

    Args:
        given: subject_id, identifier or exact name.
        as_of: the day; by default the last day of deliveries.

    Raises:
        NotFound: if it means nobody, or several.
        ValueError: if the day lies before the first delivery or after the horizon.
    """
    run = rows(engine, "SELECT day0, last_day, horizon FROM codes.run")[0]
    day = as_of or date.fromisoformat(run["last_day"])
    if not run["day0"] <= day.isoformat() <= run["horizon"]:
        raise ValueError(
            f"{day} lies outside of what is known here: nothing is believed before {run['day0']}, and "
            f"nothing is worked out after {run['horizon']}."
        )
    who = find_subject(engine, given)
    held = {name: rows(engine, sql, who, day) for name, sql in HELD.items()}
    return with_names(
        engine, {"subject_id": who, "as_of": day.isoformat(), **held}, day.isoformat()
    )


def published(engine: Engine, given: str, audience: str) -> dict[str, Any]:
    """What an audience sees of a subject on the last day of deliveries, at whichever holder.

    Args:
        given: subject_id, identifier or exact name.
        audience: a code of the list `audiences`.

    Returns:
        `subject_id`, `audience`, `as_of`, `items` (rows of `publication.pages`), and the `name` and
        `number` by which the audience is told whom they mean; these are None where nothing is told.

    Raises:
        NotFound: if `given` means nobody, or several.
        ValueError: if there is no such audience.
    """
    known = rows(engine, "SELECT DISTINCT audience FROM codes.audiences ORDER BY audience")
    if audience not in (audiences := [row["audience"] for row in known]):
        raise ValueError(f"There is no audience {audience!r}; there are {', '.join(audiences)}.")
    who = find_subject(engine, given)
    named = rows(engine, NAMED, who, audience) or [{"name": None, "number": None}]
    (run,) = rows(engine, "SELECT last_day AS as_of FROM codes.run")
    items = rows(engine, PUBLISHED, who, audience)
    return {"subject_id": who, "audience": audience, **run, **named[0], "items": items}
