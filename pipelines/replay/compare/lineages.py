"""The rows from which causes are found, read out of two databases: copies, paths, parents, points."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache

import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.replay.compare.causes import Copy, Done, Lineage, Point, Step, Wrong, version_of
from pipelines.replay.compare.diff import CELL, MEASURE
from pipelines.replay.compare.sides import BEFORE, on_both_sides
from schemas.code_lists import CODES, read_csv

_POINTS = """
SELECT universe, {side} AS side, keeper, subject_id,
    date_diff('day', DATE '1970-01-01', day) AS day, change, reason, because
FROM {db}.scores.points INNER JOIN given.wrong_scores USING (universe, keeper, subject_id)
"""
_MADE_FROM = """
SELECT DISTINCT universe, entry_version, split_part(ancestor_id, ':', 1) AS record
FROM {db}.exchange.ancestry INNER JOIN given.rested_on USING (universe, entry_version)
WHERE ancestor_kind <> 'entry' AND steps = 1
"""
_VERSIONS = """
SELECT DISTINCT universe, entry_version, entry_id
FROM {db}.exchange.entries INNER JOIN given.rested_on USING (universe, entry_version)
"""
# Of the edited records those that entries were made from.
_EDITED = """
SELECT DISTINCT universe, entry_id, record
FROM (
    SELECT universe, e.entry_id, split_part(a.ancestor_id, ':', 1) AS record
    FROM {db}.exchange.ancestry AS a
    INNER JOIN {db}.exchange.entries AS e USING (universe, entry_version)
    WHERE a.ancestor_kind <> 'entry' AND a.steps = 1
)
SEMI JOIN concerned USING (universe, entry_id)
SEMI JOIN given.edited USING (universe, record)
"""
_BECAUSE = """
SELECT universe, m.agency, m.measure, m.subject_id, e.entry_id
FROM {db}.consequences.measures AS m
INNER JOIN given.wrong_measures USING (universe, agency, measure, subject_id)
INNER JOIN {db}.exchange.entries AS e
    ON e.universe = m.universe AND e.entry_version = m.because_entry_version
"""
# What an agency shows of whoever is listed on the list that stands against a measure.
_LISTED = """
SELECT universe, agency, measure, subject_id,
    CASE WHEN link_path = '' THEN id_text(subject_id) ELSE split_part(link_path, ' ', 2) END AS listed
FROM {db}.consequences.measures
INNER JOIN given.wrong_measures USING (universe, agency, measure, subject_id)
"""
_AGAINST = """
SELECT l.universe, l.agency, l.measure, l.subject_id, c.entry_id
FROM ({listed}) AS l
INNER JOIN given.stands_against AS s ON s.agency = l.agency AND s.measure = l.measure
INNER JOIN {{db}}.exchange.copies AS c
    ON c.universe = l.universe AND c.holder = l.agency AND c.list = s.list
    AND id_text(c.subject_id) = l.listed
"""
_CONCERNED = """
SELECT universe, entry_id FROM {db}.exchange.copies
INNER JOIN given.wrong_lists USING (universe, holder, list, subject_id)
"""
_DESCENT = """
SELECT e.universe, e.entry_id, p.entry_id AS ancestor, a.steps FROM {db}.exchange.ancestry AS a
INNER JOIN {db}.exchange.entries AS e
    ON e.universe = a.universe AND e.entry_version = a.entry_version
INNER JOIN {db}.exchange.entries AS p
    ON p.universe = a.universe AND id_text(p.entry_version) = a.ancestor_id
WHERE a.ancestor_kind = 'entry'
"""
_COPIES = """
SELECT c.universe, {side} AS side, c.holder, c.list, c.entry_id, c.subject_id,
    e.ground, e.severity, e.value, c.path, c.distance,
    date_diff('day', DATE '1970-01-01', c.from_day) AS first,
    date_diff('day', DATE '1970-01-01', least(coalesce(c.to_day, {{horizon}}), {{horizon}})) AS "end"
FROM {db}.exchange.copies AS c
INNER JOIN concerned USING (universe, entry_id)
LEFT JOIN {db}.exchange.entries AS e
    ON e.universe = c.universe AND e.entry_version = c.entry_version
