"""A database opened for replays, in which the edits of many cases are worked out at once.

Each case is one universe without the correction and, if it is corrected, one more with it. All are
worked out in one pass over the models, and a case among a thousand gives what it gives alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Self

import pandas as pd

from pipelines.engine.databases import Databases, opened
from pipelines.graph import all_models, behind
from pipelines.home import Home
from pipelines.model import Model
from pipelines.replay.plan.case import plan_case, plan_cases
from pipelines.replay.plan.edits import Edit, RowOrFile
from pipelines.replay.plan.faults import FaultSpec, Landed, NotDelivered, Registered, asked_of_base
from pipelines.replay.recompute.arrivals import arrive
from pipelines.replay.recompute.differences import REMOVED, columns_of
from pipelines.replay.recompute.levels import level, said_by, see_up_to_date
from pipelines.replay.recompute.prepared import prepared
from pipelines.replay.recompute.small import Small
from schemas.contract import Feed, feeds
from schemas.progress import Progress
from schemas.sql import literal, quoted
from sources.faults import FaultError

# What a replay tells of, and with that the models it has to run.
TOLD = ("exchange.copies", "exchange.entries", "exchange.ancestry", "consequences.measures",
        "scores.grades", "scores.points")  # fmt: skip


class Base:
    """A base opened for replays.

    Args:
        home: with a finished build.
        join, policy: see `pipelines.replay.replay`; another than the base's own is built once.
        everything: whether to work out every table, those no replay tells of included.
        progress: called with a label, steps done and steps in all while the base is laid out.
        gates: models to be worked out beside those of the build, such as gates of any stage.
        two_at_a_time: whether to work out two models at a time, which is quicker while somebody waits for
            one case; many cases are followed by several processes, which need the cores themselves.

    Raises:
        HomeError: if nothing has been built in the home, or with other models, network or codes.
    """

    # What else a comparison wants to know of the base alone, see `prepared`.
    beside: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        home: Home,
        join: str | None = None,
        policy: Mapping[str, str] | None = None,
        everything: bool = False,
        progress: Progress | None = None,
        gates: Sequence[Model] = (),
        two_at_a_time: bool = False,
    ) -> None:
        see_up_to_date(home)
        self.home = home
        base = level(home, join, policy, progress)
        self.landing = home.delivered()
        self.feeds: Mapping[str, Feed] = feeds()
        told = models_of(base, gates=gates)  # the copy is laid out for these, whoever comes first
        folder = home.kept / ("gated" if gates else "prepared")
        beside = asked_of_base(self.feeds.values()) | self.beside
        self.base = prepared(base, folder, told, progress, gates, beside)
        self.models = [*(models_of(base, everything=True) if everything else told), *gates]
        self.decided = said_by(base).decided
        self.small = Small(self.base, 1, two_at_a_time)
        self.db = Databases(self.small.engine)
        self.landed = Landed(self.db, "base", self.feeds)
        self.others = Registered(self.db, "base", self.feeds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the base."""
        self.small.engine.close()

    def case(self, specs: Sequence[FaultSpec]) -> tuple[Edit, ...]:
        """Put the faults of a case in their places; see `pipelines.replay.plan.case.plan_case`."""
        try:
            return plan_case(self.landed, self.others, self.landing, specs)
        except NotDelivered as error:
            raise NotDelivered(f"{error} Looked for in {self.home.path}.") from error

    def cases(self, cases: Iterable[Sequence[FaultSpec]]) -> list[tuple[Edit, ...] | FaultError]:
        """The same of many cases, quicker than one by one; of one that does not fit why not."""
        return plan_cases(self.landed, self.others, self.landing, cases)

    def work_out(self, edits: Mapping[int, Sequence[RowOrFile]]) -> list[str]:
        """Work out what edits mean in every table, universe by universe.

        Returns:
            Names of the models that had to be run.
        """
        self.small.begin(edits)
        gates = arrive(self.small, self.feeds, edits, self.decided)
        self.small.spread()
        return self.small.run([*gates, *self.models])

    def differing(self, universe: int, table: str) -> pd.DataFrame:
        """What differs from the base in one table of one universe."""
        if table not in self.small.moved:
            return pd.DataFrame({"side": []})
        told = ", ".join(self.db.told("base", table).values())
        return self.db.frame(
            f"SELECT CASE side WHEN {REMOVED} THEN 1 ELSE 2 END AS side, {told} "
            f"FROM changed.{quoted(table)} WHERE universe = ? ORDER BY ALL",
            universe,
        )

    def differing_tables(
        self, universe: int, tables: Iterable[str], but: Collection[str] = ()
    ) -> set[str]:
        """The tables in which a universe differs from the base.

        Args:
            tables: those looked at.
            but: columns in which a difference does not count.
        """
        asked = []
        for table in self.small.moved.intersection(tables):
            columns = [c for c in self.small.columns[table] if c not in but]
            rows = f"SELECT 1 FROM changed.{quoted(table)} WHERE universe = {universe}"
            if len(columns) < len(self.small.columns[table]):  # a row may be the same but for these
                by = ", ".join(map(quoted, columns)) or "universe"
                rows += f" GROUP BY {by} HAVING min(side) = max(side)"
            asked.append(f"SELECT {literal(table)} WHERE EXISTS ({rows})")
        return {table for (table,) in self.db.rows(" UNION ALL ".join(asked))} if asked else set()


def models_of(base: Path, everything: bool = False, gates: Sequence[Model] = ()) -> list[Model]:
    """The models a replay of a database runs, in order: those its tables told of are made from.

    Args:
        everything: all of them.
        gates: models besides, whose tables these are made from as well.
    """
    said = said_by(base)
    models = all_models(said.tier, said.join, dict(said.policy))
    told = [*TOLD, *(table for gate in gates for table in gate.reads)]
    return models if everything else behind(models, told)


def base_columns(base: Path) -> dict[str, list[str]]:
    """Table -> its columns, of a finished database."""
    with opened(base=base) as db:
        return columns_of(db.rows)
