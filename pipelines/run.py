"""The verbs of the command line on a home: generate, build, check. Each holds the home's lock."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.announced import announce
from pipelines.build import FEW_FOR_SPARK, Build, Plan, build, tier_of
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.engine.spark_settings import SparkSettings
from pipelines.exchange.network import read_network
from pipelines.from_parquet import database_from_parquet
from pipelines.graph import all_models
from pipelines.home import LOCK_SECONDS, Home, HomeError, write_json
from pipelines.in_force import see_database
from pipelines.landing import LandingError, deliveries_in, read_manifest
from pipelines.landing.decisions import decided_in
from pipelines.landing.folder import check_folder, digests_in
from pipelines.made_by import out_of_date
from pipelines.manifest import digest_over, make_manifest
from pipelines.places import Place, size_of_files
from pipelines.told import told_by_gates
from quality import check_keys, checks
from quality.report import Report, report
from schemas.contract import Feed, feeds
from schemas.progress import Progress

LEAST_HIDDEN_SEED = 100_000  # so that nobody finds it by trying all of them


def dirt_value(text: str | float) -> float:
    """The dirt a user gave: a number from 0.

    Raises:
        ValueError: if it is no such number.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value < float("inf"):
        raise ValueError(f"--dirt takes a number from 0, not {text!r}.")
    return value


def generate_home(
    home: Home,
    *,
    size: str,
    seed: int,
    days: int = 365,
    dirt: str | float = 1,
    for_students: bool = False,
    shards: int = 1,
    announced: bool = False,
    progress: Progress | None = None,
    command: Sequence[str] = (),
) -> dict[str, Any]:
    """Make a world and its deliveries in a home.

    The files are read once more when they are there, for their digest: at no size does that take more than a
    small part of the time it takes to make them.

    Args:
        size, seed, days, dirt, shards: see `sources.deliver.generate`.
        for_students: whether neither the truth nor the seed is left in the home.
        announced: whether to say first what it takes, if that is long.

    Raises:
        ValueError: if an argument makes no sense, another run holds the home, or it holds databases that
            may tell students the truth.
    """
    from sources.deliver import generate, see_world

    rate = dirt_value(dirt)
    see_world(size, days, rate)  # before anything is made
    if for_students and (any(home.path.glob("databases/*")) or home.spark.exists()):
        raise HomeError(
            f"{home.path} holds a database already, which may tell the truth; give --for-students a home "
            "of its own."
        )
    if for_students:
        command = without("--seed", command)
    if announced:
        announce(size, home.path, share=days / 365)
    with home.lock(LOCK_SECONDS):
        made = generate(
            home.landing,
            home.world,
            size,
            seed,
            days,
            rate,
            progress,
            truth=not for_students,
            shards=shards,
        )
        digest = digest_over(digests_in(home.landing, feeds(made["tier"]).values()))
        manifest = make_manifest(command, made, digest=digest)
        write_json(home.path / "manifest.json", manifest)
    files = sum(1 for p in home.landing.rglob("*") if p.is_file()) - 1
    return {**manifest, "landing": str(home.landing), "files": files}


def without(option: str, command: Sequence[str]) -> list[str]:
    """The words of a command without an option that takes a value.

    >>> without("--seed", ["generate", "--seed", "123456", "--size", "tiny", "--seed=7"])
    ['generate', '--size', 'tiny']
    """
    kept = []
    for before, word in zip(["", *command], command, strict=False):
        if before != option and word.partition("=")[0] != option:
            kept.append(word)
    return kept


# What an unfinished home may hold, and is made anew with.
OF_A_HOME = {
    ".lock", "databases", "gated", "landing", "levels", "manifest.json", "matrix", "prepared", "world",
    # What a killed run leaves of them.
    "landing.partial", "world.partial", ".landing.before", ".world.before", ".manifest.json.partial",
    ".current.json.partial",
}  # fmt: skip


