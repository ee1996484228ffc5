"""What a page says in one world beside what it says in the clean one: row by row, in words."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]

# What tells of two rows that one is the other, altered; by the name of the list they stand in. Rows of
# other lists are the same, or they are not.
KEYS: Mapping[str, tuple[str, ...]] = {
    "acts": ("event_kind",),
    "cells": ("column",),
    "changes": ("keeper", "subject_id", "day", "reason"),
    "conform_links": ("link_kind",),
    "copies": ("holder", "path", "subject_id"),
    "entries": ("entry_id", "subject_id"),
    "events": ("record_id", "event_kind"),
    "facts": ("property", "record_id"),
    "gates": ("gate", "expectation", "column"),
    "held": ("list", "came_from"),
    "intergovernmental": ("holder", "item_kind", "item"),
    "late": ("list", "came_from"),
    "limited": ("holder", "item_kind", "item"),
    "lines": ("delivery", "file", "line"),
    "links": ("link_kind", "a_id", "b_id", "record_id"),
    "measures": ("measure", "agency", "list", "subject_id", "link_path"),
    "points": ("keeper", "subject_id", "day", "reason"),
    "public": ("holder", "item_kind", "item"),
    "rests_on": ("kind", "record_id", "entry_id", "link_kind", "a_id", "b_id"),
    "scores": ("keeper",),
    "shown_by": ("holder", "list", "path", "entry_id"),
    "speaks_of": ("role",),
    "stale": ("list", "path", "subject_id"),
    "statements": ("property", "effect"),
    "unmatched": ("role",),
    "versions": ("first",),
    "way": ("holder", "path", "subject_id"),
}
# Lists of which a page shows the first few: what differs comes first in them.
CUT = frozenset(
    {"copies", "entries", "intergovernmental", "limited", "measures", "points", "public"}
)
SAID = {"to_day": "until", "from_day": "from", "ended_at_owner": "gone at its owner since"}
SILENT = ("_id", "version", "_path", "_kind")  # ends of names of columns that say nothing to people
LONGEST = 60  # characters said of a value


def beside(there: Row, clean: Row, state: str) -> tuple[Row, int]:
    """One page's values with those of the clean world beside them.

    Every row of every list gets `world`: `both`, `altered` (of the same thing both worlds say something,
    and not the same), `there` or `clean` (only that world has it); and, unless both say the same, `mark`:
    that in words. Rows that the clean world alone has come last.

    Args:
        there, clean: what the page says in the world it tells of, and in the clean one.
        state: what that world is called.

    Returns:
        The values, and how many rows are otherwise.

    >>> shown, marks = beside({"scores": [{"keeper": "city", "grade": "B"}]},
    ...                       {"scores": [{"keeper": "city", "grade": "A"}]}, "faulty")
    >>> shown["scores"][0]["mark"], marks
    ('≠ in the clean world: grade A', 1)
    """
    marking = _Marking(state)
    return marking.node(there, clean), marking.marks


class _Marking:
    """One page; it counts what is otherwise."""

    def __init__(self, state: str) -> None:
        self.only = {
            "there": f"+ only in the {state} world",
            "clean": "− only in the clean world",
        }
        self.marks = 0

    def node(self, there: Row, clean: Row) -> Row:
        """A dictionary with what stands below it in both worlds."""
        found = dict(there)
        for name, value in there.items():
            other = clean.get(name)
            if isinstance(value, dict) and isinstance(other, dict):
                found[name] = self.node(value, other)
            elif isinstance(value, list) and isinstance(other, list):
                found[name] = self.rows(name, value, other)
        return found

    def rows(self, name: str, there: Sequence[Any], clean: Sequence[Any]) -> list[Any]:
        """A list's rows in both worlds."""
        if not all(isinstance(row, dict) for row in (*there, *clean)):
            return list(there)
        same: dict[str, list[Row]] = defaultdict(list)
        for row in clean:
            same[json.dumps(_own(row), default=str)].append(row)
        partner: dict[int, Row] = {}
        for n, row in enumerate(there):
            if equal := same[json.dumps(_own(row), default=str)]:
                partner[n] = equal.pop(0)
        left = [row for row in clean if not any(row is one for one in partner.values())]
        alike = self._altered(name, {n: r for n, r in enumerate(there) if n not in partner}, left)
        found = []
        for n, row in enumerate(there):
            if n in partner:
                found.append(self.node(row, partner[n]) | {"world": "both"})
            elif n in alike:
                mark = f"≠ in the clean world: {_said(row, alike[n])}"
                found.append(self._marked(self.node(row, alike[n]), "altered", mark))
            else:
                found.append(self._marked(row, "there", self.only["there"]))
        found += [self._marked(row, "clean", self.only["clean"]) for row in left]
        return sorted(found, key=lambda row: row["world"] == "both") if name in CUT else found

    def _altered(self, name: str, there: Mapping[int, Row], left: list[Row]) -> dict[int, Row]:
        """Rows that say something else of the same thing, taken out of what is left of the clean world."""
        key = KEYS.get(name)
        found: dict[int, Row] = {}
        for n, row in there.items() if key else ():
            for at, other in enumerate(left):
                if all(row.get(k) == other.get(k) for k in key):
                    found[n] = left.pop(at)
                    break
        return found

    def _marked(self, row: Row, world: str, mark: str) -> Row:
        self.marks += 1
        return row | {"world": world, "mark": mark}


def _own(row: Row) -> Row:
    """A row's own values, without what stands below it."""
    return {name: value for name, value in row.items() if not isinstance(value, list | dict)}


def _said(there: Row, clean: Row) -> str:
    """What the clean world says otherwise of the same thing."""
    told = [
        f"{SAID.get(name, name).replace('_', ' ')} {_value(name, value)}"
        for name, value in _own(clean).items()
        if there.get(name) != value and not name.endswith(SILENT)
    ]
    return ", ".join(told) or "it rests on another version"


def _value(name: str, value: Any) -> str:
    if value is None:
        return "still" if name in ("to_day", "valid_to") else "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).replace("_", " ")
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
