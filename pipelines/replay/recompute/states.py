"""The three states of a replay, each a database: clean, faulty and corrected.

The clean state is read from the base and never recomputed, unless another policy or level of
joining is asked for than the base was built with. The others are rebuilt from edited landing
folders.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.engine.databases import Databases, opened
from pipelines.replay.compare.causes import AT_THE_SOURCE, GATE, NOT_CORRECTED, Wrong
from pipelines.replay.compare.metrics import numbered
from pipelines.replay.plan.case import sent
from pipelines.replay.plan.edits import Edit, RowOrFile, apply
from schemas.contract import Feed, feeds

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class States:
    """Three databases over one horizon.

    Attributes:
        clean, faulty: database files.
        corrected: likewise; None if no correction was asked for.
        seconds: state -> seconds its rebuilding took.
    """

    clean: Path
    faulty: Path
    corrected: Path | None
    seconds: dict[str, float] = field(default_factory=dict)


def rebuild_states(
    clean: Path,
    landing: Path,
    edits: Sequence[Edit],
    workdir: Path,
    progress: Progress | None = None,
) -> States:
    """Rebuild what an edit means, from the first file to the last table.

    Args:
        clean: a database built from `landing` as it stands; the other states are joined as far, and
            with the same numbers in their network.
        landing: the landing folder.
        edits: one for each fault.
        workdir: where the edited folders, their logs and the databases go.
        progress: called with a label, steps done and steps in all.
    """
    from pipelines.build import build

    with opened(base=clean) as db:
        join, policy, tier = db.rows(
            "SELECT max(join_level), max(policy), max(tier) FROM base.codes.run"
        )[0]
    seconds: dict[str, float] = {}

    def rebuilt(state: str, folder: Path) -> Path:
        start = time.perf_counter()
        target = workdir / f"{state}.duckdb"

        def tell(label: str, done: int, total: int) -> None:
            if progress:
                progress(f"{state}: {label}", done, total)

        build(
            folder,
            target,
            join=join,
            policy=json.loads(policy),
            tier=tier,
            progress=tell,
            checks=False,
        )
        seconds[state] = round(time.perf_counter() - start, 3)
        return target

    def edited(state: str, rows: Sequence[RowOrFile]) -> Path:
        folder = workdir / state / "landing"
        apply(rows, landing, folder, feeds(), workdir / state / "log")
        database = rebuilt(state, folder)
        shutil.rmtree(folder)
        return database

    workdir.mkdir(parents=True, exist_ok=True)
    wrong, fixed = sent(edits)
    faulty = edited("faulty", wrong)
    corrected = None if fixed is None else edited("corrected", fixed)
    return States(clean, faulty, corrected, seconds)


def wrong_at_source(
    db: Databases, clean: str, corrected: str, edits: Mapping[Any, Sequence[Edit]], horizon: date
) -> dict[Any, list[Wrong]]:
    """Runs of days on which records of the edited feeds are believed otherwise, and why that is.

    Record by record: if in the corrected state alone a gate kept a row of it aside, or held a delivery
    of its feed, that is the reason. Otherwise a source that only appends cannot take its word back;
    and of one that could, nothing has come that corrects it.

    Args:
        edits: universe (None, if there is but one) -> the edits made in it.
    """
    concerned: dict[str, tuple[Feed, list[Any]]] = {}
    for universe, made in edits.items():
        for feed in {edit.struck.feed.name: edit.struck.feed for edit in made}.values():
            concerned.setdefault(feed.name, (feed, []))[1].append(universe)
    runs: dict[Any, list[Wrong]] = {universe: [] for universe in edits}
    u = db.u
    for name, (feed, universes) in concerned.items():
        columns = f"{u}record_id, version, from_day, to_day"
        one, two = (f"SELECT {columns} FROM {d}.conform.{name}" for d in (clean, corrected))
        found = db.frame(
            f"""
            WITH differ AS (
                SELECT DISTINCT {u}record_id FROM
                (({one} EXCEPT {two}) UNION ALL ({two} EXCEPT {one}))
            )
            SELECT 1 AS side, {columns} FROM ({one}) SEMI JOIN differ
            USING ({u}record_id) UNION ALL
            SELECT 2, {columns} FROM ({two}) SEMI JOIN differ
            USING ({u}record_id) ORDER BY ALL
            """
        )
        gated = _gated(db, clean, corrected, name) if len(found) else set()
        for universe, rows in db.split(found).items():
            if universe not in universes:
                continue
            last = pd.to_datetime(rows["to_day"]).fillna(pd.Timestamp(horizon))
            days = numbered(rows.assign(to_day=last.clip(upper=pd.Timestamp(horizon))))
            by_record: dict[str, list[tuple[int, str, str, int, int]]] = {}
            for r in days.itertuples():
                said = (r.side, r.record_id, r.version, r.a, r.b)
                by_record.setdefault(r.record_id, []).append(said)
            for record, given in by_record.items():
                why = AT_THE_SOURCE if feed.mode == "append" else NOT_CORRECTED
                if {(universe, record), (universe, None)} & gated:
                    why = GATE
                runs[universe] += [Wrong(a, b, why, record) for a, b in _differing(given)]
    return {universe: sorted(found) for universe, found in runs.items()}


def _differing(rows: Sequence[tuple[int, str, str, int, int]]) -> list[tuple[int, int]]:
    """Runs of days on which the two sides believe different versions of any record."""
    spans: dict[tuple[str, str], dict[int, list[tuple[int, int]]]] = {}
    for side, record_id, version, first, end in rows:
        spans.setdefault((record_id, version), {}).setdefault(side, []).append((first, end))
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


def _gated(db: Databases, clean: str, corrected: str, feed: str) -> set[tuple[Any, str | None]]:
    """Where gates set something of a feed aside in the corrected state alone.

    Returns:
        (universe, record of which a row was kept aside), and (universe, None) where a delivery is held.
    """
    u = db.u
    held = f"SELECT {u}delivery FROM {{0}}.quality.deliveries WHERE feed = ? AND outcome = 'hold'"
    kept = (
        f"SELECT {u}delivery, record_id, version FROM {{0}}.quality.verdicts "
        "WHERE feed = ? AND outcome = 'quarantine'"
    )
    found: set[tuple[Any, str | None]] = set()
    for sql in (held, kept):
        for row in db.rows(f"{sql.format(corrected)} EXCEPT {sql.format(clean)}", feed, feed):
            found.add((row[0] if db.apart else None, row[-2] if sql is kept else None))
    return found
