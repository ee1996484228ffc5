"""What the processes of a build on a cluster take: memory and the processor's time, told by /proc.

Who they are is told by their command lines; all are children of the build or of a daemon.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100  # of the clock, a second
EVERY = 2.0  # seconds between two looks
GIB = 1 << 30

DRIVER_PYTHON, DRIVER_JAVA = "driver's Python", "driver's Java"
EXECUTOR_JAVA, EXECUTOR_PYTHON = "executors' Java", "executors' Python"
DAEMONS = "master and workers"
# Words of a command line, the first that fits.
_KINDS = (
    (b"CoarseGrainedExecutorBackend", EXECUTOR_JAVA),
    (b"org.apache.spark.deploy.master.Master", DAEMONS),
    (b"org.apache.spark.deploy.worker.Worker", DAEMONS),
    (b"org.apache.spark.deploy.SparkSubmit", DRIVER_JAVA),
    (b"pyspark.daemon", EXECUTOR_PYTHON),
    (b"pipelines.cli", DRIVER_PYTHON),
)


@dataclass
class Taken:
    """What the processes of one kind took.

    Attributes:
        most: memory of the process that held most, at any time, in GiB.
        together: memory of all at one time, at most, in GiB; pages they share count for each.
        cpu: seconds of the processor.
    """

    most: float = 0.0
    together: float = 0.0
    cpu: float = 0.0


@dataclass
class Watch:
    """Looks at processes every two seconds until it is told to stop.

    Attributes:
        roots: numbers of processes; they and all they started are looked at.
        scratch: folder of what is shuffled and spilled.
        taken: kind -> what its processes took.
        all_at_once: memory of all processes at one time, at most, in GiB.
        disk: bytes in the folder, at most.
    """

    roots: list[int]
    scratch: Path
    taken: dict[str, Taken] = field(default_factory=dict)
    all_at_once: float = 0.0
    disk: int = 0
    _cpu: dict[tuple[str, int], float] = field(default_factory=dict)

    def look(self) -> None:
        """Look once."""
        now: dict[str, float] = {}
        for pid, kind in _below(self.roots):
            with contextlib.suppress(OSError, ValueError, IndexError):
                held, peak = _memory(pid)
                mine = self.taken.setdefault(kind, Taken())
                mine.most = max(mine.most, peak)
                now[kind] = now.get(kind, 0.0) + held
                self._cpu[kind, pid] = _cpu_seconds(pid)
        for kind, held in now.items():
            mine = self.taken[kind]
            mine.together = max(mine.together, held)
            mine.cpu = sum(took for (of, _), took in self._cpu.items() if of == kind)
        self.all_at_once = max(self.all_at_once, sum(now.values()))
        self.disk = max(self.disk, bytes_under(self.scratch))

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        """Look for as long as the block lasts."""
        enough = threading.Event()

        def go_on() -> None:
            while not enough.wait(EVERY):
                self.look()

        thread = threading.Thread(target=go_on, daemon=True)
        thread.start()
        try:
            yield
        finally:
            enough.set()
            thread.join()


def bytes_under(folder: Path) -> int:
    """Bytes of the files under a folder, which may come and go meanwhile."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(where, name).stat().st_size
    return total


def _below(roots: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Number and kind of the processes that are, or come from, some others."""
    parents = {}
    for path in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(path.name)] = int(_stat(int(path.name))[1])
    known = set(roots)
    for pid in parents:
        line, at = [], pid
        while at in parents and at not in known:
            line.append(at)
            at = parents[at]
        if at in known:
            known.update(line)
    for pid in sorted(known & parents.keys()):
        with contextlib.suppress(OSError):
            words = (PROC / str(pid) / "cmdline").read_bytes()
            if kind := next((kind for word, kind in _KINDS if word in words), None):
                yield pid, kind


def _stat(pid: int) -> list[str]:
    """What /proc says of a process, from its state on; its name before that may hold anything."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _cpu_seconds(pid: int) -> float:
    """The processor's time of a process, of all its threads, by now."""
    user, system = _stat(pid)[11:13]
    return (int(user) + int(system)) / TICKS


def _memory(pid: int) -> tuple[float, float]:
    """GiB that a process holds, and the most that it has held."""
    said = dict(
        line.split(":", 1) for line in (PROC / str(pid) / "status").read_text().splitlines()
    )
    held, most = (int(said[name].split()[0]) * 1024 / GIB for name in ("VmRSS", "VmHWM"))
    return held, most
