"""The pipeline as Dagster sees it: stages as groups, models as assets, gates as asset checks.

Landing assets share one daily partitioning, the publication day; a feed with no delivery that day does
nothing. Everything later is unpartitioned. `build` is one run over a range of days: it takes in what was
published up to the last of them. It runs in one process, since one process writes a DuckDB file.
"""

import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")

import dagster as dg  # noqa: E402 - telemetry must be off before the import

warnings.filterwarnings("ignore", category=dg.BetaWarning)  # backfill_policy, which we need
from pydantic import PrivateAttr  # noqa: E402

from pipelines.build import load_world, run_model, tier_of  # noqa: E402
from pipelines.codes import load_codes  # noqa: E402
from pipelines.engine import open_engine  # noqa: E402
from pipelines.engine.base import Engine  # noqa: E402
from pipelines.landing import land, read_manifest  # noqa: E402
from pipelines.lineage import column_lineage  # noqa: E402
from pipelines.manifest import landing_digest, make_manifest  # noqa: E402
from pipelines.models import STAGES, Model, all_models  # noqa: E402
from pipelines.storage import Home, write_json  # noqa: E402
from quality import check_promises, checks, judge  # noqa: E402
from quality.suites import STAGE_SUITES, stage_expectations  # noqa: E402
from schemas.contract import feeds  # noqa: E402

DAY0 = date(2024, 1, 1)
LAST_PARTITION = date(2027, 1, 1)  # three years of deliveries are the most a window may hold
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"

days = dg.DailyPartitionsDefinition(
    start_date=DAY0.isoformat(), end_date=LAST_PARTITION.isoformat()
)
ALL_FEEDS = feeds("whole")
ALL_MODELS = {m.name: m for m in all_models("whole", "full")}
JUDGED = dg.AssetKey(["quality", "verdicts"])
PUBLISHED = dg.AssetKey(["publication", "database"])
# A feed or step that is not there in a small world or at a lower level of joining. Something is always
# yielded, since Dagster skips whatever lies below an asset that yields nothing.
ABSENT = dg.MaterializeResult(metadata={"absent": "takes no part in this size or level of joining"})


class Laboratory(dg.ConfigurableResource):
    """The home a run works in, and the one engine it writes with.

    The engine works on a new file, which takes the place of the last good database only if the whole
    run succeeds. With `take_lock` false, whoever started the run holds the home's lock already.
    """

    home: str = os.environ.get("ISLANDS_HOME", "build")
    landing: str = ""
    join: str = "full"
    engine: str = "duckdb"
    policy: dict[str, str] = {}
    command: str = "build"
    take_lock: bool = True
    lineage: bool = True
    size: str = ""
    seed: int = 1

    _stack: ExitStack = PrivateAttr()
    _engine: Engine | None = PrivateAttr(default=None)
    _target: Path = PrivateAttr()
    _done: bool = PrivateAttr(default=False)
    _models: dict[str, Model] = PrivateAttr(default_factory=dict)
    _until: date | None = PrivateAttr(default=None)
    _about: dict[str, Any] = PrivateAttr(default_factory=dict)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Take the lock; nothing is opened before the first asset needs it."""
        self._stack = ExitStack()
        if self.take_lock:
            self._stack.enter_context(self.place.lock(5))
        run = context.dagster_run
        end = run.tags.get(RANGE_END) or run.tags.get("dagster/partition") if run else None
        self._until = date.fromisoformat(end) if end else None

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Close the file; if the run succeeded, make it the database in force."""
        if self._engine is not None:
            self._engine.close()
            building = self._target.with_name(self._target.name + ".building")
            if self._done:
                building.replace(self._target)
                if self.engine == "duckdb":
                    self.place.publish(self._target, self._about)
                write_json(self.place.path / "manifest.json", self._about)
        self._stack.close()

    @property
    def place(self) -> Home:
        """The home."""
        return Home(self.home)

    @property
    def landing_folder(self) -> Path:
        """Where the delivered files are."""
        return Path(self.landing) if self.landing else self.place.landing

    def opened(self) -> Engine:
        """The engine on the file under construction, with the code lists in it."""
        if self._engine is None:
            if self.size:
                from sources.deliver import generate

                generate(self.landing_folder, self.place.world, self.size, self.seed)
            manifest = read_manifest(self.landing_folder)
            tier = tier_of(manifest)
            if self.engine == "duckdb":
                self._target = self.place.next_database()
            else:
                self._target = self.place.path / "spark"
            self._engine = open_engine(
                self.engine, self._target.with_name(self._target.name + ".building")
            )
            self._models = {m.name: m for m in all_models(tier, self.join, dict(self.policy))}
            load_codes(self._engine, feeds(tier), manifest, self.join)
            if self.place.world.exists() and self.landing_folder == self.place.landing:
                load_world(self._engine, self.place.world)
            self._about = {"tier": tier, "join": self.join, "landing": manifest}
        return self._engine

    @property
    def used(self) -> Mapping[str, Any]:
        """The feeds that take part at the tier of the landing folder."""
        self.opened()
        return feeds(self._about["tier"])

    def take_in(self, feed: str) -> int | None:
        """Land one feed up to the last day of the run; None if it takes no part."""
        engine = self.opened()
        if feed not in self.used:
            return None
        landed = land(engine, self.landing_folder, self.used, only=[feed], until=self._until)
        return landed.rows[feed]

    def model(self, name: str) -> Model | None:
        """The model at this level of joining; None if there is no such step."""
        self.opened()
        return self._models.get(name)

    def finish(self) -> dict[str, Any]:
        """Audit the promises and mark the run as good.

        Raises:
            quality.BrokenPromise: if rows were lost or an entry has no evidence.
        """
        engine = self.opened()
        check_promises(engine, self.used)
        landing_manifest = self._about.pop("landing")
        self._about = make_manifest(
            self.command.split(),
            landing_manifest,
            join=self.join,
            policy=self.policy,
            digest=landing_digest(engine),
        )
        self._done = True
        return self._about


