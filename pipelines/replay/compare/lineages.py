"""The rows from which causes are found, read out of two databases: copies, paths, parents, points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipelines.engine.databases import Databases
from pipelines.replay.compare.causes import CLEAN, CORRECTED, Copy, Lineage, Point, Step, Wrong
from pipelines.replay.compare.metrics import numbered

_COPIES = """
SELECT {u}{side} AS side, c.holder, c.list, c.entry_id AS entry, c.subject_id AS subject,
    e.ground, e.severity, c.path, c.distance, c.from_day,
    least(coalesce(c.to_day, {horizon}), {horizon}) AS to_day
FROM {name}.exchange.copies AS c
INNER JOIN concerned USING ({u}entry_id)
LEFT JOIN (
    SELECT {u}entry_version, ground, severity FROM {name}.exchange.entries
) AS e USING ({u}entry_version)
WHERE c.from_day < {horizon}
"""


def _points(
    db: Databases, clean: str, corrected: str, scores: pd.DataFrame
) -> dict[Any, list[Point]]:
    """Every change of the points of some scores, in both states: universe -> the changes."""
    u = db.u
    db.put("wrong_scores", scores[[*db.apart, "keeper", "subject_id"]].drop_duplicates())
    frame = db.frame(
        " UNION ALL ".join(
            f"SELECT {u}{side} AS side, keeper, subject_id, "
            "date_diff('day', DATE '1970-01-01', day) AS day, change, reason, because "
            f"FROM {name}.scores.points "
            f"INNER JOIN given.wrong_scores USING ({u}keeper, subject_id)"
            for side, name in ((CLEAN, clean), (CORRECTED, corrected))
        )
        + " ORDER BY ALL"
    )
    return {
        universe: [Point(*row) for row in rows.itertuples(index=False, name=None)]
        for universe, rows in db.split(frame).items()
    }


def _made_from(
    db: Databases, names: Sequence[str], points: Mapping[Any, Sequence[Point]]
) -> dict[Any, dict[str, list[str]]]:
    """The records behind the entries some points rest on: universe -> version of entry -> records."""
    u = db.u
    rows = [
        (*((universe,) if db.apart else ()), version)
        for universe, changes in points.items()
        for version in sorted({p.because[6:] for p in changes if p.because.startswith("entry:")})
    ]
    if not rows:
        return {}
    db.put("rested_on", pd.DataFrame(rows, columns=[*db.apart, "entry_version"]))
    frame = db.frame(
        " UNION ".join(
            f"SELECT DISTINCT {u}entry_version, split_part(ancestor_id, ':', 1) AS record "
            f"FROM {name}.exchange.ancestry INNER JOIN given.rested_on USING ({u}entry_version) "
            "WHERE ancestor_kind = 'event' AND steps = 1"
            for name in names
        )
        + " ORDER BY ALL"
    )
    records: dict[Any, dict[str, list[str]]] = {}
    for universe, group in db.split(frame).items():
        for version, record in zip(group["entry_version"], group["record"], strict=True):
            records.setdefault(universe, {}).setdefault(version, []).append(record)
    return records


def load(
    db: Databases,
    clean: str,
    corrected: str,
    wrong: pd.DataFrame,
    measures: pd.DataFrame,
    scores: pd.DataFrame,
    horizon: Any,
    sources: Mapping[Any, Sequence[Wrong]],
) -> dict[Any, tuple[Lineage, pd.DataFrame]]:
    """The lineage of wrong cells and measures, and what the measures rest on.

    Args:
        db: where both databases are attached.
        clean, corrected: the names they are attached under.
        wrong: list cells (universe, if there are several; holder, list, subject_id) that are wrong
            after the correction.
        measures: measure cells (likewise; agency, measure, subject_id) that are.
        scores: scores (likewise; keeper, subject_id) that are.
        horizon: the day at which intervals are cut.
        sources: universe (None, if there is but one) -> `Lineage.source`. Each of these universes
            gets an answer.
    """
    points = _points(db, clean, corrected, scores) if len(scores) else {}
    records = _made_from(db, (clean, corrected), points)
    if not len(wrong) and not len(measures):
        none = pd.DataFrame(columns=["agency", "measure", "subject_id", "list", "entry"])
        return {
            universe: (
                Lineage((), {}, {}, source, points.get(universe, ()), records.get(universe, {})),
                none,
            )
            for universe, source in sources.items()
        }
    u = db.u
    cell, done = [*db.apart, "holder", "list", "subject_id"], [*db.apart, "agency", "measure"]
    db.put("wrong_lists", wrong[cell].drop_duplicates())
    db.put("wrong_measures", measures[[*done, "subject_id"]].drop_duplicates())
    both = (clean, corrected)
    because = db.frame(
        f"SELECT DISTINCT {u}agency, measure, subject_id, list, entry_id AS entry FROM ("
        + " UNION ALL ".join(
            f"SELECT {u}m.agency, m.measure, m.subject_id, e.list, e.entry_id "
            f"FROM (SELECT * EXCLUDE (list) FROM {name}.consequences.measures) AS m "
            f"INNER JOIN given.wrong_measures AS w USING ({u}agency, measure, subject_id) "
            f"INNER JOIN (SELECT {u}entry_version AS because_entry_version, list, entry_id "
            f"FROM {name}.exchange.entries) AS e USING ({u}because_entry_version)"
            for name in both
        )
        + ") ORDER BY ALL"
    )
    db.put("because", because)
    db.run(
        "CREATE OR REPLACE TEMP TABLE concerned AS "
        f"SELECT {u}entry AS entry_id FROM given.because UNION "
        + " UNION ".join(
            f"SELECT {u}entry_id FROM {name}.exchange.copies "
            f"INNER JOIN given.wrong_lists USING ({u}holder, list, subject_id)"
            for name in both
        )
    )
    db.run(
        "CREATE OR REPLACE TEMP TABLE descent AS "
        + " UNION ".join(
            f"SELECT {u}e.entry_id, p.entry_id AS ancestor, a.steps FROM {name}.exchange.ancestry AS a "
            f"INNER JOIN (SELECT {u}entry_version, entry_id FROM {name}.exchange.entries) AS e "
            f"USING ({u}entry_version) "
            f"INNER JOIN (SELECT {u}id_text(entry_version) AS ancestor_id, entry_id "
            f"FROM {name}.exchange.entries) AS p USING ({u}ancestor_id) "
            "WHERE a.ancestor_kind = 'entry'"
            for name in both
        )
    )
    db.run(
        f"INSERT INTO concerned SELECT DISTINCT {u}ancestor AS entry_id FROM descent "
        f"SEMI JOIN concerned USING ({u}entry_id) EXCEPT SELECT {u}entry_id FROM concerned"
    )
    parents: dict[Any, dict[str, list[str]]] = {}
    descent = db.frame(
        f"SELECT DISTINCT {u}entry_id, ancestor AS parent FROM descent "
        f"SEMI JOIN concerned USING ({u}entry_id) WHERE steps = 1 ORDER BY ALL"
    )
    for universe, rows in db.split(descent).items():
        for entry, parent in zip(rows["entry_id"], rows["parent"], strict=True):
            parents.setdefault(universe, {}).setdefault(entry, []).append(parent)
    day = f"DATE '{horizon}'"
    frame = db.frame(
        " UNION ALL ".join(
            _COPIES.format(u=u, side=side, name=name, horizon=day)
            for side, name in ((CLEAN, clean), (CORRECTED, corrected))
        )
    )
    frame = numbered(frame.astype(object).where(frame.notna(), None))
    copies: dict[Any, list[Copy]] = {}
    for universe, rows in db.split(frame).items():
        copies[universe] = [
            Copy(
                r.side, r.holder, r.list, r.entry, r.subject, r.ground, r.severity, r.path,
                int(r.distance), int(r.a), int(r.b),
            )
            for r in rows.itertuples()
            if r.a < r.b
        ]  # fmt: skip
    steps = {
        (list_name, path): Step(mode, readmitted)
        for list_name, path, mode, readmitted in db.rows(
            f"SELECT list, path, mode, readmitted FROM {clean}.exchange.paths"
        )
    }
    rests, none = db.split(because), because[:0]
    return {
        universe: (
            Lineage(
                copies.get(universe, ()),
                steps,
                parents.get(universe, {}),
                source,
                points.get(universe, ()),
                records.get(universe, {}),
            ),
            rests.get(universe, none),
        )
        for universe, source in sources.items()
    }
