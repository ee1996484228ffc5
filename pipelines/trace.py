"""From anything in the database back to file and line, and from a record forward to all it reached.

What can be traced is named by its id, or by the first characters of it:

    record_id                     forward: what the record reached
    entry_id, entry_version       back: what an entry rests on
    measure_id                    back: the entry and the links behind a measure
    PATH|ENTRY_VERSION            back: a copy, by the path it came and the entry version it shows
    KEEPER|SUBJECT_ID|DAY         back: a change of points
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.engine.base import Engine

SHORTEST = 6  # characters of an id that must be given


class NotFound(ValueError):
    """Nothing in the database has the id."""


def rows(engine: Engine, sql: str, *params: Any) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries; days as ISO text."""
    table = engine.query(sql, list(params))
    found = table.to_pylist()
    for row in found:
        for key, value in row.items():
            if hasattr(value, "isoformat"):
                row[key] = value.isoformat()
    return found


def feed_names(engine: Engine) -> list[str]:
    """Feeds the database was built from, sorted."""
    return [r["feed"] for r in rows(engine, "SELECT feed FROM codes.feeds ORDER BY feed")]


def lines_of(engine: Engine, record_id: str, version: str | None = None) -> list[dict[str, Any]]:
    """Where a record stands in the delivered files: feed, delivery, file and line.

    A file is named relative to the landing folder; a line counts from 1, or is the place of the
    record in a document.
    """
    found: list[dict[str, Any]] = []
    for feed in feed_names(engine):
        sql = (
            f"SELECT feed, record_id, version, delivery, file, line FROM landing.{feed} "
            "WHERE record_id = ?"
            + (" AND version = ?" if version else "")
            + " ORDER BY published, file, line"
        )
        found += rows(engine, sql, *([record_id, version] if version else [record_id]))
    return found


def split_parent(parent_id: str) -> tuple[str, str]:
    """record_id and version of an event's id."""
    record_id, _, version = parent_id.partition(":")
    return record_id, version


def entry_back(engine: Engine, entry_version: str) -> dict[str, Any]:
    """An entry version with everything it rests on, down to file and line."""
    found = rows(engine, "SELECT * FROM exchange.entries WHERE entry_version = ?", entry_version)
    if not found:
        raise NotFound(f"No entry has the version {entry_version}.")
    node: dict[str, Any] = {"kind": "entry", **found[0], "rests_on": []}
    for parent in rows(
        engine,
        "SELECT DISTINCT parent_kind, parent_id FROM exchange.evidence WHERE entry_version = ? "
        "ORDER BY parent_kind, parent_id",
        entry_version,
    ):
        if parent["parent_kind"] == "entry":
            node["rests_on"].append(entry_back(engine, parent["parent_id"]))
        else:
            node["rests_on"].append(event_back(engine, parent["parent_id"]))
    return node


def event_back(engine: Engine, parent_id: str) -> dict[str, Any]:
    """A record's version as the event it was, and the lines it stands on."""
    record_id, version = split_parent(parent_id)
    events = rows(
        engine,
        "SELECT DISTINCT feed, record_id, version, event_kind, ground, severity, event_day, "
        "subject_id, method FROM merge.events WHERE record_id = ? AND version = ? ORDER BY ALL",
        record_id,
        version,
    )
    return {
        "kind": "record",
        "record_id": record_id,
        "version": version,
        "events": events,
        "lines": lines_of(engine, record_id, version),
    }


def links_back(engine: Engine, link_path: str, subject_id: str) -> list[dict[str, Any]]:
    """Records of the links along a measure's `link_path`, in order, with their lines.

    Args:
        link_path: `step from_id [step from_id]`, as consequences.measures writes it.
        subject_id: whom the path ends at.
    """
    words = link_path.split()
    nodes = words[1::2] + [subject_id]
    found = []
    for step, start, end in zip(words[0::2], nodes, nodes[1:], strict=False):
        kind, _, direction = step.partition(":")
        a, b = (start, end) if direction == "a>b" else (end, start)
        for link in rows(
            engine,
            "SELECT DISTINCT record_id, version, feed FROM merge.links "
            "WHERE link_kind = ? AND a_id = ? AND b_id = ? ORDER BY ALL",
            kind,
            a,
            b,
        ):
            found.append(
                {
                    "kind": "link",
                    "link_kind": kind,
                    "a_id": a,
                    "b_id": b,
                    **link,
                    "lines": lines_of(engine, link["record_id"], link["version"]),
                }
            )
    return found