def column_types(engine: Engine) -> dict[str, dict[str, str]]:
    """Table -> column -> SQL type, of everything built so far."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind in engine.fetch(
        "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns "
        "ORDER BY table_schema, table_name, ordinal_position"
    ):
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    return found


def described(lab: Laboratory, model: Model) -> dict[str, Any]:
    """What the UI shows of a table just built: rows, SQL, column schema, column lineage."""
    engine = lab.opened()
    told: dict[str, Any] = {
        "dagster/row_count": engine.count(model.name),
        "sql": dg.MetadataValue.md(f"```sql\n{model.sql}\n```"),
    }
    if lab.lineage and lab.engine == "duckdb":
        types = column_types(engine)
        told["dagster/column_schema"] = dg.TableSchema(
            columns=[dg.TableColumn(c, t) for c, t in types[model.name].items()]
        )
        told["dagster/column_lineage"] = dg.TableColumnLineage(
            {
                column: [
                    dg.TableColumnDep(asset_key=dg.AssetKey(table.split(".")), column_name=c)
                    for table, c in behind
                ]
                for column, behind in column_lineage(model, types).items()
                if behind
            }
        )
    return told


def landing_asset(feed: str) -> dg.AssetsDefinition:
    """The asset of one feed's rows as received."""
    contract = ALL_FEEDS[feed]

    @dg.asset(
        key=["landing", feed],
        group_name="landing",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        description=contract.description,
        kinds={contract.format.split(".")[0]},
        metadata={
            "mode": contract.mode,
            "every_days": contract.cadence_days,
            "island": contract.island,
        },
    )
    def landed(lab: Laboratory) -> dg.MaterializeResult:
        rows = lab.take_in(feed)
        if rows is None:
            return ABSENT
        told: dict[str, Any] = {"dagster/row_count": rows}
        if lab.lineage and lab.engine == "duckdb":
            types = column_types(lab.opened())[f"landing.{feed}"]
            told["dagster/column_schema"] = dg.TableSchema(
                columns=[dg.TableColumn(c, t) for c, t in types.items()]
            )
        return dg.MaterializeResult(metadata=told)

    return landed


@dg.asset(
    key=JUDGED,
    group_name="quality",
    deps=[["landing", feed] for feed in ALL_FEEDS],
    description="What the gates say of each landed row and delivery, from earlier deliveries only.",
)
def verdicts(lab: Laboratory) -> dg.MaterializeResult:
    """Judge every landed row and delivery."""
    engine = lab.opened()
    judge(engine, lab.used)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": engine.count("quality.verdicts"),
            "deliveries": engine.count("quality.deliveries"),
        }
    )


