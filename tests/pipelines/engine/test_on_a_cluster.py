"""A cluster of Spark's on this machine alone gives the tables that DuckDB gives, row for row.

A master and two workers, each of one core and bounded memory, listen on the loopback address; what they
run is ended whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.cluster import Cluster, cluster_of
from pipelines.engine.spark_engine import why_unavailable
from tests.pipelines.engine.agreement import differences

pytestmark = [
    pytest.mark.long,  # minutes: three Javas start, and each table is a job
    pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or ""),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="executors are told by /proc"),
]
LONGEST = 3600  # seconds a build may take
SETTINGS = {"spark.executor.memory": "2g", "spark.sql.shuffle.partitions": "2"}


@pytest.fixture
def cluster(tmp_path) -> Iterator[Cluster]:
    with cluster_of(2, "3g", tmp_path) as made:
        yield made


@pytest.mark.parametrize("killed", [False, True], ids=["undisturbed", "an-executor-killed"])
def test_a_cluster_gives_what_duckdb_gives(killed, cluster, one_tiny, tmp_path) -> None:
    home = tmp_path / "home"
    building = cluster.build(one_tiny.landing, home, SETTINGS)
    try:
        if killed:
            _kill_one(cluster, building, home)
        assert building.wait(LONGEST) == 0, cluster.said()
    finally:
        building.kill()
    found = differences(one_tiny.database, home / "spark")
    assert not found, "\n".join(map(str, found))


def _kill_one(cluster: Cluster, building: subprocess.Popen, home: Path) -> None:
    """End an executor without notice once half of the stages have begun."""
    for _ in range(LONGEST * 4):
        if any(home.glob("**/merge")):
            break
        with contextlib.suppress(subprocess.TimeoutExpired):
            building.wait(0.25)
            raise AssertionError(f"the build ended too early: {cluster.said()}")
    first, second = cluster.executors()
    os.kill(first, signal.SIGKILL)
    assert second
