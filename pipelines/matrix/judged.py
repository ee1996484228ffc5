"""What every gate newly finds in the faulty states of many faults, worked out at once.

A gate *catches* a fault if it flags something that it does not flag without the fault. What is flagged is
told apart by what names it: the record, the entry, the path, the code. Not by its version, its day, its place
in a file or a number that was counted, so that what was wrong anyway is not caught because something else of
it changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from pipelines.home import Home
from pipelines.matrix.gates import UNREADABLE_GATE, Gate, gates, of_landing
from pipelines.model import Model
from pipelines.replay.compare.universes import Universes
from pipelines.replay.plan.edits import Edit, FileEdit
from pipelines.replay.recompute.base import base_columns
from pipelines.replay.recompute.differences import ADDED, REMOVED
from schemas.contract import feeds as all_feeds
from schemas.progress import Progress
from schemas.sql import literal, quoted
from sources.faults.deliveries import NO_FILE

INJECTED = "world.injected"  # what dirt changed, where the truth of the world is kept

CATCHES = ("universe", "gate", "flagged", "day")
DAY = "day"  # the column in which a gate says on which day a row could first be seen

# Columns that tell when and where, not what; numbers are left out as well.
NOT_COMPARED = frozenset(
    {"version", "day", "from_day", "to_day", "published", "delivery", "file", "line"}
)
_NUMBER = "^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U.*INT.*|DECIMAL.*|FLOAT|DOUBLE)$"

_VERDICTS = f"""
SELECT
    universe, feed, expectation, count(DISTINCT record_id) AS flagged,
    min(CAST(delivery AS DATE)) AS day
