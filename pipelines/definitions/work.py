"""The database a run is making.

A run of the whole build makes a new one. A run of a part of it (a list or two, say, after their SQL
was changed) works on a copy of the one in force. Either takes its place when the last step asked for
is done and the promises hold, and is thrown away otherwise.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.build import Plan, tier_of
from pipelines.definitions.names import FEEDS, TIER
from pipelines.described import describe
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.home import LOCK_SECONDS, Home, HomeError, building_place, finished, remove_database
from pipelines.landing import LandingError, read_manifest
from pipelines.landing.decisions import TABLE, decided_in, decided_of
from pipelines.model import Model
from quality import check_promises
from schemas.contract import Feed

COMMAND = ("ui",)  # who started it, for the manifest: somebody at the pages
WORLD = ("size", "seed", "dirt", "days", "day0", "tier")  # what makes two landing folders one world


@dataclass(frozen=True)
class Asked:
    """What a run was asked for."""

    home: Home
    landing: Path
    size: str = ""  # of the world to make first; "" to take the files that are there
    seed: int = 1  # of that world
    join: str = ""  # how far the islands are joined; "" for `full`, or as the database in force
    # Numbers of the network that are varied; a part takes those of the database in force.
    policy: Mapping[str, str] = field(default_factory=dict)
    engine: str = "duckdb"
    steps: frozenset[str] = frozenset()  # the tables it is to make; none if it only looks
    whole: bool = True  # whether that is everything
    until: date | None = None  # the last day whose deliveries are to be taken in; None: all

    @property
    def lands(self) -> bool:
        """Whether deliveries are read."""
        return any(step.startswith("landing.") for step in self.steps)


class Work:
    """A database under construction, or the one in force if a run only looks at it.

    Raises:
        ValueError: in one sentence, if what was asked for cannot be done.
    """

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.remaining = set(asked.steps)
        self.about: dict[str, Any] = {}
        self.failed = False
        self.schemas: dict[str, Mapping[str, str]] = {}  # columns of tables, as shown
        self.until: date | None = None  # None: all deliveries are taken in
        self._target = Path()
        self._building: Path | None = None
        self._engine: Engine | None = None
        with contextlib.ExitStack() as stack:
            if asked.steps:
                stack.enter_context(asked.home.lock(LOCK_SECONDS))
                self._begin()
            else:
                self._look()
            self._stack = stack.pop_all()

    @property
    def engine(self) -> Engine:
        """The open database."""
        if self._engine is None:
            raise RuntimeError("The database of this run is closed.")
        return self._engine

    # --- opening ----------------------------------------------------------------------------------

    def _look(self) -> None:
        base, about = self._in_force()
        self._understand(self._plan(about))
        self._engine = open_engine(self.asked.engine, base, read_only=True)

    def _begin(self) -> None:
        asked = self.asked
        base = None
        if asked.whole:
            if asked.size:
                self._generate()
            manifest = read_manifest(asked.landing)
            decided = decided_in(asked.home.path)
            self._understand(
                Plan(manifest, asked.join or "full", dict(asked.policy), decided=decided)
            )
        else:
            base, manifest = self._in_force()
            self._see_that_it_fits(manifest)
            self._understand(self._plan(manifest))
        if asked.lands and asked.until and asked.until.isoformat() < str(manifest["last_day"]):
            self.until = asked.until
        home, spark = asked.home, asked.engine == "spark"
        self._target = home.next_tables() if spark else home.next_database()
        self._building = building_place(self._target)
        if base is not None:
            copy = shutil.copytree if base.is_dir() else shutil.copyfile
            copy(base, self._building)
        self._engine = open_engine(asked.engine, self._building)
        if base is not None:  # a part keeps to what was decided when the rest was made
            told = self._engine.fetch(f"SELECT * FROM {TABLE}")
            self.plan = replace(self.plan, decided=decided_of(told))
        truth = asked.home.truth_behind(asked.landing) if asked.whole else None
        self.plan.begin(self._engine, asked.whole)
        self.plan.bring_truth(self._engine, truth)

    @staticmethod
    def _plan(about: Mapping[str, Any]) -> Plan:
        """What a database in force was made by, from what it says of itself."""
        return Plan(about, str(about.get("join") or "full"), dict(about.get("policy") or {}))

    def _understand(self, plan: Plan) -> None:
        self.plan = plan
        self.feeds: dict[str, Feed] = plan.feeds
        self.models: dict[str, Model] = {m.name: m for m in plan.models}
        if not self.feeds.keys() <= FEEDS.keys():
            raise LandingError(
                f"These pages show a home of the tier {TIER!r}, and {self.asked.landing} is of the "
                f"tier {tier_of(plan.manifest)!r}; open its own home with `make ui UI_HOME=...`."
            )

    def _generate(self) -> None:
        from sources.deliver import generate

        home = self.asked.home
        if home.truth_behind(self.asked.landing) is None:
            raise LandingError("A new world goes to HOME/landing; give size or landing, not both.")
        if self.asked.size != "story" and TIER == "story":
            raise LandingError(
                f"These pages show a home of the tier {TIER!r}; make a world of size "
                f"{self.asked.size} with `islands generate` in a home of its own, and open that."
            )
        generate(home.landing, home.world, self.asked.size, self.asked.seed)

    def _in_force(self) -> tuple[Path, Mapping[str, Any]]:
        """The database a part begins with, and what it says of itself."""
        if self.asked.engine == "duckdb":
            return self.asked.home.database(), self.asked.home.current()
        tables = self.asked.home.spark
        try:
            return tables, json.loads((tables / "manifest.json").read_text("utf-8"))
        except FileNotFoundError:
            raise HomeError(f"No tables in {tables} yet; run the whole build first.") from None

    def _see_that_it_fits(self, about: Mapping[str, Any]) -> None:
        asked = self.asked
        if asked.size:
            raise LandingError("A part of the build takes the world as it is; leave size empty.")
        for name, wanted in (("join", asked.join), ("policy", dict(asked.policy))):
            if wanted and wanted != about.get(name):
                raise HomeError(
                    f"The database in force was built with {name} {about.get(name)!r}; a part of "
                    f"the build cannot change that to {wanted!r}, so run the whole."
                )
        if asked.lands:
            here = read_manifest(asked.landing)
            if any(here[name] != about.get(name) for name in WORLD):
                raise LandingError(
                    f"{asked.landing} holds another world than the database in force; run the "
                    "whole build."
                )

    # --- working ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Do one step; the last one asked for ends with an audit of what was made.

        Args:
            name: of a table, or of something else that is done, which counts as no step.

        Raises:
            quality.BrokenPromise: if rows were lost or an entry has no evidence.
        """
        try:
            yield
            if name in self.remaining:
                self.remaining.discard(name)
                if not self.remaining:
                    self._audit()
        except BaseException:
            self.failed = True
            raise

    def _audit(self) -> None:
        check_promises(self.engine, self.feeds)
        if self.asked.engine == "duckdb":
            describe(self.engine, self.plan.models)
        asked = self.asked
        more: dict[str, Any] = {}
        if asked.whole and asked.home.truth_behind(asked.landing) is None:
            more["landing"] = str(asked.landing.resolve())
        if self.until:
            more["until"] = self.until.isoformat()
        for name in ("landing", "until"):
            if not asked.whole and self.plan.manifest.get(name):
                more.setdefault(name, self.plan.manifest[name])
        if not asked.whole:
            more["rebuilt"] = sorted(asked.steps)
        self.about = self.plan.about(self.engine, COMMAND, **more)

    # --- ending -----------------------------------------------------------------------------------

    def close(self) -> dict[str, Any] | None:
        """Close the database; if all that was asked for was done, it is the one in force now.

        Returns:
            What the home says of the database put in force; None if there is no new one.
        """
        if self._engine is None:
            return None
        engine, self._engine = self._engine, None
        with self._stack:
            if self._building is None:
                engine.close()
                return None
            if self.failed or self.remaining:
                engine.discard()
                remove_database(self._building)
                return None
            try:
                engine.close()
            except BaseException:
                remove_database(self._building)
                raise
            done = finished(self._building, self.about)
            if self.asked.engine == "spark":
                self.asked.home.publish_tables(done)
            else:
                self.asked.home.publish(done, self.about)
            return self.current()

    def current(self) -> dict[str, Any]:
        """What the home is to say of the new database, once its promises were seen to hold."""
        if self._building is None or not self.about:
            return {}
        return self.asked.home.named(self._target, self.about)