def measure_back(engine: Engine, measure_id: str) -> dict[str, Any]:
    """A measure, the entry that moved the agency, and the links it went along."""
    found = rows(engine, "SELECT * FROM consequences.measures WHERE measure_id = ?", measure_id)
    if not found:
        raise NotFound(f"No measure has the id {measure_id}.")
    row = found[0]
    rests: list[dict[str, Any]] = [entry_back(engine, row["because_entry_version"])]
    if row["link_path"]:
        rests += links_back(engine, row["link_path"], row["subject_id"])
    return {"kind": "measure", **row, "rests_on": rests}


def copy_back(engine: Engine, path: str, entry_version: str) -> dict[str, Any]:
    """A copy: who showed it on the way, and what the entry rests on."""
    steps = path.split(">")
    way = []
    for n in range(1, len(steps) + 1):
        way += rows(
            engine,
            "SELECT holder, path, subject_id, from_day, to_day FROM exchange.copies "
            "WHERE path = ? AND entry_version = ? ORDER BY subject_id, from_day",
            ">".join(steps[:n]),
            entry_version,
        )
    if not way:
        raise NotFound(f"No copy of {entry_version} came by {path}.")
    return {
        "kind": "copy",
        "path": path,
        "way": way,
        "rests_on": [entry_back(engine, entry_version)],
    }


def point_back(engine: Engine, keeper: str, subject_id: str, day: str) -> dict[str, Any]:
    """The changes of a subject's points on one day, and what each rests on."""
    found = rows(
        engine,
        "SELECT * FROM scores.points WHERE keeper = ? AND subject_id = ? AND day = CAST(? AS DATE) "
        "ORDER BY reason, because, change",
        keeper,
        subject_id,
        day,
    )
    if not found:
        raise NotFound(f"{keeper} changed no points of {subject_id} on {day}.")
    node: dict[str, Any] = {"kind": "points", "changes": found, "rests_on": []}
    for because in sorted({row["because"] for row in found}):
        kind, _, rest = because.partition(":")
        back = event_back if kind == "event" else entry_back
        node["rests_on"].append(back(engine, rest))
    return node


