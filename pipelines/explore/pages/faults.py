"""What each kind of fault would do to a record, before any is let happen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.explore.asked import Asked
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page
from pipelines.explore.recorded import feed_of, fitting

if TYPE_CHECKING:
    from pipelines.replay import Universes


def look(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """Kind by kind the columns of a record that would change."""
    feed, record_id = feed_of(laboratory, asked.places["record"])

    def make() -> list[dict[str, Any]]:
        with laboratory.universes() as universes:
            return [_would(universes, one, feed.name, record_id) for one in fitting(feed.name)]

    return {
        "title": f"What each kind of fault would do to record {record_id[:8]}",
        "record_id": record_id,
        "feed": feed.name,
        "faults": laboratory.kept(("faults", record_id), make),
    }


def _would(universes: Universes, one: dict[str, str], feed: str, record_id: str) -> dict[str, Any]:
    """What one kind would change, or why it changes nothing."""
    from pipelines.replay import EditError, FaultError, FaultSpec
    from pipelines.replay.tell.form import fault_json

    try:
        (edit,) = universes.case([FaultSpec(one["kind"], feed=feed, record=record_id)])
    except (FaultError, EditError) as error:
        return {**one, "changed": {}, "delivery": None, "row": None, "why_not": str(error)}
    told = fault_json(edit)
    row = None
    if told["before"] is None or told["after"] is None:
        row = "not delivered" if told["before"] else "added"
    changed = told["changed"] if row is None else {}
    return {**one, "changed": changed, "delivery": told["delivery"], "row": row, "why_not": None}


PAGES = (Page("/records/{record}/faults", "faults.html", look),)
