"""The resource every step works with: what a run may be told, and the database it is making."""

from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.definitions.days import day_asked_for
from pipelines.definitions.home import default_home
from pipelines.definitions.names import DATABASE, EVERYTHING, step
from pipelines.definitions.shown import database_made
from pipelines.definitions.work import Asked, Work
from pipelines.home import Home, HomeError


class Laboratory(dg.ConfigurableResource):
    """The laboratory: its home, and how far and with which numbers the islands are joined."""

    home: str = Field(
        default_factory=default_home, description="Folder for landing files and databases."
    )
    landing: str = Field("", description="Folder of delivered files; by default HOME/landing.")
    size: str = Field(
        "",
        description="Make a world first: story, tiny, demo, city or province. "
        "By default the delivered files are taken as they are.",
    )
    seed: int = Field(1, description="Everything random in that world comes from it.")
    join: str = Field(
        "",
        description="How far islands are joined: none, own-keys, unified-code or full. "
        "By default full; for a part of the build, as the database in force.",
    )
    policy: dict[str, str] = Field(
        {}, description="Numbers of the network that are varied, such as court-bank.every: 1."
    )
    engine: str = Field("duckdb", description="duckdb or spark.")

    _work: Work | None = PrivateAttr(default=None)
    _run: dg.DagsterRun | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Remember the run; nothing is opened or locked before a step needs it."""
        self._run = context.dagster_run

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Put the new database in force if all went well, and throw it away if not."""
        if self._work is None:
            return
        current = self._work.close()
        if current and DATABASE not in self._work.asked.steps and context.instance:
            # A part of the build makes a new database too, though no step of its own says so.
            context.instance.report_runless_asset_event(database_made(current))

    @property
    def work(self) -> Work:
        """The database this run is making, opened when first asked for.

        Raises:
            ValueError: in one sentence, if it cannot be.
        """
        if self._work is None:
            steps = steps_of(self._run)
            place = Home(self.home)
            asked = Asked(
                home=place,
                landing=Path(self.landing) if self.landing else place.landing,
                size=self.size,
                seed=self.seed,
                join=self.join,
                policy=self.policy,
                engine=self.engine,
                steps=steps,
                whole=steps == frozenset(EVERYTHING),
                until=day_asked_for(self._run) if self._run else None,
            )
            self._work = Work(asked)
        return self._work


def steps_of(run: dg.DagsterRun | None) -> frozenset[str]:
    """The tables a run is to make.

    Raises:
        HomeError: if it is to go on where a failed one stopped.
    """
    if run is None:
        return frozenset(EVERYTHING)
    if run.tags.get("dagster/is_resume_retry") == "true":
        raise HomeError(
            "A failed build leaves nothing behind to go on from; launch the whole run again."
        )
    if run.step_keys_to_execute is not None:
        return frozenset(table for table in EVERYTHING if step(table) in run.step_keys_to_execute)
    if run.asset_selection or run.asset_check_selection:
        chosen = {".".join(key.path) for key in run.asset_selection or ()}
        return frozenset(table for table in EVERYTHING if table in chosen)
    return frozenset(EVERYTHING)
