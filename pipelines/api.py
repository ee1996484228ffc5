"""The laboratory from Python: ask a home, follow faults in it, run experiments; answers are pandas frames.

    >>> from pipelines.api import open_home
    >>> home = open_home("build/story")  # doctest: +SKIP
    >>> home.sql("SELECT holder, count(*) AS copies FROM exchange.copies GROUP BY holder")  # doctest: +SKIP
    >>> found = home.replay("wrong_unit", correct_after=30)  # doctest: +SKIP
    >>> found.frames()["cells"]  # doctest: +SKIP
    >>> home.figures(found)["intervals"].show()  # doctest: +SKIP

Everything here is a thin way to what the commands call: same answers, same errors, each a `ValueError`
with one sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.ask.bounded import framed
from pipelines.home import Home
from pipelines.in_force import opened, see_database

if TYPE_CHECKING:  # loaded when they are first used
    import pandas as pd
    import plotly.graph_objects as go

    from pipelines.experiment.design import Design
    from pipelines.experiment.summary import Summary
    from pipelines.matrix.plan import Plan
    from pipelines.matrix.summary import Summary as MatrixSummary
    from pipelines.replay import Comparison, FaultSpec, Replay

__all__ = ["OpenHome", "compare", "experiment", "make_world", "matrix", "open_home"]


@dataclass(frozen=True)
class OpenHome:
    """A home with a database, to be asked. It reads what is in force at the time of each call.

    Attributes:
        home: the folder, its lock and its databases.
    """

    home: Home

    def sql(self, query: str, *params: Any) -> pd.DataFrame:
        """The rows of a query on the database, with the words of the models (`until`, `on_day` ...).

        It runs in a process beside this one, which reads this database and no other file. It takes the time
        it takes: interrupt it to end it.

        Args:
            query: one SELECT in DuckDB's SQL; values to fill in are marked `?`.
            params: those values, in order.

        Raises:
            QueryError, DatabaseError: if it is no SELECT, or cannot be; in one sentence.
        """
        return framed(see_database(self.home.database()), query, params)

    def tables(self) -> list[str]:
        """Names of all tables, sorted."""
        with opened(self.home) as engine:
            return engine.tables()

    def subject(
        self,
        whom: str,
        as_of: date | str | None = None,
        replay: Path | str | Replay | None = None,
        state: str = "faulty",
    ) -> dict[str, pd.DataFrame]:
        """All that is held about a subject on a day, one frame each.

        Args:
            whom: a subject_id or the start of one, an identifier or an exact name.
            as_of: the day, as a date or ISO text; None: the last day of deliveries.
            replay: a scenario's file, or what `replay` found: tell of its world; None: of the clean one.
            state: of a replay: `faulty`, as if nobody ever corrected it, or `corrected`.

        Returns:
            `facts`, `events`, `links`, `shown_by`, `measures` and `scores`; of a replay's world also
            `otherwise`: of each row that the clean world has not, or it alone, `world` (`there` or
            `clean`), `where` (the frame) and the row's own values as `row`.

        Raises:
            NotFound: if that is nobody, or several.
            ValueError: if nothing is known of the day, or the replay is of another world or says no
                correction that could be shown.
        """
        import pandas as pd

        from pipelines.subject import HELD, about
        from pipelines.trace import a_day

        day = date.fromisoformat(a_day(as_of, "as_of")) if isinstance(as_of, str) else as_of
        if replay is not None:
            found = self._otherwise(lambda engine: about(engine, whom, day), replay, state)
            held = found["there"] or {}
            frames = {name: pd.DataFrame(held.get(name, ())) for name in HELD}
            return frames | {
                "otherwise": pd.DataFrame(found["otherwise"], columns=["world", "where", "row"])
            }
        with opened(self.home) as engine:
            held = about(engine, whom, day)
        return {name: pd.DataFrame(held[name]) for name in HELD}

    def trace(
        self, given: str, replay: Path | str | Replay | None = None, state: str = "faulty"
    ) -> dict[str, Any]:
        """A record forward to all it reached, or anything else back to file and line.

        Args:
            given: an id or its first characters, see `islands trace`.
            replay, state: see `subject`.

        Returns:
            The tree; of a replay's world what `islands trace --replay --json` gives: `state`, `scenario`,
            the tree `there`, the tree in the `clean` world, and what is `otherwise`.

        Raises:
            NotFound: if nothing has the id, or several things begin with it.
            ValueError: if the replay is of another world or says no correction that could be shown.
        """
        from pipelines.trace import trace

        if replay is not None:
            return self._otherwise(lambda engine: trace(engine, given), replay, state)
        with opened(self.home) as engine:
            return trace(engine, given)

    def _otherwise(self, look: Any, replay: Path | str | Replay, state: str) -> dict[str, Any]:
        """What something is in the world of a replay; see `pipelines.replay.otherwise.looked_at`."""
        from pipelines.replay.otherwise import STATES, looked_at

        if state not in STATES:
            raise ValueError(f"state is one of {', '.join(STATES)}, not {state!r}.")
        of = Path(replay) if isinstance(replay, str | Path) else replay.scenario
        return looked_at(self.home, of, look, state)

    def replay(
        self,
        fault: str | Path | FaultSpec | Sequence[FaultSpec],
        *,
        join: str | None = None,
        policy: Mapping[str, str] | None = None,
        remedy: str | None = None,
        rebuild: bool = False,
        **options: Any,
    ) -> Replay:
        """Follow a fault through every list.

        Args:
            fault: a kind (`islands faults` lists them), a scenario file, or faults written out.
            join, policy, remedy, rebuild: see `pipelines.replay.replay`.
            options: of a kind or a scenario, as the command takes them: `seed`, `correct_after`, `feed`,
                `record`, `holder`, `sets`, `delivery` ...

        Raises:
            FaultError, EditError, ScenarioError, HomeError: in one sentence.
        """
        from pipelines.replay import FaultSpec, command, replay

        if isinstance(fault, FaultSpec) or not isinstance(fault, str | Path):
            if options:
                raise ValueError(
                    f"Faults written out say everything themselves; leave out {', '.join(options)}."
                )
            return replay(
                self.home, fault, join=join, policy=policy, remedy=remedy, rebuild=rebuild
            )
        file = Path(fault)
        what = {"scenario": file} if file.suffix in (".yml", ".yaml") else {"fault": str(fault)}
        return command(
            self.home.path,
            join=join,
            policy=policy,
            remedy=remedy,
            rebuild=rebuild,
            **what,
            **options,
        )

    def figures(self, found: Replay) -> dict[str, go.Figure]:
        """The pictures of a replay: `intervals` (who shows what when), `network`, `wrong_per_day`."""
        from pipelines.replay import figures

        return {
            name: getattr(figures, name)(found)
            for name in ("intervals", "network", "wrong_per_day")
        }


def open_home(folder: Path | str = "build") -> OpenHome:
    """A home that `islands build` filled.

    Args:
        folder: where it is.

    Raises:
        HomeError: if nothing has been built there.
    """
    home = Home(Path(folder))
    see_database(home.database())
    return OpenHome(home)


def make_world(
    folder: Path | str, size: str = "story", seed: int = 1, days: int = 365, dirt: float = 1.0
) -> OpenHome:
    """Make a world, its deliveries and its database in a folder, unless the same stands there.

    Args:
        folder: where to.
        size, seed, days, dirt: see `islands generate`.

    Raises:
        ValueError: if an argument makes no sense, or another world stands there.
    """
    from pipelines.run import make_home

    return OpenHome(make_home(Home(Path(folder)), size=size, seed=seed, days=days, dirt=dirt))


def compare(first: Path | str, second: Path | str) -> Comparison:
    """What differs between two databases, cell by cell; see `pipelines.replay.compare`."""
    from pipelines.replay import compare as compared

    return compared(Path(first), Path(second))


def experiment(design: Design, out: Path | str, workers: int = 1) -> Summary:
    """Follow random faults under every arm of a design; what is done already is not done again.

    Args:
        design: see `pipelines.experiment.Design`.
        out: folder for worlds and tables.
        workers: processes.

    Raises:
        DesignError: if the design cannot be.
    """
    from pipelines.experiment.running import run
    from pipelines.experiment.summary import summarise

    run(design, Path(out), workers)
    return summarise(out)


def matrix(plan: Plan, out: Path | str, workers: int = 1) -> MatrixSummary:
    """Which gate catches which fault.

    Args:
        plan: see `pipelines.matrix.Plan`; `Plan.of_own` is what `--gate FILE` asks.
        out: folder for worlds and tables.
        workers: processes.

    Raises:
        ValueError: naming what of the plan is wrong.
    """
    from pipelines.matrix.running import run
    from pipelines.matrix.summary import summarise, write_tables

    tables = run(plan, Path(out), workers)
    summary = summarise(plan, tables)
    write_tables(summary, tables, Path(out), ["matrix"])
    return summary
