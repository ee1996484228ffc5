"""A Dagster instance that keeps nothing, for runs whose events nobody will look at.

Writing down some thousand events, and asking after each table's last one before every step, would
take longer than a small build itself. The steps, their order and their checks are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.instance.types import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage


class Forgetful(InMemoryEventLogStorage):
    """An event log that stays empty."""

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Let an event go; who runs the job has it in the result."""

    def get_asset_records(self, asset_keys: Sequence[dg.AssetKey] | None = None) -> list:
        """None were kept."""
        return []

    def fetch_materializations(self, *_: Any, **__: Any) -> dg.EventRecordsResult:
        """None were kept."""
        return dg.EventRecordsResult([], cursor="", has_more=False)


@contextmanager
def forgetful_instance() -> Iterator[dg.DagsterInstance]:
    """An instance for one run in this process, made as `DagsterInstance.ephemeral` makes its own."""
    with dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),
        run_storage=InMemoryRunStorage(),
        event_storage=Forgetful(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
        settings={"telemetry": {"enabled": False}},
    ) as instance:
        yield instance
