"""From landing files to a finished database: land, judge, then every model in order.

The same steps serve the command line, Dagster and the rebuilt states of a replay.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.codes import load_codes
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.graph import all_models
from pipelines.landing import land, read_manifest
from pipelines.model import Model
from pipelines.storage import remove_database
from quality import check_promises, judge
from schemas.contract import Feed, feeds
from schemas.progress import Progress


@dataclass
class Build:
    """What a build did.

    Attributes:
        target: the database, or the folder of Parquet files.
        tables: those that were made, in order.
        seconds: stage -> seconds it took.
        manifest: of the landing files.
    """

    target: Path
    tables: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)

    @contextlib.contextmanager
    def timed(self, stage: str):  # noqa: ANN201 - a context manager
        """Add the time of a block to a stage."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start


def load_world(engine: Engine, world: Path) -> None:
    """Bring the truth into the schema `world`, where only audits and the scoring of results look."""
    for path in sorted(world.glob("*.parquet")):
        engine.create_table_from_parquet(f"world.{path.stem}", path)


def run_model(engine: Engine, model: Model) -> None:
    """Make one model's table."""
    engine.create_table(model.name, model.sql)


def tier_of(manifest: Mapping[str, Any]) -> str:
    """The tier of islands and edges that a landing folder was made for."""
    return str(manifest.get("tier") or "core")


def build_with(
    engine: Engine,
    landing: Path,
    *,
    join: str = "full",
    policy: Mapping[str, str] | None = None,
    tier: str | None = None,
    world: Path | None = None,
    progress: Progress | None = None,
    checks: bool = True,
) -> Build:
    """Build everything with an open engine.

    Args:
        landing: folder of delivered files.
        join: how far the islands are joined.
        policy: numbers of the network that are varied.
        tier: which islands take part; by default what the landing folder's manifest says.
        world: folder of the truth, if results are to be scored against it.
        progress: called with a label, steps done and steps in all.
        checks: whether to audit the promises about conservation and evidence at the end.

    Raises:
        ValueError: (LandingError, ContractError, NetworkError, BrokenPromise ...) in one sentence.
    """
    done = Build(Path())
    done.manifest = read_manifest(landing)
    tier = tier or tier_of(done.manifest)
    used: dict[str, Feed] = feeds(tier)
    models = all_models(tier, join, dict(policy or {}))
    total = len(models) + 3
    tell = progress or (lambda label, at, of: None)

    tell("landing", 0, total)
    with done.timed("landing"):
        load_codes(engine, used, done.manifest, join, policy, tier)
        land(engine, landing, used, lambda name, at, of: tell(f"landing {name}", 0, total))
        if world is not None and world.exists():
            load_world(engine, world)
    tell("quality", 1, total)
    with done.timed("quality"):
        judge(engine, used)
    for at, model in enumerate(models, start=2):
        tell(model.name, at, total)
        with done.timed(model.stage):
            run_model(engine, model)
    done.tables = [
        *(f"landing.{feed}" for feed in used),
        "quality.verdicts",
        *(model.name for model in models),
    ]
    tell("checks", total - 1, total)
    if checks:
        with done.timed("quality"):
            check_promises(engine)
    tell("done", total, total)
    return done


def build(
    landing: Path,
    target: Path,
    *,
    join: str = "full",
    policy: Mapping[str, str] | None = None,
    engine: str = "duckdb",
    tier: str | None = None,
    world: Path | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
    checks: bool = True,
) -> Build:
    """Build a database file (or, with Spark, a folder of Parquet tables) from landing files.

    The target appears only when it is whole: it is built under another name beside it.

    Args:
        target: the file or folder to make; an existing one is replaced.
        engine: `duckdb` or `spark`.
        threads: threads the engine may use; all by default.

    Raises:
        ValueError: as `build_with`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    building = target.with_name(target.name + ".building")
    if not building.is_dir():
        remove_database(building)
    try:
        with open_engine(engine, building, threads=threads) as opened:
            done = build_with(
                opened,
                landing,
                join=join,
                policy=policy,
                tier=tier,
                world=world,
                progress=progress,
                checks=checks,
            )
        if building.exists():
            building.replace(target)
    except BaseException:
        if not building.is_dir():
            remove_database(building)
        raise
    done.target = target
    return done
