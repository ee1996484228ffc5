"""A cluster of Spark's on this machine alone gives the tables that DuckDB gives, row for row.

A master and two workers, each of one core and bounded memory, listen on the loopback address; what they
run is ended whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipelines.engine.spark_engine import why_unavailable
from tests.pipelines.engine.agreement import differences

pytestmark = [
    pytest.mark.long,  # minutes: three Javas start, and each table is a job
    pytest.mark.skipif(why_unavailable() is not None, reason=why_unavailable() or ""),
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="executors are told by /proc"),
]
HERE = "127.0.0.1"
PATIENCE = 120  # seconds until a daemon must answer
LONGEST = 3600  # seconds a build may take
SETTINGS = {
    "spark.driver.host": HERE,
    "spark.driver.bindAddress": HERE,
    "spark.driver.memory": "1g",
    "spark.executor.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    # Both workers, from the beginning.
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": f"{PATIENCE}s",
}


@dataclass
class Cluster:
    """A master and its workers."""

    folder: Path
    port: int = 0
    running: list[subprocess.Popen] = field(default_factory=list)

    @property
    def master(self) -> str:
        return f"spark://{HERE}:{self.port}"

    def start(self, daemon: str, *words: str) -> None:
        """Start a daemon in a group of processes of its own."""
        import pyspark

        program = Path(pyspark.__file__).with_name("bin") / "spark-class"
        environment = {**os.environ, "SPARK_LOCAL_IP": HERE, "SPARK_DAEMON_MEMORY": "256m"}
        with (self.folder / f"{len(self.running)}.log").open("wb") as log:
            self.running.append(
                subprocess.Popen(
                    [str(program), f"org.apache.spark.deploy.{daemon}", "--host", HERE, *words],
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def stop(self) -> None:
        """End all daemons and what they have started."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            for process in reversed(self.running):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, how)
            for process in self.running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(20)

    def executors(self) -> list[int]:
        """Numbers of the processes in which tasks run."""
        groups = {process.pid for process in self.running}
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                pid = int(path.parent.name)
                if (
                    b"CoarseGrainedExecutorBackend" in path.read_bytes()
                    and os.getpgid(pid) in groups
                ):
                    found.append(pid)
        return sorted(found)

    def build(self, landing: Path, home: Path) -> subprocess.Popen:
        """Begin `islands build` on the cluster."""
        words = [
            word for name, value in SETTINGS.items() for word in ("--spark-conf", f"{name}={value}")
        ]
        asked = ["--engine", "spark", "--master", self.master, *words]
        command = [sys.executable, "-m", "pipelines.cli", "build", *asked]
        log = (self.folder / "build.log").open("wb")
        with log:
            return subprocess.Popen(
                [*command, "--landing", str(landing), "--home", str(home)], stdout=log, stderr=log
            )

    def said(self) -> str:
        """The end of what the build printed."""
        return (self.folder / "build.log").read_text(errors="replace")[-3000:]


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on."""
    with contextlib.ExitStack() as open_ones:
        sockets = [open_ones.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HERE, 0))
        return [one.getsockname()[1] for one in sockets]


def answers(process: subprocess.Popen, port: int, words: bytes = b"") -> None:
    """Wait until a daemon answers on its port, and its page holds some words."""
    for _ in range(PATIENCE * 4):
        with contextlib.suppress(OSError):
            page = urllib.request.urlopen(f"http://{HERE}:{port}/json/", timeout=5).read()
            if words in page:
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"a daemon ended with {process.wait(0.25)}")
    raise AssertionError("a daemon did not answer")


@pytest.fixture
def cluster(tmp_path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    made.port, *pages = free_ports(4)
    try:
        made.start("master.Master", "--port", str(made.port), "--webui-port", str(pages[0]))
        answers(made.running[0], pages[0])
        for n, page in enumerate(pages[1:], start=1):
            place = ["--work-dir", str(tmp_path / f"worker-{n}"), "--webui-port", str(page)]
            made.start("worker.Worker", "--cores", "1", "--memory", "2g", *place, made.master)
        answers(made.running[0], pages[0], b'"aliveworkers" : 2')
        yield made
    finally:
        made.stop()


@pytest.mark.parametrize("killed", [False, True], ids=["undisturbed", "an-executor-killed"])
def test_a_cluster_gives_what_duckdb_gives(killed, cluster, one_tiny, tmp_path) -> None:
    home = tmp_path / "home"
    building = cluster.build(one_tiny.landing, home)
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
