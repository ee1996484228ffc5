"""Replays without rebuilding: many faults followed at once against one base.

Each case (a fault, or several at once) is one universe without the correction and, if it is corrected,
one more with it. All are worked out in one pass over the models, and compared with the base in one
pass. A case of its own and a case among a thousand give the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.models import Model, all_models, behind
from pipelines.replay import diff
from pipelines.replay.arrivals import arrive
from pipelines.replay.case import plan_case, sent
from pipelines.replay.databases import Databases, opened
from pipelines.replay.diff import Difference
from pipelines.replay.edits import Edit, RowOrFile
from pipelines.replay.evidence import Evidence, look_up
from pipelines.replay.faults import FaultSpec, Landed, Registered
from pipelines.replay.left import left_of
from pipelines.replay.levels import level, see_up_to_date
from pipelines.replay.passage import Passage, passage
from pipelines.replay.prepared import prepared
from pipelines.replay.result import Left, Words, words
from pipelines.replay.small import COME, GONE, Small, quoted
from pipelines.replay.states import Progress
from pipelines.storage import Home
from schemas.contract import Feed, feeds

# What a replay tells of, and with that the models it has to run.
TOLD = ("exchange.copies", "exchange.entries", "exchange.evidence", "consequences.measures",
        "scores.grades", "scores.points")  # fmt: skip

# What is compared, and by which of its columns the rows concerned are looked up.
_COMPARED = (
    ("exchange.copies", "entry_id"),
    ("exchange.entries", "entry_id"),
    ("consequences.measures", "subject_id"),
    ("scores.grades", "subject_id"),
    ("scores.points", "subject_id"),
)

BEFORE, AFTER = "before", "after"  # the base's rows, and those of each universe


@dataclass(frozen=True)
class Found:
    """What one case was found to do; see `pipelines.replay.result.Replay`."""

    faulty: Difference
    left: Left | None
    words: Words
    evidence: Evidence | None = None
    passage: Passage | None = None


class Universes:
    """A base opened for replays.

    Args:
        home: with a finished build.
        join, policy: see `pipelines.replay.replay`; another than the base's own is built once.
        threads: how many threads the engine may use.
        everything: whether to work out every table, those no replay tells of included.
        progress: called with a label, steps done and steps in all while the base is laid out.

    Raises:
        HomeError: if nothing has been built in the home, or with other models, network or codes.
    """

    def __init__(
        self,
        home: Home,
        join: str | None = None,
        policy: Mapping[str, str] | None = None,
        threads: int | None = 1,
        everything: bool = False,
        progress: Progress | None = None,
    ) -> None:
        about = home.current()
        see_up_to_date(home)
        base = level(home, join, policy, progress)
        self.landing = Path(about.get("landing") or home.landing)
        self.feeds: Mapping[str, Feed] = feeds()
        self.models = models_of(base, everything)
        self.base = prepared(base, home.kept / "prepared", self.models, progress)
        self.small = Small(self.base, threads)
        self.db = Databases(self.small.engine)
        self.landed = Landed(self.db, "base", self.feeds)
        self.others = Registered(self.db, "base", self.feeds)
        self.about = diff.about(self.db, "base")
        self.both = Databases(self.small.engine, apart=("universe",))
        self.nothing = diff.nothing(self.about)
        self._columns: dict[str, str] = {}
        self._filled: set[str] = set()

    def __enter__(self) -> Universes:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the base."""
        self.small.engine.close()

    def case(self, specs: Sequence[FaultSpec]) -> tuple[Edit, ...]:
        """Put the faults of a case in their places; see `pipelines.replay.case.plan_case`."""
        return plan_case(self.landed, self.others, self.landing, specs)

    def work_out(self, edits: Mapping[int, Sequence[RowOrFile]]) -> list[str]:
        """Work out what edits mean in every table, universe by universe.

        Returns:
            Names of the models that had to be run.
        """
        self.small.begin(edits)
        gates = arrive(self.small, self.feeds, edits)
        return self.small.run([*gates, *self.models])

    def follow(
        self, cases: Sequence[Sequence[Edit]], paths: bool = False, telling: bool = False
    ) -> list[Found]:
        """Follow some cases, each with one fault or several.

        Args:
            cases: the faults of each.
            paths: whether to look up the lines that wrong cells rest on.
            telling: whether to find out how far each got, and which gates kept something back.
        """
        states: dict[int, list[RowOrFile]] = {}
        corrected: dict[int, Sequence[Edit]] = {}
        for n, edits in enumerate(cases):
            states[2 * n], fixed = sent(edits)
            if fixed is not None:
                states[2 * n + 1], corrected[2 * n + 1] = fixed, edits
        self.work_out(states)
        self._set_apart({e.struck.feed.name for edits in cases for e in edits}, corrected)
        both = self.both
        both.alike = frozenset(set(TOLD) - self.small.moved)
        differs = diff.differences(both, BEFORE, AFTER, self.about)
        after = {u: differs.get(u, self.nothing) for u in corrected}
        left = left_of(both, BEFORE, AFTER, after, corrected) if corrected else {}
        called = self._words(differs.values())
        found = []
        for n in range(len(cases)):
            faulty, residue = differs.get(2 * n, self.nothing), left.get(2 * n + 1)
            evidence = self._evidence(n, faulty, residue) if paths else None
            way = self._passage(n, cases[n], faulty, residue is not None) if telling else None
            found.append(Found(faulty, residue, called, evidence, way))
        return found

    def _passage(self, n: int, edits: Sequence[Edit], faulty: Difference, fixed: bool) -> Passage:
        """How far one case got."""
        return passage(
            edits,
            self.feeds,
            self.models,
            partial(self._differing, 2 * n),
            partial(self._differing, 2 * n + 1) if fixed else None,
            reached=faulty.differs,
        )

    def _differing(self, universe: int, table: str) -> pd.DataFrame:
        """What differs from the base in one table of one universe."""
        if table not in self.small.moved:
            return pd.DataFrame({"side": []})
        told = ", ".join(self.db.told("base", table).values())
        return self.db.frame(
            f"SELECT CASE side WHEN {GONE} THEN 1 ELSE 2 END AS side, {told} "
            f"FROM changed.{quoted(table)} WHERE universe = ? ORDER BY ALL",
            universe,
        )

    def _evidence(self, n: int, faulty: Difference, left: Left | None) -> Evidence:
        """What the wrong cells of one case rest on, asked of its states as whole databases."""
        states = {"clean": None, "faulty": 2 * n} | ({"corrected": 2 * n + 1} if left else {})
        for name, universe in states.items():
            self.small.as_database(name, universe)
        try:
            return look_up(self.db, faulty, left)
        finally:
            for name in states:
                self.small.engine.execute(f"DETACH {name}")

    # --- what is compared -----------------------------------------------------------------------

    def _set_apart(self, fed: set[str], corrected: Mapping[int, Any]) -> None:
        """Make the databases `before` and `after`: the rows concerned, universe by universe.

        All rows of the cells and entries that changed, and of the entries behind them; so whatever a
        comparison asks about a changed cell, it finds what it would find in the whole database.
        """
        small = self.small
        if not self._columns:
            self._make_sides()
        self._concerned()
        for table, key in _COMPARED:
            keys = "concerned_entries"
            if key == "subject_id":
                keys = "concerned_subjects"
                self._fill(keys, self._ids(table, key))
            self._sides(table, keys, key)
        entries = [f"{side}.exchange.entries" for side in (BEFORE, AFTER)]
        self._fill(
            "concerned_versions",
            " UNION ".join(f"SELECT universe, entry_version FROM {name}" for name in entries),
            among=entries,
        )
        self._sides("exchange.evidence", "concerned_versions", "entry_version")
        for name in sorted(fed if corrected else ()):
            table = f"conform.{name}"
            self._fill("concerned_records", self._ids(table, "record_id"))
            self._sides(table, "concerned_records", "record_id")
        for table in ("quality.deliveries", "quality.verdicts") if corrected else ():
            for side, which in ((BEFORE, GONE), (AFTER, COME)):
                select = (
                    f"SELECT universe, {self._columns[table]} FROM changed.{quoted(table)} "
                    f"WHERE side = {which}"
                )
                self._fill(f"{side}.{table}", select if table in small.moved else None)

    def _make_sides(self) -> None:
        """Make both databases and all their tables, with nothing in them."""
        engine, small = self.small.engine, self.small
        tables = [table for table, _ in _COMPARED]
        tables += ["exchange.evidence", "quality.deliveries", "quality.verdicts"]
        tables += [f"conform.{name}" for name in self.feeds if f"conform.{name}" in small.columns]
        for table in tables:
            self._columns[table] = ", ".join(map(quoted, small.columns[table]))
        for side in (BEFORE, AFTER):
            engine.execute(f"ATTACH ':memory:' AS {side}")
            for schema in sorted({table.split(".")[0] for table in tables}):
                engine.execute(f"CREATE SCHEMA {side}.{schema}")
            engine.execute(
                f"CREATE VIEW {side}.exchange.paths AS SELECT * FROM base.exchange.paths"
            )
            for table, columns in self._columns.items():
                engine.execute(
                    f"CREATE TABLE {side}.{table} AS "
                    f"SELECT CAST(NULL AS INTEGER) AS universe, {columns} FROM base.{table} LIMIT 0"
                )
        for table, key in (
            ("concerned_entries", "entry_id"),
            ("concerned_subjects", "subject_id"),
            ("concerned_versions", "entry_version"),
            ("concerned_records", "record_id"),
            ("concerned_because", "entry_version"),
        ):
            engine.execute(f"CREATE TABLE {table} (universe INTEGER, {key} UUID)")

    def _fill(self, table: str, select: str | None, among: Iterable[str] = ()) -> bool:
        """Fill one of the tables made for comparing; whether it has any rows.

        Args:
            table: its name.
            select: its rows; None: there are none.
            among: the tables they come from; if none of those has rows, there are none.
        """
        sources = set(among)
        if select is not None and (not sources or sources & self._filled):
            if self.small.make(table, select):
                self._filled.add(table)
            else:
                self._filled.discard(table)
        elif table in self._filled:
            self.small.engine.execute(f"DELETE FROM {table}")
            self._filled.discard(table)
        return table in self._filled

    def _ids(self, table: str, key: str) -> str | None:
        """SELECT of the keys of a table's changed rows; None if there are none."""
        if table not in self.small.moved:
            return None
        return f"SELECT DISTINCT universe, {key} FROM changed.{quoted(table)}"

    def _concerned(self) -> None:
        """The entries of changed cells and measures, and those they were adopted from."""
        small = self.small
        copies, measures = "exchange.copies", "consequences.measures"
        parts = []
        if copies in small.moved:
            parts += [
                f"SELECT universe, entry_id FROM changed.{quoted(copies)}",
                self._cells(copies, ("holder", "list"), "entry_id"),
            ]
        entries = "exchange.entries"
        because = None
        if measures in small.moved:
            because = (
                "SELECT universe, because_entry_version AS entry_version "
                f"FROM changed.{quoted(measures)} UNION "
                + self._cells(measures, ("agency", "measure"), "because_entry_version")
            )
        if self._fill("concerned_because", because):
            parts.append(
                "SELECT k.universe, e.entry_id FROM concerned_because AS k INNER JOIN "
                f"base.{entries} AS e ON e.entry_version = k.entry_version"
            )
            if entries in small.moved:
                parts.append(
                    "SELECT k.universe, e.entry_id FROM concerned_because AS k INNER JOIN "
                    f"changed.{quoted(entries)} AS e ON e.universe = k.universe "
                    "AND e.entry_version = k.entry_version"
                )
        select = f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)})" if parts else None
        if self._fill("concerned_entries", select):
            while self._with_parents():
                pass

    def _cells(self, table: str, names: tuple[str, str], column: str) -> str:
        """SELECT of what the base says in a column, in the cells in which a table changed."""
        key = ("subject_id", *names)
        pairs = [(f"c.{name}", f"k.{name}") for name in key]
        cells = f"SELECT DISTINCT universe, {', '.join(key)} FROM changed.{quoted(table)}"
        found = self.small.looked_up(table, pairs, f"({cells}) AS k", "c")
        return (
            f"SELECT universe, {column} FROM (WITH found AS MATERIALIZED ({found}) "
            f"SELECT k.universe, c.{column} FROM ({cells}) AS k INNER JOIN found AS c ON "
            f"{' AND '.join(f'{left} = {right}' for left, right in pairs)})"
        )

    def _with_parents(self) -> int:
        """Add the entries behind those concerned; how many were new."""
        small = self.small
        entries, evidence = "exchange.entries", "exchange.evidence"

        def both(table: str) -> list[str]:
            changed = f"(SELECT * EXCLUDE (side) FROM changed.{quoted(table)})"
            plain = f"(SELECT CAST(NULL AS INTEGER) AS universe, * FROM base.{table})"
            return [plain, changed] if table in small.moved else [plain]

        steps = []
        for e in both(entries):
            for v in both(evidence):
                for p in both(entries):
                    steps.append(
                        f"SELECT DISTINCT k.universe, p.entry_id FROM concerned_entries AS k "
                        f"INNER JOIN {e} AS e ON e.entry_id = k.entry_id "
                        "AND coalesce(e.universe, k.universe) = k.universe "
                        f"INNER JOIN {v} AS v ON v.entry_version = e.entry_version "
                        "AND v.parent_kind = 'entry' AND coalesce(v.universe, k.universe) = k.universe "
                        f"INNER JOIN {p} AS p ON p.entry_version = TRY_CAST(v.parent_id AS UUID) "
                        "AND coalesce(p.universe, k.universe) = k.universe"
                    )
        return small.engine.fetch(
            f"INSERT INTO concerned_entries ({' UNION '.join(steps)}) "
            "EXCEPT SELECT universe, entry_id FROM concerned_entries"
        )[0][0]

    def _sides(self, table: str, keys: str, key: str) -> None:
        """A table's rows of some keys as they are in the base, and as they are in each universe."""
        small, columns = self.small, self._columns[table]
        listed = ", ".join(f"t.{quoted(c)}" for c in small.columns[table])
        self._fill(
            f"{BEFORE}.{table}",
            f"SELECT k.universe, {listed} FROM {keys} AS k "
            f"INNER JOIN base.{table} AS t ON t.{key} = k.{key}",
            among=[keys],
        )
        clean = f"SELECT {columns}, universe FROM {BEFORE}.{table}"
        select = f"SELECT universe, {columns} FROM ({small.rows_of(table, clean)})"
        if table in small.moved:
            select += (
                f" UNION ALL SELECT universe, {columns} FROM changed.{quoted(table)} "
                f"SEMI JOIN {keys} USING (universe, {key}) WHERE side = {COME}"
            )
        self._fill(f"{AFTER}.{table}", select, among=[keys])

    def _words(self, found: Any) -> Words:
        subjects = {
            subject
            for one in found
            for frame in (one.lists, one.measures, one.scores)
            for subject in frame["subject_id"]
        }
        called = words(self.db, ("base",), sorted(subjects))
        if "resolve.names" not in self.small.moved:
            return called
        new = {
            subject: (name, kind or "")
            for subject, name, kind in self.db.rows(
                "SELECT subject_id, max_by(name, from_day), max_by(subject_kind, from_day) "
                f'FROM changed."resolve.names" WHERE side = {COME} GROUP BY subject_id'
            )
        }
        return Words({**new, **called.subjects}, called.measures)


def models_of(base: Path, everything: bool = False) -> list[Model]:
    """The models a replay of a database runs, in order: those its tables told of are made from.

    Args:
        everything: all of them.
    """
    with opened(base=base) as db:
        join, policy, tier = db.rows(
            "SELECT max(join_level), max(policy), max(tier) FROM base.codes.run"
        )[0]
    models = all_models(tier, join, json.loads(policy))
    return models if everything else behind(models, TOLD)