def model_asset(model: Model) -> dg.AssetsDefinition:
    """The asset of one model's table."""
    above = [
        JUDGED if read.startswith("quality.") else dg.AssetKey(read.split("."))
        for read in model.reads
        if read.split(".")[0] in (*STAGES, "quality") and read != "landing.deliveries"
    ]

    @dg.asset(
        key=model.name.split("."),
        group_name=model.stage,
        deps=list(dict.fromkeys([*above, *([] if above else [JUDGED])])),
        description=model.comment,
        kinds={"sql"},
    )
    def made(lab: Laboratory) -> dg.MaterializeResult:
        here = lab.model(model.name)
        if here is None:
            return ABSENT
        run_model(lab.opened(), here)
        return dg.MaterializeResult(metadata=described(lab, here))

    return made


@dg.asset(
    key=PUBLISHED,
    group_name="publication",
    deps=[dg.AssetKey(name.split(".")) for name in ALL_MODELS],
    description="The database put in force, if nothing was lost and every entry has its evidence.",
)
def database(lab: Laboratory) -> dg.MaterializeResult:
    """Audit the promises; the file takes the last good one's place when the run ends."""
    about = lab.finish()
    return dg.MaterializeResult(metadata={"manifest": dg.MetadataValue.json(about)})


def gate_check(feed: str) -> dg.AssetChecksDefinition:
    """The gate of one feed as an asset check: rows kept aside and deliveries held, with reasons."""

    @dg.asset_check(
        asset=["landing", feed],
        name="gate",
        additional_deps=[JUDGED],
        description="Rows kept aside and deliveries held are reported here; they never fail a build.",
    )
    def gate(lab: Laboratory) -> dg.AssetCheckResult:
        engine = lab.opened()
        failing = engine.fetch(
            "SELECT expectation, outcome, count(*) FROM quality.verdicts "
            f"WHERE feed = '{feed}' GROUP BY expectation, outcome ORDER BY 3 DESC, 1"
        )
        held = engine.fetch(
            "SELECT delivery, outcome, reason FROM quality.deliveries "
            f"WHERE feed = '{feed}' AND outcome <> 'pass' ORDER BY delivery"
        )
        return dg.AssetCheckResult(
            passed=not failing and not held,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "rows": dg.MetadataValue.json({f"{e} ({o})": n for e, o, n in failing}),
                "deliveries": dg.MetadataValue.json({d: f"{o}: {r}" for d, o, r in held}),
            },
        )

    return gate


def stage_check(stage: str) -> dg.AssetChecksDefinition | None:
    """The written and derived expectations of one stage, each an asset check of its table."""
    known = {}
    for e in stage_expectations(stage, ALL_FEEDS.values()):
        key = dg.AssetKey(e.table.split("."))
        if e.table in ALL_MODELS:
            known[(e.table, e.name)] = dg.AssetCheckSpec(
                name=e.name, asset=key, description=e.reason
            )
    if not known:
        return None

    @dg.multi_asset_check(name=f"{stage}_checks", specs=list(known.values()))
    def checked(lab: Laboratory) -> Iterator[dg.AssetCheckResult]:
        seen = set()
        for result in checks(lab.opened(), lab.used, [stage], promises_only=False, write=True):
            pair = (result.table, result.expectation)
            if pair in known and pair not in seen:
                seen.add(pair)
                yield dg.AssetCheckResult(
                    asset_key=dg.AssetKey(result.table.split(".")),
                    check_name=result.expectation,
                    passed=result.passed,
                    severity=dg.AssetCheckSeverity.ERROR
                    if result.outcome == "fail"
                    else dg.AssetCheckSeverity.WARN,
                    metadata={"violations": result.violations, "sentence": result.sentence},
                )
        for table, name in known.keys() - seen:
            yield dg.AssetCheckResult(
                asset_key=dg.AssetKey(table.split(".")),
                check_name=name,
                passed=True,
                metadata={"sentence": "This table is not built at this level of joining."},
            )

    return checked


class ReplayConfig(dg.Config):
    """What is changed and how far it is followed; as the options of `islands replay`."""

    fault: str = ""
    seed: int = 1
    feed: str = ""
    record: str = ""
    set: list[str] = []
    correct_after: int = 30
    join: str = ""


@dg.op(description="Change one record and follow it through every list, as `islands replay` does.")
def follow_one_record(
    context: dg.OpExecutionContext, config: ReplayConfig, lab: Laboratory
) -> None:
    """Replay one fault on the database in force and show the report as metadata."""
    from pipelines.replay import command

    result = command(
        Path(lab.home),
        fault=config.fault or (None if config.feed else "valid_code_of_another"),
        seed=config.seed,
        feed=config.feed or None,
        record=config.record or None,
        sets=list(config.set),
        correct_after=config.correct_after,
        join=config.join or None,
    )
    context.add_output_metadata(
        {"report": dg.MetadataValue.json(json.loads(json.dumps(result.json(), default=str)))}
    )


