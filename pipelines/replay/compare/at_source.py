"""When records are still believed otherwise at their own source after a correction, and why."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from pipelines.conform.unions import union_models
from pipelines.engine.databases import Databases
from pipelines.replay.compare.causes import AT_THE_SOURCE, GATE, NOT_CORRECTED, Wrong
from pipelines.replay.compare.sides import AFTER, BEFORE, SIDES
from pipelines.replay.plan.edits import Edit
from schemas.contract import Feed


def wrong_at_source(
    db: Databases, edits: Mapping[int, Sequence[Edit]], horizon: date
) -> dict[int, list[Wrong]]:
    """Runs of days on which records of the edited feeds are believed otherwise, and why that is.

    Record by record: if in the corrected state alone a gate kept a row of it aside, or held a delivery
    of its feed, that is the reason. Otherwise a source that only appends cannot take its word back;
    and of one that could, nothing has come that corrects it.

    Args:
        edits: universe -> the edits made in it.
        horizon: the day at which intervals are cut.
    """
    concerned: dict[str, tuple[Feed, list[int]]] = {}
    for universe, made in edits.items():
        for feed in {edit.feed.name: edit.feed for edit in made if edit.feed}.values():
            concerned.setdefault(feed.name, (feed, []))[1].append(universe)
    runs: dict[int, list[Wrong]] = {universe: [] for universe in edits}
    columns = "universe, record_id, version, from_day, to_day"
    first, end = (
        f"date_diff('day', DATE '1970-01-01', {day})"
        for day in ("from_day", f"least(coalesce(to_day, DATE '{horizon}'), DATE '{horizon}')")
    )
    for name, (feed, universes) in concerned.items():
        one, two = (f"SELECT {columns} FROM {side}.conform.{name}" for side in SIDES)
        versions = db.rows(
            f"""
            WITH differ AS (
                SELECT DISTINCT universe, record_id FROM
                (({one} EXCEPT {two}) UNION ALL ({two} EXCEPT {one}))
            )
            SELECT universe, record_id, side, version, {first}, {end}
            FROM (SELECT 1 AS side, * FROM ({one}) UNION ALL SELECT 2, * FROM ({two}))
            SEMI JOIN differ USING (universe, record_id) ORDER BY ALL
            """
        )
        gated = _gated(db, name) if versions else set()
        of_act = f"conform.{name}" not in told_of_subjects()
        given: dict[tuple[int, str], list[tuple[int, str, int, int]]] = {}
        for universe, record, *said in versions:
            if universe in universes:
                given.setdefault((universe, record), []).append((*said,))
        for (universe, record), said in given.items():
            why = AT_THE_SOURCE if feed.mode == "append" else NOT_CORRECTED
            if {(universe, record), (universe, None)} & gated:
                why = GATE
            runs[universe] += [Wrong(a, b, why, record, of_act) for a, b in _differing(said)]
    return {universe: sorted(wrong) for universe, wrong in runs.items()}


@cache
def told_of_subjects() -> frozenset[str]:
    """The believed feeds that speak of subjects or of links between them, and not only of acts."""
    shapes = ("conform.statements", "conform.links")
    return frozenset(table for m in union_models() if m.name in shapes for table in m.reads)


def _differing(rows: Sequence[tuple[int, str, int, int]]) -> list[tuple[int, int]]:
    """Runs of days on which the two sides believe different versions of a record.

    Args:
        rows: side, version, and the days as numbers, half-open.
    """
    spans: dict[str, dict[int, list[tuple[int, int]]]] = {}
    for side, version, first, end in rows:
        spans.setdefault(version, {}).setdefault(side, []).append((first, end))
    runs = []
    for sides in spans.values():
        turns = sorted({day for pairs in sides.values() for pair in pairs for day in pair})
        for first, end in zip(turns, turns[1:], strict=False):
            believed = [
                any(a <= first and end <= b for a, b in sides.get(side, ())) for side in (1, 2)
            ]
            if believed[0] != believed[1]:
                runs.append((first, end))
    joined: list[tuple[int, int]] = []
    for first, end in sorted(runs):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def _gated(db: Databases, feed: str) -> set[tuple[int, str | None]]:
    """Where gates set something of a feed aside in the corrected state alone.

    Returns:
        (universe, record of which a row was kept aside), and (universe, None) where a delivery is held.
    """
    held = (
        "SELECT universe, delivery FROM {}.quality.deliveries WHERE feed = ? AND outcome = 'hold'"
    )
    kept = (
        "SELECT universe, delivery, record_id, version FROM {}.quality.verdicts "
        "WHERE feed = ? AND outcome = 'quarantine'"
    )
    gated: set[tuple[int, str | None]] = set()
    for sql in (held, kept):
        for row in db.rows(f"{sql.format(AFTER)} EXCEPT {sql.format(BEFORE)}", feed, feed):
            gated.add((row[0], row[-2] if sql is kept else None))
    return gated
