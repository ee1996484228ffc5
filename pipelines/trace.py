"""From anything in the database back to file and line, and from a record forward to all it reached.

What can be traced is named by its id, or by the first characters of it, with or without hyphens:

    record_id                     forward: what the record reached
    entry_id, entry_version       back: what an entry rests on
    measure_id                    back: the entry and the links behind a measure
    PATH|ENTRY_VERSION            back: a copy, by the path it came and the entry version it shows
    KEEPER|SUBJECT_ID|DAY         back: a change of points

The result is a plain tree. Beside each id of a subject stands the name the registers last gave it. A
`to_day` is the first day on which something no longer holds, as in the tables; none is "still".
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipelines.engine.base import Engine

SHORTEST = 6  # characters of an id that must be given
WHOLE = 32  # characters of a whole id


class NotFound(ValueError):
    """Nothing in the database has the id."""


def rows(engine: Engine, sql: str, *params: Any) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries; days as ISO text, whichever day it is, and numbers as numbers."""
    table = engine.query(sql, list(params))
    for n, column in enumerate(table.schema):
        # Python knows no day after the year 9999, the engine does.
        if pa.types.is_date(column.type):
            table = table.set_column(n, column.name, table.column(n).cast(pa.string()))
    found = table.to_pylist()
    for row in found:
        for key, value in row.items():
            if isinstance(value, Decimal):
                row[key] = int(value) if value == int(value) else float(value)
    return found


def a_day(text: str, what: str) -> str:
    """The text, if it is a day as YYYY-MM-DD.

    Raises:
        ValueError: if it is not, in one sentence that begins with `what`.
    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(f"{what} must be a day as YYYY-MM-DD, not {text!r}.") from None


def feed_names(engine: Engine) -> list[str]:
    """Feeds the database was built from, sorted."""
    return [r["feed"] for r in rows(engine, "SELECT feed FROM codes.feeds ORDER BY feed")]


def lines_of(
    engine: Engine,
    record_id: str,
    version: str | None = None,
    feeds: Iterable[str] | None = None,
) -> list[dict[str, Any]]:
    """Where a record stands in the delivered files: feed, delivery, file and line.

    A file is named relative to the landing folder; a line counts from 1, or is the place of the
    record in a document.

    Args:
        version: only lines that say this; None: all.
        feeds: feeds to look in, where it is known; None: all of them.
    """
    found: list[dict[str, Any]] = []
    for feed in sorted(feeds) if feeds is not None else feed_names(engine):
        sql = (
            f"SELECT feed, record_id, version, delivery, file, line FROM landing.{feed} "
            "WHERE record_id = ?"
            + (" AND version = ?" if version else "")
            + " ORDER BY published, file, line"
        )
        found += rows(engine, sql, *([record_id, version] if version else [record_id]))
    return found


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
        back = entry_back if parent["parent_kind"] == "entry" else event_back
        node["rests_on"].append(back(engine, parent["parent_id"]))
    return node


def event_back(engine: Engine, parent_id: str) -> dict[str, Any]:
    """A record's version as the event it was, and the lines it stands on."""
    record_id, _, version = parent_id.partition(":")
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
        "lines": lines_of(engine, record_id, version, {e["feed"] for e in events} or None),
    }


def steps_of(link_path: str, subject_id: str) -> list[tuple[str, str, str]]:
    """The links along a measure's path, in order, as (link_kind, a_id, b_id).

    Args:
        link_path: `step from_id [step from_id]`, as consequences.measures writes it.
        subject_id: whom the path ends at.
    """
    words = link_path.split()
    starts = words[1::2]
    ends = [*starts[1:], subject_id]
    found = []
    for step, start, end in zip(words[0::2], starts, ends, strict=False):
        kind, direction = step.split(":")[:2]
        found.append((kind, start, end) if direction == "a>b" else (kind, end, start))
    return found


