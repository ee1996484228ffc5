"""From landing files to a finished database: land, judge, then every model in order.

`build` is what the command line, the rebuilt states of a replay, experiments and tests call. Dagster's
assets take the same steps of a `Plan` one by one.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

from pipelines.codes import load_codes
from pipelines.described import describe
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.engine.side_by_side import side_by_side
from pipelines.engine.spark_settings import SparkSettings
from pipelines.graph import all_models
from pipelines.home import finished, under_construction
from pipelines.landing import land, read_manifest
from pipelines.landing.decisions import Decided, digest_of
from pipelines.manifest import landing_digest, make_manifest
from pipelines.model import Model
from pipelines.places import Place, size_of_files
from quality import check_promises, judge, judge_deliveries, judge_rows
from schemas.contract import Feed, feeds
from schemas.progress import Progress

# Of so few bytes of files, several threads take more time to be handed their work than they save, and
# planning takes more than rows do. With Spark planning takes more up to these.
FEW_BYTES = 1 << 22
FEW_FOR_SPARK = 1 << 24

# Bytes of memory in which DuckDB builds, at least, and for each byte of files. Given more, it keeps all that
# it has read and written, at `city` 14 GiB, and is a thirtieth quicker.
ROOM = 5_000_000_000
ROOM_FOR_BYTE = 8


@dataclass(frozen=True)
class Plan:
    """What is to be made of a landing folder."""

    manifest: Mapping[str, Any]
    join: str = "full"
    policy: Mapping[str, str] = field(default_factory=dict)
    tier: str = ""  # which islands take part; empty: those that the manifest names
    mishaps: Sequence[Mapping[str, Any]] = ()  # rows of `exchange.mishaps`; none if all goes right
    # Of rows kept aside and deliveries held; see `pipelines.landing.decisions`.
    decided: Sequence[Decided] = ()

    @cached_property
    def feeds(self) -> dict[str, Feed]:
        """The contracts of the feeds that take part, by name."""
        return feeds(self.tier or tier_of(self.manifest))

    @property
    def decided_feeds(self) -> set[str]:
        """Names of feeds of which anything was decided."""
        return {one.feed for one in self.decided}

    @cached_property
    def models(self) -> list[Model]:
        """The models, in an order in which they can run."""
        tier = self.tier or tier_of(self.manifest)
        return all_models(tier, self.join, dict(self.policy), self.mishaps)

    def begin(self, engine: Engine, whole: bool = True) -> None:
        """Bring in what no delivery says: code lists, and what the run is about.

        Args:
            whole: whether all tables are to be made, not some in a copy of a database.
        """
        tier = self.tier or tier_of(self.manifest)
        load_codes(
            engine, self.feeds, self.manifest, self.join, self.policy, tier, whole, self.decided
        )

    @staticmethod
    def bring_truth(engine: Engine, world: Path | None) -> None:
        """Bring in the truth, if its folder is given; only audits and the scoring of results read it."""
        for path in sorted(world.glob("*.parquet")) if world else ():
            engine.create_table_from_parquet(f"world.{path.stem}", path)

    def about(self, engine: Engine, command: Sequence[str], **more: Any) -> dict[str, Any]:
        """What the database that was made says of itself; see `pipelines.manifest`."""
        digest = landing_digest(engine)
        if self.decided:
            more["decisions"] = digest_of(self.decided)
        return make_manifest(
            command, self.manifest, join=self.join, policy=self.policy, digest=digest, **more
        )


def tier_of(manifest: Mapping[str, Any]) -> str:
    """The tier of islands and edges that a landing folder was made for."""
    return str(manifest.get("tier") or "core")


@dataclass
class Build:
    """What a build did."""

    target: Place = Path()  # the database, or the folder of Parquet files
    tables: list[str] = field(default_factory=list)
    # stage -> seconds that its steps took, of which two may have been taken at a time
    seconds: dict[str, float] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)  # what the database says of itself
    _counting: Lock = field(default_factory=Lock, repr=False, compare=False)

    @contextlib.contextmanager
    def timed(self, stage: str):  # noqa: ANN201 - a context manager
        """Add the time of a block to a stage."""
        start = time.perf_counter()
        yield
        took = time.perf_counter() - start
        with self._counting:  # two steps may end at a time
            self.seconds[stage] = self.seconds.get(stage, 0.0) + took


def run_model(engine: Engine, model: Model) -> None:
    """Make one model's table, or its view if it is kept as one."""
    (engine.create_view if model.view else engine.create_table)(model.name, model.sql)


def run_models(
    engine: Engine, models: Sequence[Model], begun: Callable[[str], None] = lambda name: None
) -> dict[str, float]:
    """Make the tables of models, two at a time if the engine can be used beside itself.

    Args:
        models: in an order in which they could run one by one.
        begun: called with the name of each before it is made.

    Returns:
        stage -> seconds that its models took, of which two may have passed at a time.
    """
    for stage in dict.fromkeys(model.stage for model in models):
        engine.create_schema(stage)  # not by two models at once
    by_name = {model.name: model for model in models}
    reads = {model.name: model.reads for model in models}
    took = side_by_side(
        engine, list(by_name), lambda one, name: _seconds_of(one, by_name[name]), reads, begun
    )
    seconds: dict[str, float] = {}
    for name, of_it in took.items():
        stage = by_name[name].stage
        seconds[stage] = seconds.get(stage, 0.0) + of_it
    return seconds