"""


def _points(db: Databases, scores: pd.DataFrame) -> dict[int, list[Point]]:
    """Every change of the points of some scores, in both states: universe -> the changes."""
    if not len(scores):
        return {}
    db.put("wrong_scores", scores[["universe", "keeper", "subject_id"]].drop_duplicates())
    found: dict[int, list[Point]] = defaultdict(list)
    for universe, *row in db.rows(on_both_sides(_POINTS) + " ORDER BY ALL"):
        found[universe].append(Point(*row))
    return found


def _rested_on(
    db: Databases, points: Mapping[int, Sequence[Point]]
) -> tuple[dict[int, dict[str, list[str]]], dict[int, dict[str, str]]]:
    """What some points rest on: universe -> version of entry -> the records behind it; and -> the entry."""
    rows = [
        (universe, version)
        for universe, changes in points.items()
        for version in sorted({version_of(p.because) for p in changes} - {""})
    ]
    if not rows:
        return {}, {}
    db.put("rested_on", pd.DataFrame(rows, columns=["universe", "entry_version"]))
    records = _lists(db.rows(on_both_sides(_MADE_FROM, "UNION") + " ORDER BY ALL"))
    entries: dict[int, dict[str, str]] = defaultdict(dict)
    for universe, version, entry in db.rows(on_both_sides(_VERSIONS, "UNION")):
        entries[universe][version] = entry
    return records, entries


def _lists(rows: Iterable[tuple[int, str, str]]) -> dict[int, dict[str, list[str]]]:
    """Rows (universe, key, value) as universe -> key -> values."""
    found: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for universe, key, value in rows:
        found[universe][key].append(value)
    return found


def load(
    db: Databases,
    wrong: pd.DataFrame,
    measures: pd.DataFrame,
    scores: pd.DataFrame,
    horizon: date,
    sources: Mapping[int, Sequence[Wrong]],
) -> dict[int, tuple[Lineage, Mapping[Done, Sequence[str]]]]:
    """The lineage of wrong cells and measures, and the entries that the measures rest on.

    Args:
        wrong: list cells (universe, holder, list, subject_id) that are wrong after the correction.
        measures: measure cells (universe, agency, measure, subject_id) that are.
        scores: scores (universe, keeper, subject_id) that are.
        horizon: the day at which intervals are cut.
        sources: universe -> `Lineage.source`. Each of these universes gets an answer.
    """
    points = _points(db, scores)
    records, entries = _rested_on(db, points)
    rests: dict[int, dict[Done, list[str]]] = {}
    copies: dict[int, list[Copy]] = {}
    parents: dict[int, dict[str, list[str]]] = {}
    steps: dict[tuple[str, str], Step] = {}
    made_from: dict[int, dict[str, list[str]]] = {}
    if len(wrong) or len(measures):
        rests = _because(db, wrong, measures)
        parents = _concerned(db)
        copies = _copies(db, horizon)
        made_from = _made_from(db, sources)
        steps = {
            (name, path): Step(mode, readmitted)
            for name, path, mode, readmitted in db.rows(
                f"SELECT DISTINCT list, path, mode, readmitted FROM {BEFORE}.exchange.paths"
            )
        }
    return {
        universe: (
            Lineage(
                copies.get(universe, ()),
                steps,
                parents.get(universe, {}),
                source,
                points.get(universe, ()),
                records.get(universe, {}),
                entries.get(universe, {}),
                made_from.get(universe, {}),
            ),
            rests.get(universe, {}),
        )
        for universe, source in sources.items()
    }


def _made_from(
    db: Databases, sources: Mapping[int, Sequence[Wrong]]
) -> dict[int, dict[str, list[str]]]:
    """Universe -> entry concerned -> the edited records it was made from, where there are several."""
    edited = {universe: {wrong.record for wrong in runs} for universe, runs in sources.items()}
    rows = sorted(
        (u, record) for u, records in edited.items() if len(records) > 1 for record in records
    )
    if not rows:
        return {}
    db.put("edited", pd.DataFrame(rows, columns=["universe", "record"]))
    return _lists(db.rows(on_both_sides(_EDITED, "UNION") + " ORDER BY ALL"))


def _because(
    db: Databases, wrong: pd.DataFrame, measures: pd.DataFrame
) -> dict[int, dict[Done, list[str]]]:
    """What wrong measures rest on; makes the table `concerned` of the entries behind all cells."""
    cell, done = ["universe", *CELL], ["universe", *MEASURE]
    db.put("wrong_lists", wrong[cell].drop_duplicates())
    db.put("wrong_measures", measures[done].drop_duplicates())
    db.put("stands_against", _stands_against())
    against = _AGAINST.format(listed=on_both_sides(_LISTED, "UNION"))
    db.make(
        "because", f"{on_both_sides(_BECAUSE, 'UNION')} UNION {on_both_sides(against, 'UNION')}"
    )
    db.make(
        "concerned",
        f"SELECT universe, entry_id FROM because UNION {on_both_sides(_CONCERNED, 'UNION')}",
    )
    rests: dict[int, dict[Done, list[str]]] = defaultdict(lambda: defaultdict(list))
    for universe, *key, entry in db.rows("FROM because ORDER BY ALL"):
        rests[universe][(*key,)].append(entry)
    return rests


@cache
def _stands_against() -> pd.DataFrame:
    """The measures that are not taken while the agency shows the same subject on another list: that list."""
    rows = [row for row in read_csv(CODES / "measures.csv") if row["unless_list"]]
    names = {"agency": "agency", "measure": "measure", "unless_list": "list"}
    return pd.DataFrame(rows, columns=list(names), dtype="object").rename(columns=names)


def _concerned(db: Databases) -> dict[int, dict[str, list[str]]]:
    """Universe -> entry -> the entries it was made from; adds all it descends from to `concerned`."""
    db.make("descent", on_both_sides(_DESCENT, "UNION"))
    db.run(
        "INSERT INTO concerned SELECT DISTINCT universe, ancestor AS entry_id FROM descent "
        "SEMI JOIN concerned USING (universe, entry_id) "
        "EXCEPT SELECT universe, entry_id FROM concerned"
    )
    return _lists(
        db.rows(
            "SELECT DISTINCT universe, entry_id, ancestor FROM descent "
            "SEMI JOIN concerned USING (universe, entry_id) WHERE steps = 1 ORDER BY ALL"
        )
    )


def _copies(db: Databases, horizon: date) -> dict[int, list[Copy]]:
    """The copies of the entries concerned, in both states, up to the horizon."""
    sql = on_both_sides(_COPIES).format(horizon=f"DATE '{horizon}'")
    copies: dict[int, list[Copy]] = defaultdict(list)
    for universe, *row in db.rows(f'FROM ({sql}) WHERE first < "end"'):
        copies[universe].append(Copy(*row))
    return copies