FROM changed."quality.verdicts" AS t
WHERE side = {ADDED} AND NOT EXISTS (
    SELECT 1 FROM base.quality.verdicts AS b
    WHERE b.feed = t.feed AND b.expectation = t.expectation AND b.record_id = t.record_id
)
GROUP BY ALL
"""
_DELIVERIES = f"""
SELECT universe, feed, expectation, count(*) AS flagged, min(published) AS day
FROM (
    SELECT universe, feed, expectation, published
    FROM changed."quality.deliveries"
    WHERE outcome IN ('warn', 'hold')
    GROUP BY universe, feed, expectation, published
    HAVING bool_and(side = {ADDED})
)
GROUP BY ALL
"""
_FILES = f"""
SELECT universe, feed, published, max(side) = {REMOVED} AS gone
FROM changed."landing.deliveries"
GROUP BY universe, feed, published
HAVING bool_or(side = {REMOVED} AND "whole") AND NOT bool_or(side = {ADDED} AND "whole")
"""


# That the record of a row `t` is as its island meant it: no dirt of its own is in it.
_SOUND = f"NOT EXISTS (SELECT 1 FROM base.{INJECTED} AS i WHERE id_text(i.record_id) = id_text(t.record_id))"


@dataclass(frozen=True)
class Flags:
    """What a gate flags in a world as it is."""

    rows: int = 0
    # How many of them have nothing wrong with their record; None where no record is named and the
    # world has dirt, so that nobody can say.
    sound: int | None = 0
    # That one run of it takes; None of those of landing, which share a scan.
    seconds: float | None = None


class Judged(Universes):
    """A base opened for replays in which every gate judges as well.

    Args:
        home: with a finished build.
        own: files of gates besides those of the project.
        only: ids of the gates asked for; none: all.
        progress: see `Universes`.

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
        super().__init__(home, progress=progress, gates=models)
        self._gate_of = {
            (e.table.removeprefix("landing."), e.name): e.gate for e in of_landing(landed)
        }
        self._of_landing_as_it_is: dict[str, Flags] | None = None
        self._not_sent: set[tuple[int, str, date]] = set()
        numbers = self.db.rows(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'base' "
            f"AND schema_name = 'quality' AND regexp_matches(data_type, '{_NUMBER}')"
        )
        self._numbers = {(f"quality.{table}", column) for table, column in numbers}

    def work_out_cases(self, cases: Sequence[Sequence[Edit]]) -> None:
        """Work out some cases; see `Universes.work_out_cases`."""
        self._not_sent = {
            (2 * n, one.feed, one.delivery)
            for n, edits in enumerate(cases)
            for edit in edits
            for one in edit.faulty
            if isinstance(one, FileEdit) and one.content == NO_FILE
        }
        super().work_out_cases(cases)

    def caught(self) -> pd.DataFrame:
        """What the gates newly flag in each universe worked out last: one row a universe and gate.

        Returns:
            Columns universe, gate, flagged (rows), day (the first on which one could be seen; missing if
            the gate says no day).
        """
        parts = [
            self._of_landing("quality.verdicts", _VERDICTS),
            self._of_landing("quality.deliveries", _DELIVERIES),
        ]
        if "landing.deliveries" in self.small.moved:
            parts.append(self._unreadable())
        parts += [
            self.db.frame(
                f"SELECT universe, {literal(gate.id)} AS gate, count(*) AS flagged, "
                f"{self._day(model)} AS day FROM {self._flagged(model)} GROUP BY universe"
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
        if not self._spoilt:
            return Flags(rows, rows, seconds)
        if any("record_id" not in self.small.columns[model.name] for model in gate.models):
            return Flags(rows, 0 if not rows else None, seconds)
        sound = sum(
            self.db.rows(f"SELECT count(*) FROM base.{model.name} AS t WHERE {_SOUND}")[0][0]
            for model in gate.models
        )
        return Flags(rows, sound, seconds)

    def _flagged_in_landing(self) -> dict[str, Flags]:
        sound = f"count(*) FILTER ({_SOUND})" if self._spoilt else "count(*)"
        # Dirt is in cells, so that a delivery that is flagged has nothing wrong with it.
        found = self.db.frame(
            f"SELECT feed, expectation, count(*) AS rows, {sound} AS sound "
            "FROM base.quality.verdicts AS t GROUP BY ALL UNION ALL "
            "SELECT feed, expectation, count(*), count(*) FROM base.quality.deliveries "
            "WHERE outcome IN ('warn', 'hold') GROUP BY ALL"
        )
        pairs = zip(found["feed"], found["expectation"], strict=True)
        found["gate"] = [self._gate_of.get(pair) for pair in pairs]
        counts = found.groupby("gate")[["rows", "sound"]].sum().itertuples()
        return {row.Index: Flags(int(row.rows), int(row.sound)) for row in counts}

    @cached_property
    def _spoilt(self) -> bool:
        """Whether dirt changed any cell of the world."""
        return INJECTED in self.small.columns and bool(
            self.db.rows(f"SELECT count(*) FROM base.{INJECTED}")[0][0]
        )

    def _unreadable(self) -> pd.DataFrame:
        """Deliveries that could be read and cannot any more, as what the gate of unreadable records flags.

        A replay reads the files that are spoilt, but keeps no table of what it could not read.
        """
        rows = self.db.frame(_FILES)
        days = pd.to_datetime(rows["published"]).dt.date
        sent = [
            not gone or (universe, feed, day) not in self._not_sent
            for universe, feed, day, gone in zip(
                rows["universe"], rows["feed"], days, rows["gone"], strict=True
            )
        ]
        return rows[sent].assign(gate=UNREADABLE_GATE, flagged=1, day=rows["published"])

    def example(self, gate: Gate, universe: int) -> dict[str, str]:
        """One row that a gate newly flags in a universe, column -> text; none of those of landing."""
        for model in self._moved(gate):
            rows = self.db.frame(
                f"SELECT * EXCLUDE (side, universe) FROM {self._flagged(model)} WHERE universe = ? "
                "ORDER BY ALL LIMIT 1",
                universe,
            )
            for row in rows.to_dict("records"):
                said = {c: v for c, v in row.items() if not pd.isna(v)}
                return {c: str(v).removesuffix(" 00:00:00") for c, v in said.items()}
        return {}

    def _moved(self, gate: Gate) -> list[Model]:
        return [model for model in gate.models if model.name in self.small.moved]

    def _flagged(self, model: Model) -> str:
        """SELECT, in brackets, of what a gate's model newly flags."""
        names = [
            quoted(column)
            for column in self.small.columns[model.name]
            if column not in NOT_COMPARED and (model.name, column) not in self._numbers
        ]
        alike = [f"b.{name} IS NOT DISTINCT FROM t.{name}" for name in names] or ["true"]
        return (
            f'(FROM (FROM changed."{model.name}" WHERE side = {ADDED}) AS t '
            f"ANTI JOIN base.{model.name} AS b ON {' AND '.join(alike)})"
        )

    def _day(self, model: Model) -> str:
        return f"min({DAY})" if DAY in self.small.columns[model.name] else "CAST(NULL AS DATE)"

    def _of_landing(self, table: str, sql: str) -> pd.DataFrame:
        if table not in self.small.moved:
            return pd.DataFrame()
        rows = self.db.frame(sql)
        pairs = zip(rows["feed"], rows["expectation"], strict=True)
        return rows.assign(gate=[self._gate_of.get(pair) for pair in pairs])
