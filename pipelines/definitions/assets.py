"""The assets: every feed's rows as received, what the gates say of them, and every model's table."""

import warnings

import dagster as dg

from pipelines.build import run_model
from pipelines.definitions.days import days
from pipelines.definitions.laboratory import Laboratory
from pipelines.definitions.names import DATABASE, FEEDS, MODELS, VERDICTS, asset_of, key
from pipelines.definitions.shown import (
    ABSENT,
    NO_DELIVERY,
    database_made,
    described,
    schema_of_landing,
    shown_of_deliveries,
    shown_of_landing,
    shown_of_model,
    shown_of_verdicts,
    table_schema,
)
from pipelines.landing import land
from pipelines.model import Model
from quality import judge
from quality.gates import VERDICTS_COLUMNS

# Something is always handed on, since Dagster skips whatever lies below an asset that gives nothing.
NOT_HERE = dg.MaterializeResult(metadata=ABSENT)


def landing_asset(feed: str) -> dg.AssetsDefinition:
    """The asset of one feed's rows as received."""
    contract = FEEDS[feed]

    @dg.asset(
        key=["landing", feed],
        group_name="landing",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        description=f"{contract.title_zh}. {contract.description}",
        kinds={contract.format.split(".")[0]},
        metadata={
            "island": contract.island,
            "mode": contract.mode,
            "published every": f"{contract.cadence_days} days",
            "dagster/column_schema": schema_of_landing(contract),
        },
    )
    def landed(context: dg.AssetExecutionContext, lab: Laboratory) -> dg.MaterializeResult:
        work = lab.work
        with work.step(f"landing.{feed}"):
            if feed not in work.feeds:
                return NOT_HERE
            land(
                work.engine,
                work.asked.landing,
                work.feeds,
                only=[feed],
                until=work.until,
                decided=work.plan.decided,
            )
            came = shown_of_deliveries(work.engine, feed)
            for day in context.partition_keys:
                context.add_asset_metadata(came.get(day, NO_DELIVERY), partition_key=day)
            return dg.MaterializeResult(metadata=shown_of_landing(work.engine, contract))

    return landed


@dg.asset(
    key=key(VERDICTS),
    group_name="quality",
    deps=[["landing", feed] for feed in FEEDS],
    description="What the gates say of each landed row and delivery, from earlier deliveries only.",
    metadata={"dagster/column_schema": table_schema(VERDICTS, VERDICTS_COLUMNS)},
)
def verdicts(lab: Laboratory) -> dg.MaterializeResult:
    """Judge every landed row and delivery."""
    work = lab.work
    with work.step(VERDICTS):
        judge(work.engine, work.feeds, work.plan.decided_feeds)
    return dg.MaterializeResult(metadata=shown_of_verdicts(work.engine))


def model_asset(model: Model) -> dg.AssetsDefinition:
    """The asset of one model's table."""
    above = {asset_of(read) for read in model.reads} - {None}

    @dg.asset(
        key=key(model.name),
        group_name=model.stage,
        deps=[key(table) for table in sorted(above or {VERDICTS})],
        description=described(model),
        kinds={"sql"},
    )
    def made(lab: Laboratory) -> dg.MaterializeResult:
        work = lab.work
        with work.step(model.name):
            here = work.models.get(model.name)
            if here is None:
                return NOT_HERE
            run_model(work.engine, here)
        return dg.MaterializeResult(metadata=shown_of_model(work.engine, here, work.schemas))

    return made


@dg.asset(
    key=key(DATABASE),
    group_name="publication",
    deps=[key(name) for name in MODELS],
    description="The database put in force, if nothing was lost and every entry has its evidence.",
)
def database(lab: Laboratory) -> dg.MaterializeResult:
    """Audit the promises; the file takes the last good one's place when the run ends."""
    work = lab.work
    with work.step(DATABASE):
        pass
    return dg.MaterializeResult(metadata=database_made(work.current()).metadata)


with warnings.catch_warnings():
    warnings.simplefilter("ignore", dg.BetaWarning)  # about backfill_policy, which we need
    LANDED = [landing_asset(feed) for feed in FEEDS]

ASSETS = [
    *LANDED,
    verdicts,
    *(model_asset(model) for model in MODELS.values()),
    database,
]