def links_back(engine: Engine, measure: dict[str, Any]) -> list[dict[str, Any]]:
    """Records of the links along a measure's `link_path`, in order, with their lines.

    Of each link those records that were believed, and said that it holds, on some day of the measure.

    Args:
        measure: a row of consequences.measures.
    """
    found = []
    for kind, a, b in steps_of(measure["link_path"], measure["subject_id"]):
        for link in rows(
            engine,
            "SELECT DISTINCT record_id, version, feed FROM merge.links "
            "WHERE link_kind = ? AND a_id = ? AND b_id = ? "
            "AND meet(greatest(from_day, coalesce(valid_from, from_day)), least(to_day, valid_to), "
            "CAST(? AS DATE), CAST(? AS DATE)) ORDER BY ALL",
            *(kind, a, b, measure["from_day"], measure["to_day"]),
        ):
            found.append(
                {
                    "kind": "link",
                    "link_kind": kind,
                    "a_id": a,
                    "b_id": b,
                    **link,
                    "lines": lines_of(engine, link["record_id"], link["version"], [link["feed"]]),
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
        rests += links_back(engine, row)
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
    if not any(row["path"] == path for row in way):
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
        node["rests_on"].append(entry_back(engine, because.removeprefix("entry:")))
    return node


# What a record did -> where it stands, by its id.
OF_A_RECORD = {
    "speaks_of": "SELECT role, subject_id, method, score, from_day, to_day FROM resolve.matches "
    "WHERE record_id = ? ORDER BY ALL",
    "unmatched": "SELECT role, reason, candidates, from_day, to_day FROM resolve.unmatched "
    "WHERE record_id = ? ORDER BY ALL",
    "entries": "SELECT e.* FROM exchange.entries AS e INNER JOIN ("
    "SELECT entry_version, min(steps) AS steps FROM exchange.ancestry "
    "WHERE ancestor_kind <> 'entry' AND ancestor_id BETWEEN ? || ':' AND ? || ';' GROUP BY entry_version"
    ") AS reached ON reached.entry_version = e.entry_version "
    "ORDER BY reached.steps, e.entry_version",
    "links": "SELECT DISTINCT link_kind, a_id, b_id, valid_from, valid_to, from_day, to_day "
    "FROM merge.links WHERE record_id = ? ORDER BY ALL",
}
# What came of entries -> where it stands, by their versions: all that is asked for at once.
OF_ENTRIES = {
    "copies": "SELECT entry_version AS of, holder, path, subject_id, from_day, to_day "
    "FROM exchange.copies WHERE entry_version IN (SELECT unnest(CAST(? AS UUID[]))) "
    "ORDER BY of, distance, path, subject_id, from_day",
    "measures": "SELECT because_entry_version AS of, measure_id, measure, agency, subject_id, link_path, "
    "from_day, to_day FROM consequences.measures "
    "WHERE because_entry_version IN (SELECT unnest(CAST(? AS UUID[]))) ORDER BY ALL",
    "points": "SELECT substr(because, 7) AS of, keeper, subject_id, day, change, reason "
    "FROM scores.points WHERE because IN (SELECT 'entry:' || unnest(CAST(? AS VARCHAR[]))) ORDER BY ALL",
}


def record_forward(engine: Engine, record_id: str) -> dict[str, Any]:
    """A record and all it reached: subjects, entries, adoptions, copies, measures and points."""
    believed = rows(
        engine,
        "SELECT feed FROM conform.events WHERE record_id = ? UNION "
        "SELECT feed FROM conform.links WHERE record_id = ? UNION "
        "SELECT feed FROM conform.statements WHERE record_id = ?",
        *[record_id] * 3,
    )
    lines = lines_of(engine, record_id, feeds=[r["feed"] for r in believed] or None)
    if not lines:
        raise NotFound(f"No landed record has the id {record_id}.")
    did = {
        name: rows(engine, sql, *[record_id] * sql.count("?")) for name, sql in OF_A_RECORD.items()
    }
    versions = [entry["entry_version"] for entry in did["entries"]]
    for name, sql in OF_ENTRIES.items() if versions else ():
        found: dict[str, list[dict[str, Any]]] = {version: [] for version in versions}
        for row in rows(engine, sql, versions):
            found[row.pop("of")].append(row)
        for entry in did["entries"]:
            entry[name] = found[entry["entry_version"]]
    return {
        "kind": "record",
        "record_id": record_id,
        "feed": lines[0]["feed"],
        "lines": lines,
        **did,
        "measures_along_links": carried_along(engine, did["links"]),
    }


def carried_along(engine: Engine, links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The measures that went along any of some links while it was believed to hold."""
    found: dict[str, dict[str, Any]] = {}
    for link in links:
        wanted = (link["link_kind"], link["a_id"], link["b_id"])
        since = max(link["from_day"], link["valid_from"] or "")
        ends = [day for day in (link["to_day"], link["valid_to"]) if day]
        for measure in rows(
            engine,
            "SELECT measure_id, measure, agency, subject_id, link_path, from_day, to_day "
            "FROM consequences.measures WHERE contains(link_path, ?) "
            "AND (subject_id IN (?, ?) OR contains(link_path, ?)) "
            "AND (contains(link_path, ?) OR contains(link_path, ?)) ORDER BY ALL",
            *(link[k] for k in ("link_kind", "a_id", "b_id", "a_id", "a_id", "b_id")),
        ):
            along = wanted in steps_of(measure["link_path"], measure["subject_id"])
            early = bool(ends) and min(ends) <= measure["from_day"]
            late = measure["to_day"] is not None and measure["to_day"] <= since
            if along and not early and not late:
                found[measure["measure_id"]] = measure
    return [found[key] for key in sorted(found)]


def _ids(engine: Engine, table: str, column: str, start: str, most: int) -> list[str]:
    """The first few ids in a column that begin with `start`."""
    between = ids_from(start)
    if between is None:
        return []
    found = rows(
        engine,
        f"SELECT DISTINCT {column} AS id FROM {table} WHERE {column} BETWEEN ? AND ? "
        f"ORDER BY 1 LIMIT {most}",
        *between,
    )
    return [row["id"] for row in found]


def _full_ids(engine: Engine, start: str) -> Iterator[tuple[str, str]]:
    """What begins with `start`: pairs of kind and whole id. A whole id is looked for until found."""
    for kind, table, column in (
        ("entry_version", "exchange.entries", "entry_version"),
        ("entry_id", "exchange.entries", "entry_id"),
        ("measure", "consequences.measures", "measure_id"),
        *(("record", f"landing.{feed}", "record_id") for feed in feed_names(engine)),
    ):
        for whole in _ids(engine, table, column, start, most=5):
            yield kind, whole
            if len(start) == WHOLE:
                return


def digits_of(given: str) -> str:
    """The digits of an id, or of its start, that somebody gave: with capitals, hyphens, blanks around it."""
    return given.strip().lower().replace("-", "")


def ids_from(start: str) -> tuple[str, str] | None:
    """The first and the last id that begin with some digits; None if no id can.

    Between two ids, since a column of ids is looked up by its order and not by its text.

    >>> ids_from("f")
    ('f0000000000000000000000000000000', 'ffffffffffffffffffffffffffffffff')
    """
    if not re.fullmatch(f"[0-9a-f]{{1,{WHOLE}}}", start):
        return None
    return start.ljust(WHOLE, "0"), start.ljust(WHOLE, "f")


def whole_id(engine: Engine, table: str, column: str, start: str) -> str:
    """The one id in a column that begins with `start`.

    Raises:
        NotFound: if there is none, or several.
    """
    if len(start) < SHORTEST:
        raise NotFound(f"{start!r} is too short: give at least {SHORTEST} characters of an id.")
    found = _ids(engine, table, column, digits_of(start), most=2)
    if len(found) != 1:
        how_many = "several begin" if found else "none begins"
        raise NotFound(f"Of the {column}s in {table} {how_many} with {start!r}.")
    return found[0]


ID = re.compile(r"\b[0-9a-f]{32}\b")
NAMED = {"subject_id": "name", "a_id": "a_name", "b_id": "b_name", "link_path": "link_names"}
KINDS = {"subject_id": "subject_kind", "a_id": "a_kind", "b_id": "b_kind"}


def with_names(engine: Engine, node: dict[str, Any], day: str | None = None) -> dict[str, Any]:
    """The same tree with the name and the kind of each subject beside its id.

    Args:
        day: whose names: those registers gave last by then; None: those they gave last of all.
    """
    # An id of anything else is no subject's, so that it does no harm to look for it too.
    ids = sorted(set(ID.findall(json.dumps(node, default=str))))
    known = {
        r["subject_id"]: r
        for r in rows(
            engine,
            "SELECT subject_id, coalesce("
            "max_by(name, from_day) FILTER (from_day <= CAST(? AS DATE)), max_by(name, from_day)"
            ") AS name, max_by(subject_kind, from_day) AS kind FROM resolve.names "
            "WHERE subject_id IN (SELECT unnest(CAST(? AS UUID[]))) GROUP BY subject_id",
            day,
            ids,
        )
    }

    def named(item: Any) -> Any:
        if isinstance(item, list):
            return [named(value) for value in item]
        if not isinstance(item, dict):
            return item
        out = {}
        for key, value in item.items():
            out[key] = named(value)
            if key in NAMED and value and any(i in known for i in ID.findall(value)):
                out[NAMED[key]] = ID.sub(
                    lambda m: known[m[0]]["name"] if m[0] in known else m[0], value
                )
                if key in KINDS:
                    out[KINDS[key]] = known[value]["kind"]
        return out

    return named(node)


def trace(engine: Engine, given: str) -> dict[str, Any]:
    """Trace whatever an id names, with the names of the subjects met on the way.

    Raises:
        NotFound: if nothing has the id, or several things begin with it.
    """
    return with_names(engine, found_by(engine, given))


def found_by(engine: Engine, given: str) -> dict[str, Any]:
    """Trace whatever an id names.

    Raises:
        NotFound: if nothing has the id, or several things begin with it.
    """
    parts = given.strip().split("|")
    if len(parts) == 3:
        keeper, subject, day = parts
        who = whole_id(engine, "scores.points", "subject_id", subject)
        return point_back(engine, keeper, who, a_day(day, "The day of a change of points"))
    if len(parts) == 2:
        path, version = parts
        return copy_back(
            engine, path, whole_id(engine, "exchange.copies", "entry_version", version)
        )
    if len(given) < SHORTEST:
        raise NotFound(f"{given!r} is too short: give at least {SHORTEST} characters of an id.")
    found = sorted(set(_full_ids(engine, digits_of(given))))
    if not found:
        raise NotFound(
            f"Nothing here has an id that begins with {given!r}: neither a record, an entry nor a "
            "measure. Copies are PATH|ENTRY_VERSION, points KEEPER|SUBJECT_ID|DAY."
        )
    if len(found) > 1:
        options = ", ".join(f"{kind} {whole}" for kind, whole in found[:5])
        raise NotFound(f"{given!r} begins several ids; give more of one: {options}.")
    kind, whole = found[0]
    follow = {"record": record_forward, "measure": measure_back, "entry_version": entry_back}
    if kind in follow:
        return follow[kind](engine, whole)
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
