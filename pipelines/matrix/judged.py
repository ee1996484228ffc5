"""What every gate newly finds in the faulty states of many faults, worked out at once.

A gate *catches* a fault if it flags something that it does not flag without the fault. Whatever else a
world has wrong is flagged in both states and does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipelines.home import Home
from pipelines.matrix.gates import ARRIVED, READABLE, Gate, gates, kinds_of
from pipelines.replay.compare.universes import Universes
from pipelines.replay.recompute.base import base_columns
from pipelines.replay.recompute.small import ADDED, REMOVED
from schemas.contract import feeds as all_feeds
from schemas.progress import Progress
from schemas.sql import literal

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
        self.gates = [gate for gate in found if not only or gate.id in only]
        models = [gate.model for gate in self.gates if gate.model is not None]
        super().__init__(home, threads=threads, progress=progress, gates=models)
        self._kinds = kinds_of(landed)
        self._as_it_is: dict[str, int] | None = None

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
                f"{self._day(gate)} AS day FROM {self._flagged(gate)} GROUP BY universe"
            )
            for gate in self.gates
            if gate.model is not None and gate.model.name in self.small.moved
        ]
        asked = {gate.id for gate in self.gates}
        parts = [part for part in parts if len(part)]
        if not parts:
            return pd.DataFrame({name: [] for name in CATCHES})
        found = pd.concat([part[list(CATCHES)] for part in parts], ignore_index=True)
        found = found[found["gate"].isin(asked)]
        rows = found.groupby(["universe", "gate"], sort=True)
        return rows.agg(flagged=("flagged", "sum"), day=("day", "min")).reset_index()

    def flags(self, gate: Gate) -> tuple[int, float | None]:
        """How many rows a gate flags in the world as it is, and the seconds it takes if it was timed."""
        if gate.model is not None:
            return self.db.rows(
                "SELECT found, seconds FROM base.quality.gates_timed WHERE gate = ?",
                gate.model.name,
            )[0]
        if self._as_it_is is None:
            self._as_it_is = self._flagged_in_landing()
        return self._as_it_is.get(gate.id, 0), None

    def _flagged_in_landing(self) -> dict[str, int]:
        found = self.db.frame(
            "SELECT feed, expectation, count(*) AS flagged FROM base.quality.verdicts GROUP BY ALL "
            "UNION ALL SELECT feed, expectation, count(*) FROM base.quality.deliveries "
            "WHERE outcome IN ('warn', 'hold') GROUP BY ALL"
        )
        pairs = zip(found["feed"], found["expectation"], strict=True)
        found["gate"] = [self._kinds.get(pair) for pair in pairs]
        counts = {gate: int(n) for gate, n in found.groupby("gate")["flagged"].sum().items()}
        unread = self.db.rows('SELECT count(*) FROM base.landing.deliveries WHERE NOT "whole"')
        return counts | {READABLE: unread[0][0]}

    def example(self, gate: Gate, universe: int) -> dict[str, str]:
        """One row that a gate newly flags in a universe, column -> text; none of those of landing."""
        if gate.model is None or gate.model.name not in self.small.moved:
            return {}
        rows = self.db.frame(
            f"SELECT * EXCLUDE (side, universe) FROM {self._flagged(gate)} WHERE universe = ? "
            "ORDER BY ALL LIMIT 1",
            universe,
        )
        return {c: str(v) for c, v in rows.iloc[0].items() if v is not None} if len(rows) else {}

    def _flagged(self, gate: Gate) -> str:
        return f'(SELECT * FROM changed."{gate.model.name}" WHERE side = {ADDED})'

    def _day(self, gate: Gate) -> str:
        named = self.small.columns[gate.model.name]
        return f"min({DAY})" if DAY in named else "CAST(NULL AS DATE)"

    def _of_landing(self, table: str, sql: str) -> pd.DataFrame:
        if table not in self.small.moved:
            return pd.DataFrame()
        rows = self.db.frame(sql)
        pairs = zip(rows["feed"], rows["expectation"], strict=True)
        return rows.assign(gate=[self._kinds.get(pair) for pair in pairs])
