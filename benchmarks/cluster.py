"""A cluster of Spark's on this machine alone: a master and workers of one core each, on the loopback address.

Benchmarks measure on it, and tests build on it. What it runs is ended whatever happens.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = "127.0.0.1"
PATIENCE = 120  # seconds until a daemon must answer
SETTINGS = {
    "spark.driver.host": HERE,
    "spark.driver.bindAddress": HERE,
    "spark.driver.memory": "768m",  # its Java takes half a GiB more beside it
    # All workers, from the beginning.
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": f"{PATIENCE}s",
}


class ClusterError(RuntimeError):
    """A daemon that ended or does not answer; the message says where it wrote why."""


@dataclass
class Cluster:
    """A master and its workers.

    Attributes:
        folder: for what they write: logs, and what Spark shuffles.
        port: of the master.
        running: the daemons, the master first.
    """

    folder: Path
    port: int = 0
    running: list[subprocess.Popen] = field(default_factory=list)

    @property
    def master(self) -> str:
        """The address that Spark knows the master by."""
        return f"spark://{HERE}:{self.port}"

    @property
    def scratch(self) -> Path:
        """Where workers let executors keep what they shuffle and spill."""
        return self.folder / "scratch"

    def start(self, daemon: str, *words: str) -> None:
        """Start a daemon in a group of processes of its own."""
        import pyspark

        program = Path(pyspark.__file__).with_name("bin") / "spark-class"
        environment = {
            **os.environ,
            "SPARK_LOCAL_IP": HERE,
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_LOCAL_DIRS": str(self.scratch),
        }
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

    def build(
        self, landing: Path, home: Path, settings: Mapping[str, str], *more: str
    ) -> subprocess.Popen:
        """Begin `islands build` on the cluster, in a process of its own.

        What it prints goes to `build.out`, what it says on the way to `build.log`.

        Args:
            settings: of Spark, beside `SETTINGS`.
            more: further words of the command.
        """
        said = {**SETTINGS, **settings}.items()
        words = [word for name, value in said for word in ("--spark-conf", f"{name}={value}")]
        asked = ["--engine", "spark", "--master", self.master, *words, *more]
        command = [sys.executable, "-m", "pipelines.cli", "build", *asked]
        places = ["--landing", str(landing), "--home", str(home)]
        with (self.folder / "build.out").open("wb") as out, self.log.open("wb") as log:
            return subprocess.Popen([*command, *places], stdout=out, stderr=log)

    @property
    def log(self) -> Path:
        """What the build says on the way, and why it failed if it did."""
        return self.folder / "build.log"

    def said(self) -> str:
        """The end of what the build said."""
        return self.log.read_text(errors="replace")[-3000:]


@contextlib.contextmanager
def cluster_of(workers: int, memory: str, folder: Path) -> Iterator[Cluster]:
    """A cluster for as long as the block lasts.

    Args:
        workers: how many, of one core each.
        memory: what the executors of a worker may take in all, as Spark writes it: `3g`.
        folder: for what they write; it is there.

    Raises:
        ClusterError: if a daemon ends, or does not answer.
    """
    made = Cluster(folder)
    made.port, *pages = _free_ports(workers + 2)
    made.scratch.mkdir(exist_ok=True)
    try:
        made.start("master.Master", "--port", str(made.port), "--webui-port", str(pages[0]))
        _wait(made, pages[0])
        for n, page in enumerate(pages[1:], start=1):
            place = ["--work-dir", str(folder / f"worker-{n}"), "--webui-port", str(page)]
            made.start("worker.Worker", "--cores", "1", "--memory", memory, *place, made.master)
        _wait(made, pages[0], f'"aliveworkers" : {workers}'.encode())
        yield made
    finally:
        made.stop()


def _free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on."""
    with contextlib.ExitStack() as open_ones:
        sockets = [open_ones.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HERE, 0))
        return [one.getsockname()[1] for one in sockets]


def _wait(cluster: Cluster, page: int, words: bytes = b"") -> None:
    """Wait until the master answers, and its page holds some words.

    Raises:
        ClusterError: if a daemon ends instead, or it does not answer.
    """
    for _ in range(PATIENCE * 4):
        with contextlib.suppress(OSError):
            said = urllib.request.urlopen(f"http://{HERE}:{page}/json/", timeout=5).read()
            if words in said:
                return
        for process in cluster.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(0.25 / len(cluster.running))
                raise ClusterError(f"A daemon ended with {code}; see {cluster.folder}/*.log.")
    raise ClusterError(f"The master does not answer; see {cluster.folder}/*.log.")
