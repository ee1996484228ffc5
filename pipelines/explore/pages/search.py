"""Find somebody or something by a name, a number, an id or a file."""

import re
from typing import Any

from pipelines.explore.asked import Asked
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page
from pipelines.explore.recorded import records_from

MOST = 20  # found of each sort
LONGEST = 100  # characters looked for

BY_NAME = (
    "SELECT n.subject_id, max_by(n.name, n.from_day) AS name, "
    "max_by(n.subject_kind, n.from_day) AS subject_kind, max_by(n.division, n.from_day) AS division "
    "FROM resolve.names AS n WHERE contains(n.name, ?) OR n.name_key = name_key(?) "
    "GROUP BY n.subject_id ORDER BY length(max_by(n.name, n.from_day)), 2, 1 LIMIT ?"
)
BY_NUMBER = (
    "WITH i AS (SELECT DISTINCT subject_id, scheme, value FROM resolve.identifiers "
    "WHERE starts_with(value, ?) ORDER BY value, scheme, subject_id LIMIT ?) "
    "SELECT i.subject_id, i.scheme, i.value, n.name, n.subject_kind, n.division FROM i "
    "LEFT JOIN (SELECT subject_id, max_by(name, from_day) AS name, "
    "max_by(subject_kind, from_day) AS subject_kind, max_by(division, from_day) AS division "
    "FROM resolve.names WHERE subject_id IN (SELECT subject_id FROM i) GROUP BY subject_id) AS n "
    "ON n.subject_id = i.subject_id ORDER BY i.value, i.scheme, i.subject_id"
)
BY_FILE = (
    "SELECT feed, published, file, rows FROM landing.deliveries WHERE contains(file, ?) "
    "ORDER BY published, file LIMIT ?"
)


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """What is found for a few characters."""
    wanted = asked.text("q", LONGEST)
    found = (
        {"subjects": [], "numbers": [], "records": [], "files": []}
        if not wanted
        else {
            "subjects": laboratory.rows(BY_NAME, wanted, wanted, MOST),
            "numbers": laboratory.rows(BY_NUMBER, wanted.upper(), MOST) if _number(wanted) else [],
            "records": records_from(laboratory, wanted, MOST) or [],
            "files": laboratory.rows(BY_FILE, wanted, MOST) if len(wanted) > 2 else [],
        }
    )
    return {
        "title": f"Found for {wanted}" if wanted else "Find",
        "q": wanted,
        "most": MOST,
        **found,
    }


def _number(text: str) -> bool:
    """Whether a text can be the start of a number or code."""
    return re.fullmatch("[0-9A-Za-z-]{4,30}", text) is not None


PAGES = (Page("/search", "search.html", look, takes=("q",)),)