def make_home(
    home: Home,
    *,
    size: str,
    seed: int,
    days: int = 365,
    dirt: float = 1.0,
    command: Sequence[str] = (),
) -> Home:
    """A home with a world and the database of it, made unless it is there; the database also where other
    programs made it than there are now.

    Args:
        size, seed, days, dirt: see `generate_home`.
        command: words of the command that asked for it; none: those that make the same world by themselves.

    Raises:
        HomeError: if another world, or anything that is no home, is there.
    """
    asked = {"size": size, "seed": seed, "days": days, "dirt": dirt}
    if not home.pointer.exists():
        foreign = sorted({path.name for path in home.path.glob("*")} - OF_A_HOME)
        if foreign:
            raise HomeError(
                f"{home.path} holds {foreign[0]}, which is of no home; give another folder or remove it."
            )
        shutil.rmtree(home.path, ignore_errors=True)
        alone = [word for name, given in asked.items() for word in (f"--{name}", str(given))]
        words = command or ["generate", *alone]
        generate_home(home, size=size, seed=seed, days=days, dirt=dirt, command=words)
        build_home(home, command=command)
        return home
    there = read_manifest(home.delivered())
    other = [
        f"{name} {there.get(name)}" for name, given in asked.items() if there.get(name) != given
    ]
    if other:
        raise HomeError(
            f"{home.path} holds a world with {', '.join(other)}; give another folder or remove that one."
        )
    with open_engine("duckdb", home.database(), read_only=True) as engine:
        stale = out_of_date(engine, home.database(), home.path)
    if stale:
        build_home(home, command=command)
    return home


def build_home(
    home: Home,
    *,
    landing: Place | None = None,
    join: str = "full",
    engine: str = "duckdb",
    policy: Mapping[str, str] | None = None,
    announced: bool = False,
    progress: Progress | None = None,
    command: Sequence[str] = (),
    spark: SparkSettings | None = None,
    tables: Place | None = None,
    parquet_only: bool = False,
) -> dict[str, Any]:
    """Build a home's database from delivered files; `make ui` shows what was built.

    Args:
        landing: the folder of delivered files, or its address; None: the home's own.
        announced: whether to say first what it takes, if that is long.
        tables: of Spark, the folder where its tables go, each build's into one of its own there, or its
            address; None: HOME/spark.
        parquet_only: whether to leave Spark's tables as they are. Else they are taken into a database,
            which is put in force, for replays, pages and questions.

    Returns:
        What was built: database (of Spark, the folder of its tables), join, tables, rows and seconds
        by stage, sentences; in `taken_into` the database that Spark's tables were taken into, else None;
        and in `gates` a sentence each about what could not be read, was kept aside, was held or did not
        come.

    Raises:
        ValueError: in one sentence, if the files, the policy or the level of joining cannot be used;
            the database in force stays as it was.
    """
    folder = landing or home.landing
    if not folder.is_dir():
        raise LandingError(
            f"There is no landing folder {folder}; run `islands generate` or give --landing."
        )
    plan = Plan(read_manifest(folder), join, dict(policy or {}))
    # What can be seen to be wrong beforehand stops the run before it begins.
    read_network(tier_of(plan.manifest), join, dict(plan.policy))
    check_folder(folder, plan.feeds)
    for feed in plan.feeds.values():
        deliveries_in(folder, feed)
    if announced:
        announce(plan.manifest.get("size"), home.path, "build", plan.manifest["days"] / 365)
    truth = home.truth_behind(folder)
    rows: Counter[str] = Counter()  # stage -> rows of all its tables
    told: list[str] = []

    def ask(opened: Engine, done: Build) -> None:
        for table in done.tables:
            rows[table.split(".")[0]] += opened.count(table)
        if engine == "duckdb":
            told.extend(told_by_gates(opened, plan.feeds, plan.manifest))

    taken_into = None
    with home.lock(LOCK_SECONDS):
        decided = decided_in(home.path)
        done = build(
            folder,
            home.next_tables(tables) if engine == "spark" else home.next_database(),
            join=join,
            policy=policy,
            engine=engine,
            world=truth,
            progress=progress,
            command=tuple(command) or ("build",),
            ask=ask,
            decided=decided,
            spark=spark,
            **({} if truth else {"landing": str(folder.resolve())}),
        )
        if engine == "spark":
            home.publish_tables(done.target)
        if engine == "spark" and not parquet_only:
            taken_into = database_from_parquet(
                done,
                home.next_database(),
                replace(plan, decided=decided),
                world=truth,
                progress=progress,
            )
            with open_engine("duckdb", taken_into, read_only=True) as opened:
                told.extend(told_by_gates(opened, plan.feeds, plan.manifest))
        if database := taken_into or (done.target if engine == "duckdb" else None):
            home.publish(database, done.about)
    return {
        "database": str(done.target),
        "taken_into": str(taken_into) if taken_into else None,
        "join": join,
        "tables": len(done.tables),
        "rows": dict(rows),
        "seconds": {stage: round(took, 3) for stage, took in done.seconds.items()},
        "summary": [f"{stage}: {count:,} rows" for stage, count in rows.items()],
        "gates": told,
    }


