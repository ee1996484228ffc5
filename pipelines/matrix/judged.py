"""What every gate newly finds in the faulty states of many faults, worked out at once.

A gate *catches* a fault if it flags something that it does not flag without the fault. Whatever else a
world has wrong is flagged in both states and does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.home import Home
from pipelines.matrix.gates import ARRIVED, READABLE, Gate, gates, of_landing
from pipelines.model import Model
from pipelines.replay.compare.universes import Universes
from pipelines.replay.recompute.base import base_columns
from pipelines.replay.recompute.small import ADDED, REMOVED
from schemas.contract import feeds as all_feeds
from schemas.progress import Progress
from schemas.sql import literal

INJECTED = "world.injected"  # what dirt changed, where the truth of the world is kept

CATCHES = ("universe", "gate", "flagged", "day")
DAY = "day"  # the column in which a gate says on which day a row could first be seen

# What landing says of rows is told apart by record, not by line: other rows move the lines.
_VERDICTS = f"""
SELECT universe, feed, expectation, count(*) AS flagged, min(CAST(delivery AS DATE)) AS day
FROM (
    SELECT universe, feed, delivery, record_id, expectation
    FROM changed."quality.verdicts" WHERE side = {ADDED}
    EXCEPT ALL
    SELECT universe, feed, delivery, record_id, expectation
    FROM changed."quality.verdicts" WHERE side = {REMOVED}
)
GROUP BY ALL
"""
_DELIVERIES = f"""
SELECT universe, feed, expectation, count(*) AS flagged, min(published) AS day
FROM (
    SELECT universe, feed, expectation, published
    FROM changed."quality.deliveries" WHERE side = {ADDED} AND outcome IN ('warn', 'hold')
    EXCEPT
    SELECT universe, feed, expectation, published
    FROM changed."quality.deliveries" WHERE side = {REMOVED} AND outcome IN ('warn', 'hold')
)
GROUP BY ALL
"""
_FILES = f"""
SELECT universe, gate, count(*) AS flagged, min(published) AS day
FROM (
    SELECT
        universe,
        CASE WHEN max(side) = {ADDED} THEN {literal(READABLE)} ELSE {literal(ARRIVED)} END AS gate,
        published,
        bool_or(side = {REMOVED} AND "whole") AS was_whole,
        bool_or(side = {ADDED} AND "whole") AS is_whole
    FROM changed."landing.deliveries"
    GROUP BY universe, feed, delivery, published
)
WHERE was_whole AND NOT is_whole
GROUP BY ALL
"""


@dataclass(frozen=True)
class Flags:
    """What a gate flags in a world as it is.

    Attributes:
        rows: how many.
        sound: how many of them name a record in which nothing is wrong.
        seconds: that one run of it takes; None of those of landing, which share a scan.
    """

    rows: int = 0
    sound: int = 0
    seconds: float | None = None


class Judged(Universes):
    """A base opened for replays in which every gate judges as well.

    Args:
        home: with a finished build.
        own: files of gates besides those of the project.
        only: ids of the gates asked for; none: all.
        threads, progress: see `Universes`.

    Raises:
        HomeError: if nothing has been built in the home, or with other models, network or codes.
        CheckError, ModelError: if a file is no gate.
        ValueError: if there is no gate of an id.
    """

    def __init__(
        self,
        home: Home,
        own: Sequence[Path] = (),
        only: Sequence[str] = (),
        threads: int | None = 1,
        progress: Progress | None = None,
    ) -> None:
        columns = base_columns(home.database())
        landed = [f for f in all_feeds().values() if f"landing.{f.name}" in columns]
        found = gates(landed, columns, own)
        unknown = sorted(set(only) - {gate.id for gate in found})
        if unknown:
            raise ValueError(f"There is no gate {unknown[0]!r}; `islands gates` names them all.")
        self.home = home
        self.gates = [gate for gate in found if not only or gate.id in only]
        models = [model for gate in self.gates for model in gate.models]
        super().__init__(home, threads=threads, progress=progress, gates=models)
        self._gate_of = {
            (e.table.removeprefix("landing."), e.name): e.gate for e in of_landing(landed)
        }
        self._of_landing_as_it_is: dict[str, Flags] | None = None

    def caught(self) -> pd.DataFrame:
        """What the gates newly flag in each universe of the last `follow`: one row a universe and gate.

        Returns:
            Columns universe, gate, flagged (rows), day (the first on which one could be seen; missing if
            the gate says no day).
        """
        parts = [
            self._of_landing("quality.verdicts", _VERDICTS),
            self._of_landing("quality.deliveries", _DELIVERIES),
        ]
        if "landing.deliveries" in self.small.moved:
            parts.append(self.db.frame(_FILES))
        parts += [
            self.db.frame(
                f"SELECT universe, {literal(gate.id)} AS gate, count(*) AS flagged, "
                f"{self._day(model)} AS day FROM {_flagged(model)} GROUP BY universe"
            )
            for gate in self.gates
            for model in self._moved(gate)
        ]
        asked = {gate.id for gate in self.gates}
        parts = [part for part in parts if len(part)]
        if not parts:
            return pd.DataFrame({name: [] for name in CATCHES})
        found = pd.concat([part[list(CATCHES)] for part in parts], ignore_index=True)
        found = found[found["gate"].isin(asked)]
        rows = found.groupby(["universe", "gate"], sort=True)
        return rows.agg(flagged=("flagged", "sum"), day=("day", "min")).reset_index()

    def flags(self, gate: Gate) -> Flags:
        """What a gate flags in the world as it is."""
        if not gate.models:
            if self._of_landing_as_it_is is None:
                self._of_landing_as_it_is = self._flagged_in_landing()
            return self._of_landing_as_it_is.get(gate.id, Flags())
        named = ", ".join(literal(model.name) for model in gate.models)
        ((rows, seconds),) = self.db.rows(
            "SELECT CAST(sum(found) AS BIGINT), sum(seconds) FROM base.quality.gates_timed "
            f"WHERE gate IN ({named})"
        )
        sound = sum(
            self.db.rows(f"SELECT count(*) FROM base.{model.name} AS t WHERE {self._sound}")[0][0]
            for model in gate.models
            if "record_id" in self.small.columns[model.name]
        )
        return Flags(rows, sound, seconds)

    def _flagged_in_landing(self) -> dict[str, Flags]:
        found = self.db.frame(
            f"SELECT feed, expectation, count(*) AS rows, count(*) FILTER ({self._sound}) AS sound "
            "FROM base.quality.verdicts AS t GROUP BY ALL UNION ALL "
            "SELECT feed, expectation, count(*), count(*) FROM base.quality.deliveries "
            "WHERE outcome IN ('warn', 'hold') GROUP BY ALL"
        )
        pairs = zip(found["feed"], found["expectation"], strict=True)
        found["gate"] = [self._gate_of.get(pair) for pair in pairs]
        unread = self.db.rows('SELECT count(*) FROM base.landing.deliveries WHERE NOT "whole"')
        counts = found.groupby("gate")[["rows", "sound"]].sum().itertuples()
        return {READABLE: Flags(unread[0][0], unread[0][0])} | {
            row.Index: Flags(int(row.rows), int(row.sound)) for row in counts
        }

    @property
    def _sound(self) -> str:
        """SQL that the record of a row `t` is as its island meant it: no dirt of its own is in it."""
        if INJECTED not in self.small.columns:
            return "TRUE"
        return (
            f"NOT EXISTS (SELECT 1 FROM base.{INJECTED} AS i "
            "WHERE id_text(i.record_id) = id_text(t.record_id))"
        )

    def example(self, gate: Gate, universe: int) -> dict[str, str]:
        """One row that a gate newly flags in a universe, column -> text; none of those of landing."""
        for model in self._moved(gate):
            rows = self.db.frame(
                f"SELECT * EXCLUDE (side, universe) FROM {_flagged(model)} WHERE universe = ? "
                "ORDER BY ALL LIMIT 1",
                universe,
            )
            for row in rows.to_dict("records"):
                return {c: str(v) for c, v in row.items() if not pd.isna(v)}
        return {}

    def _moved(self, gate: Gate) -> list[Model]:
        return [model for model in gate.models if model.name in self.small.moved]

    def _day(self, model: Model) -> str:
        return f"min({DAY})" if DAY in self.small.columns[model.name] else "CAST(NULL AS DATE)"

    def _of_landing(self, table: str, sql: str) -> pd.DataFrame:
        if table not in self.small.moved:
            return pd.DataFrame()
        rows = self.db.frame(sql)
        pairs = zip(rows["feed"], rows["expectation"], strict=True)
        return rows.assign(gate=[self._gate_of.get(pair) for pair in pairs])


def _flagged(model: Model) -> str:
    return f'(SELECT * FROM changed."{model.name}" WHERE side = {ADDED})'