@dg.job(
    name="replay",
    executor_def=dg.in_process_executor,
    description="One record changed, followed through every list, and what stays after the correction.",
)
def replay_job() -> None:
    """The job `replay`."""
    follow_one_record()


CHECKS = [gate_check(feed) for feed in ALL_FEEDS] + [
    c for stage in STAGE_SUITES if (c := stage_check(stage)) is not None
]
ASSETS = [
    *(landing_asset(feed) for feed in ALL_FEEDS),
    verdicts,
    *(model_asset(model) for model in ALL_MODELS.values()),
    database,
]


def whole_window(last: date | None = None) -> dict[str, str]:
    """Run tags that ask for every day from day 0 to a last one."""
    end = last or LAST_PARTITION - timedelta(days=1)
    return {RANGE_START: DAY0.isoformat(), RANGE_END: end.isoformat()}


build_job = dg.define_asset_job(
    "build",
    selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
    partitions_def=days,
    executor_def=dg.in_process_executor,
    description="From delivered files to a database in force, every stage, gates included.",
)


@dg.sensor(
    job=build_job, minimum_interval_seconds=30, description="Builds when files have arrived."
)
def landing_folder_changed(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a build when the landing folder is not what it was at the last look."""
    folder = Home(os.environ.get("ISLANDS_HOME", "build")).landing
    if not (folder / "manifest.json").exists():
        return dg.SkipReason(f"No landing folder at {folder} yet.")
    stamps = sorted(
        (p.relative_to(folder).as_posix(), p.stat().st_size, p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file()
    )
    import hashlib

    digest = hashlib.sha256(repr(stamps).encode()).hexdigest()
    if digest == context.cursor:
        return dg.SkipReason("The landing folder is as it was.")
    context.update_cursor(digest)
    last = date.fromisoformat(str(read_manifest(folder)["last_day"]))
    return dg.RunRequest(run_key=digest, tags=whole_window(last))


@dg.schedule(job=build_job, cron_schedule="0 6 * * *", execution_timezone="UTC")
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Build everything once a day, before people come in."""
    return dg.RunRequest(tags=whole_window())


defs = dg.Definitions(
    assets=ASSETS,
    asset_checks=CHECKS,
    jobs=[build_job, replay_job],
    sensors=[landing_folder_changed],
    schedules=[every_morning],
    resources={"lab": Laboratory()},
    executor=dg.in_process_executor,
)


def run_build(
    *,
    home: Home,
    landing: Path,
    join: str,
    engine: str,
    policy: dict[str, str],
    progress: Callable[[str, int, int], None] | None,
    command: Sequence[str],
) -> dict[str, Any]:
    """Run the job `build` in this process; whoever calls holds the home's lock.

    Returns:
        database, join, tables, rows by stage and sentences about it.

    Raises:
        ValueError: what stopped the run, in one sentence.
    """
    lab = Laboratory(
        home=str(home.path),
        landing="" if landing == home.landing else str(landing),
        join=join,
        engine=engine,
        policy=policy,
        command=" ".join(command) or "build",
        take_lock=False,
        lineage=False,
    )
    last = date.fromisoformat(str(read_manifest(landing)["last_day"]))
    job = defs.resolve_job_def("build")
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(
            instance=instance,
            partition_key=last.isoformat(),
            run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
            resources={"lab": lab},
            raise_on_error=True,
        )
        events = result.get_asset_materialization_events()
    rows: dict[str, int] = {}
    for event in events:
        data = event.step_materialization_data.materialization
        count = data.metadata.get("dagster/row_count")
        if count is not None:
            rows[".".join(data.asset_key.path)] = int(count.value)
    stages: dict[str, int] = {}
    for name, count in rows.items():
        stage = name.split(".")[0]
        stages[stage] = stages.get(stage, 0) + count
    about = home.current() if engine == "duckdb" else {"database": str(home.path / "spark")}
    return {
        "database": str(home.path / about["database"]),
        "join": join,
        "tables": len(rows),
        "rows": stages,
        "summary": [f"{stage}: {count:,} rows" for stage, count in stages.items()],
    }