def check_home(
    home: Home,
    docs: bool = True,
    progress: Progress | None = None,
    engine: str = "duckdb",
    spark: SparkSettings | None = None,
) -> Report:
    """Check what was built: our checks, then Great Expectations with its pages in HOME/docs.

    The pages of a home that can only be read go to a temporary folder.

    Args:
        docs: whether Great Expectations looks as well, and its pages are written.
        engine: `duckdb`: the database in force; `spark`: the tables that Spark built last, by Spark.
        spark: where and how Spark runs; None: on this machine.

    Returns:
        What was found, and where the pages are.

    Raises:
        ValueError: if nothing was built, or a build is writing the tables that Spark is to look at.
    """
    step = _counter(progress or (lambda label, at, of: None))
    # Spark's tables are replaced where they stand; a database stays while somebody reads it.
    held = home.lock(LOCK_SECONDS) if engine == "spark" and home.writable() else nullcontext()
    with held:
        return _checked(home, docs, step, engine, spark)


def _checked(
    home: Home, docs: bool, step: Callable[[str], None], engine: str, spark: SparkSettings | None
) -> Report:
    """See `check_home`."""
    if engine == "spark":
        place = home.spark_tables()
        spark = replace(
            spark or SparkSettings(), small=size_of_files(place, "*.parquet") < FEW_FOR_SPARK
        )
    else:
        place = see_database(home.database())
    with open_engine(engine, place, read_only=True, spark=spark) as opened:
        join, policy, tier = opened.fetch(
            "SELECT max(join_level), max(policy), max(tier) FROM codes.run"
        )[0]
        used = feeds(tier)
        results = checks(opened, used, progress=step)
        models = all_models(tier, join, json.loads(policy))
        results += check_keys(opened, {m.name: m.key for m in models}, step)
        stale = out_of_date(opened, place, home.path)
        found = replace(report(opened, results, ()), out_of_date=stale)
        if docs and engine == "spark":
            return _documented(found, opened, used, home, step)
    # Great Expectations has connections of its own to a file, so ours is closed by now.
    return _documented(found, place, used, home, step) if docs else found


def _documented(
    found: Report,
    place: Place | Engine,
    used: Mapping[str, Feed],
    home: Home,
    step: Callable[[str], None],
) -> Report:
    """A report with what Great Expectations says of the same tables, and where its pages are."""
    from quality.great import validate

    pages = home.docs if home.writable() else Path(tempfile.mkdtemp(prefix="islands-")) / "docs"
    validations = validate(place, used, docs_dir=pages, progress=step)
    return replace(found, validations=tuple(validations), docs=str(pages / "index.html"))


def _counter(tell: Progress) -> Callable[[str], None]:
    """A progress callback of one label, for work whose length is not known."""
    done = 0

    def step(label: str) -> None:
        nonlocal done
        done += 1
        tell(label, done, 0)

    return step