def _seconds_of(engine: Engine, model: Model) -> float:
    start = time.perf_counter()
    run_model(engine, model)
    return time.perf_counter() - start


def build_with(
    engine: Engine,
    landing: Place,
    plan: Plan,
    *,
    world: Path | None = None,
    progress: Progress | None = None,
    checks: bool = True,
) -> Build:
    """Take every step of a plan with an open engine.

    Args:
        world: folder of the truth, if results are to be scored against it.
        checks: whether to audit the promises about conservation and evidence at the end.

    Raises:
        ValueError: (LandingError, ContractError, NetworkError, BrokenPromise ...) in one sentence.
    """
    done = Build()
    total = len(plan.models) + 3
    tell = progress or (lambda label, at, of: None)
    tell("landing", 0, total)
    _land_and_judge(engine, landing, plan, world, done, lambda label, at: tell(label, at, total))
    begun = count(2)
    done.seconds |= run_models(engine, plan.models, lambda name: tell(name, next(begun), total))
    done.tables = [
        *(f"landing.{feed}" for feed in plan.feeds),
        "quality.verdicts",
        *(model.name for model in plan.models),
    ]
    engine.bring_to_disk_meanwhile()
    tell("checks", total - 1, total)
    if checks:
        with done.timed("quality"):
            check_promises(engine)
    tell("done", total, total)
    return done


def _land_and_judge(
    engine: Engine,
    landing: Place,
    plan: Plan,
    world: Path | None,
    done: Build,
    tell: Callable[[str, int], None],
) -> None:
    """Land and judge, with code lists and the truth; in DuckDB, with more than one thread, these are brought
    in and rows of one feed are judged while the next lands.

    With Spark, executors read all feeds, so there is nothing to be done meanwhile.
    """
    decided = plan.decided_feeds
    other = engine.beside() if engine.name == "duckdb" else None
    meanwhile: list[Future[None]] = []

    def bring_in(into: Engine) -> None:
        with done.timed("landing"):
            plan.begin(into)
            plan.bring_truth(into, world)

    def judge_landed(feed: Feed) -> None:
        with done.timed("quality"):
            judge_rows(other, [feed], decided, append=True)

    def landed(feed: Feed) -> None:
        for one in meanwhile:
            if one.done():
                one.result()  # what went wrong is told now
        meanwhile.append(gates.submit(judge_landed, feed))

    with ThreadPoolExecutor(1, thread_name_prefix="gates") as gates:
        try:
            if other:
                judge_rows(engine, ())
                meanwhile.append(gates.submit(bring_in, other))
            else:
                bring_in(engine)
            with done.timed("landing"):
                land(
                    engine,
                    landing,
                    plan.feeds,
                    lambda name, at, of: tell(f"landing {name}", 0),
                    decided=plan.decided,
                    landed_whole=landed if other else None,
                )
            tell("quality", 1)
            for one in meanwhile:
                one.result()
        except BaseException:
            gates.shutdown(wait=False, cancel_futures=True)
            if other:
                other.interrupt()
            raise
    with done.timed("quality"):
        (judge_deliveries if other else judge)(engine, plan.feeds, decided)


def build(
    landing: Place,
    target: Place,
    /,
    *,
    join: str = "full",
    policy: Mapping[str, str] | None = None,
    engine: str = "duckdb",
    tier: str = "",
    mishaps: Sequence[Mapping[str, Any]] = (),
    decided: Sequence[Decided] = (),
    world: Path | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
    checks: bool = True,
    described: bool = True,
    command: Sequence[str] = ("build",),
    ask: Callable[[Engine, Build], None] = lambda engine, done: None,
    spark: SparkSettings | None = None,
    **more: Any,
) -> Build:
    """Build a database file (or, with Spark, a folder of Parquet tables) from landing files.

    The target appears only when it is whole: it is built under another name beside it.

    Args:
        target: the file or folder to make; an existing one is replaced.
        threads: threads the engine may use; by default all, or with DuckDB one for a few files, which it
            then also plans for few rows.
        join, policy, tier, mishaps, decided: see `Plan`.
        world, progress, checks: see `build_with`.
        described: whether the database is to say what its tables mean; see `pipelines.described`.
        command: words of the command that asked for it, for the manifest.
        ask: called with the finished database while it is still open.
        spark: where and how Spark runs; None: on this machine.
        more: what else the manifest is to say.

    Raises:
        ValueError: as `build_with`.
    """
    plan = Plan(read_manifest(landing), join, dict(policy or {}), tier, mishaps, decided)
    size = size_of_files(landing)
    if engine == "spark":
        spark = replace(spark or SparkSettings(), small=size < FEW_FOR_SPARK)
    small = threads is None and engine == "duckdb" and size < FEW_BYTES
    with under_construction(target) as building:
        with open_engine(
            engine,
            building,
            threads=1 if small else threads,
            memory_limit=max(ROOM, ROOM_FOR_BYTE * size),
            small=small,
            spark=spark,
        ) as opened:
            done = build_with(opened, landing, plan, world=world, progress=progress, checks=checks)
            if described and engine == "duckdb":
                describe(opened, plan.models)
            done.about = plan.about(opened, command, **more)
            ask(opened, done)
        done.target = finished(building, done.about)
    return done