def record_forward(engine: Engine, record_id: str) -> dict[str, Any]:
    """A record and all it reached: subjects, entries, adoptions, copies, measures and points."""
    lines = lines_of(engine, record_id)
    if not lines:
        raise NotFound(f"No landed record has the id {record_id}.")
    speaks = rows(
        engine,
        "SELECT role, subject_id, method, score, from_day, to_day FROM resolve.matches "
        "WHERE record_id = ? ORDER BY ALL",
        record_id,
    )
    unmatched = rows(
        engine,
        "SELECT role, reason, candidates, from_day, to_day FROM resolve.unmatched "
        "WHERE record_id = ? ORDER BY ALL",
        record_id,
    )
    # Entries that rest on the record, then those adopted from them, until no more are found.
    reached = [
        r["entry_version"]
        for r in rows(
            engine,
            "SELECT DISTINCT entry_version FROM exchange.evidence "
            "WHERE parent_kind = 'event' AND starts_with(parent_id, ?) ORDER BY 1",
            record_id + ":",
        )
    ]
    todo = list(reached)
    while todo:
        parent = todo.pop(0)
        for r in rows(
            engine,
            "SELECT DISTINCT entry_version FROM exchange.evidence "
            "WHERE parent_kind = 'entry' AND parent_id = ? ORDER BY 1",
            parent,
        ):
            if r["entry_version"] not in reached:
                reached.append(r["entry_version"])
                todo.append(r["entry_version"])
    entries = []
    for version in reached:
        entry = rows(engine, "SELECT * FROM exchange.entries WHERE entry_version = ?", version)[0]
        entry["copies"] = rows(
            engine,
            "SELECT holder, path, subject_id, from_day, to_day FROM exchange.copies "
            "WHERE entry_version = ? ORDER BY distance, path, subject_id, from_day",
            version,
        )
        entry["measures"] = rows(
            engine,
            "SELECT measure_id, measure, agency, subject_id, link_path, from_day, to_day "
            "FROM consequences.measures WHERE because_entry_version = ? ORDER BY ALL",
            version,
        )
        entry["points"] = rows(
            engine,
            "SELECT keeper, subject_id, day, change, reason FROM scores.points "
            "WHERE because = ? ORDER BY ALL",
            "entry:" + version,
        )
        entries.append(entry)
    points = rows(
        engine,
        "SELECT keeper, subject_id, day, change, reason FROM scores.points "
        "WHERE starts_with(because, ?) ORDER BY ALL",
        f"event:{record_id}:",
    )
    links = rows(
        engine,
        "SELECT DISTINCT link_kind, a_id, b_id, valid_from, valid_to, from_day, to_day "
        "FROM merge.links WHERE record_id = ? ORDER BY ALL",
        record_id,
    )
    carried = []
    for link in links:
        carried += rows(
            engine,
            "SELECT measure_id, measure, agency, subject_id, link_path, from_day, to_day "
            "FROM consequences.measures WHERE link_path <> '' AND contains(link_path, ?) "
            "AND (subject_id IN (?, ?) OR contains(link_path, ?) AND contains(link_path, ?)) "
            "ORDER BY ALL",
            link["link_kind"],
            link["a_id"],
            link["b_id"],
            link["a_id"],
            link["b_id"],
        )
    return {
        "kind": "record",
        "record_id": record_id,
        "feed": lines[0]["feed"],
        "lines": lines,
        "speaks_of": speaks,
        "unmatched": unmatched,
        "entries": entries,
        "points": points,
        "links": links,
        "measures_along_links": carried,
    }


def _full_ids(engine: Engine, start: str) -> Iterator[tuple[str, str]]:
    """What begins with `start`: pairs of kind and whole id."""
    for kind, table, column in (
        ("entry_version", "exchange.entries", "entry_version"),
        ("entry_id", "exchange.entries", "entry_id"),
        ("measure", "consequences.measures", "measure_id"),
    ):
        for row in rows(
            engine,
            f"SELECT DISTINCT {column} AS id FROM {table} WHERE starts_with({column}, ?) "
            "ORDER BY 1 LIMIT 5",
            start,
        ):
            yield kind, row["id"]
    for feed in feed_names(engine):
        for row in rows(
            engine,
            f"SELECT DISTINCT record_id AS id FROM landing.{feed} WHERE starts_with(record_id, ?) "
            "ORDER BY 1 LIMIT 5",
            start,
        ):
            yield "record", row["id"]


def trace(engine: Engine, given: str) -> dict[str, Any]:
    """Trace whatever an id names.

    Raises:
        NotFound: if nothing has the id, or several things begin with it.
    """
    parts = given.strip().split("|")
    if len(parts) == 3:
        return point_back(engine, *parts)
    if len(parts) == 2:
        return copy_back(engine, *parts)
    if len(given) < SHORTEST:
        raise NotFound(f"{given!r} is too short: give at least {SHORTEST} characters of an id.")
    found = sorted(set(_full_ids(engine, given.strip().lower())))
    if not found:
        raise NotFound(
            f"Nothing here has an id that begins with {given!r}: neither a record, an entry nor a "
            "measure. Copies are PATH|ENTRY_VERSION, points KEEPER|SUBJECT_ID|DAY."
        )
    if len(found) > 1:
        options = ", ".join(f"{kind} {whole}" for kind, whole in found[:5])
        raise NotFound(f"{given!r} begins several ids; give more of one: {options}.")
    kind, whole = found[0]
    if kind == "record":
        return record_forward(engine, whole)
    if kind == "measure":
        return measure_back(engine, whole)
    if kind == "entry_version":
        return entry_back(engine, whole)
    versions = rows(
        engine,
        "SELECT entry_version FROM exchange.entries WHERE entry_id = ? ORDER BY from_day, 1",
        whole,
    )
    return {
        "kind": "entry",
        "entry_id": whole,
        "versions": [entry_back(engine, r["entry_version"]) for r in versions],
    }
