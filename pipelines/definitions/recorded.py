"""What the last build of a home made, told to Dagster's pages, however it was built.

A build by `islands build`, `islands demo` or from Python knows nothing of Dagster. What it made is
read out of its database and reported as asset events that belong to no run: a materialization a
table, an evaluation a check, a materialization a delivery. What a run of Dagster
itself made is there already.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.build import tier_of
from pipelines.definitions.gates import fared, told
from pipelines.definitions.names import DATABASE, FEEDS, MODELS, VERDICTS, key
from pipelines.definitions.shown import (
    ABSENT,
    MANIFEST,
    database_made,
    shown_of_deliveries,
    shown_of_landing,
    shown_of_model,
    shown_of_verdicts,
)
from pipelines.engine import open_engine
from pipelines.engine.base import Engine
from pipelines.graph import all_models
from pipelines.home import Home, HomeError
from quality.suites import CHECKED_STAGES
from schemas.contract import feeds

Told = dg.AssetMaterialization | dg.AssetCheckEvaluation


def record(
    home: Home, instance: dg.DagsterInstance, stop: Callable[[], bool] = lambda: False
) -> int:
    """Tell an instance what the database in force of a home holds, unless it knows.

    Args:
        stop: asked before each event; what was not told to its end is told again next time.

    Returns:
        How many events were reported; none if the instance knows this database, or nothing was
        built here yet.
    """
    try:
        current, database = home.current(), home.database()
    except HomeError:
        return 0
    if is_known(instance, current):
        return 0
    built = dg.MetadataValue.timestamp(database.stat().st_mtime)
    reported = 0
    with open_engine("duckdb", database, read_only=True) as engine:
        for event in events(engine, current):
            if stop():
                break
            if isinstance(event, dg.AssetMaterialization):
                event = event._replace(metadata={**event.metadata, "built": built})
            instance.report_runless_asset_event(event)
            reported += 1
    return reported


def is_known(instance: dg.DagsterInstance, current: Mapping[str, Any]) -> bool:
    """Whether the last database the instance was told of is this one."""
    last = instance.get_latest_materialization_event(key(DATABASE))
    if last is None or last.asset_materialization is None:
        return False
    said = last.asset_materialization.metadata.get(MANIFEST)
    return said is not None and said.value == dict(current)


def events(engine: Engine, current: Mapping[str, Any]) -> Iterator[Told]:
    """All there is to tell of a database: deliveries, then tables, then checks.

    Each table comes after all it reads, or it would look out of date. That this database was told
    of whole stands at the end.

    Args:
        current: what the home says of it.
    """
    tier = tier_of(current)
    used = {name: feed for name, feed in feeds(tier).items() if name in FEEDS}
    models = {
        model.name: model
        for model in all_models(
            tier, str(current.get("join") or "full"), dict(current.get("policy") or {})
        )
    }
    for name, feed in used.items():
        shown = shown_of_landing(engine, feed)
        for day, on_day in shown_of_deliveries(engine, name).items():
            yield dg.AssetMaterialization(
                asset_key=key(f"landing.{name}"), partition=day, metadata=on_day | shown
            )
    yield dg.AssetMaterialization(asset_key=key(VERDICTS), metadata=shown_of_verdicts(engine))
    schemas: dict[str, Mapping[str, str]] = {}
    for name in MODELS:
        made = models.get(name)
        shown = shown_of_model(engine, made, schemas) if made else ABSENT
        yield dg.AssetMaterialization(asset_key=key(name), metadata=shown)
    for stage in CHECKED_STAGES:
        for check, found in fared(engine, used, stage):
            yield dg.AssetCheckEvaluation(**told(check, found))
    yield database_made(current)
