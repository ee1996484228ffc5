"""How things are timed: in a process of their own each, so that memory and caches are nobody else's."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """The result of a function run in a new process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def timed(work: Callable[[], Any]) -> float:
    """Wall seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(values: Sequence[float]) -> float:
    """The median of some figures."""
    return statistics.median(values)


def high_water() -> float:
    """The most memory this process has held since the mark was last lowered, in GiB."""
    try:
        lines = _STATUS.read_text().splitlines()
        return next(int(x.split()[1]) for x in lines if x.startswith("VmHWM")) / 1024**2
    except (OSError, StopIteration):  # another system than Linux: the peak of the whole process
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def lower_mark() -> None:
    """Lower the mark to what the process holds now, where the system lets it."""
    try:
        _RESET.write_text("5")
    except OSError:
        return


class Stages:
    """Notes the peak memory of each stage of a build; given to it as `progress`.

    Attributes:
        peak: stage -> GiB.
    """

    def __init__(self) -> None:
        self.peak: dict[str, float] = {}
        self._stage = "landing"
        lower_mark()

    def __call__(self, label: str, done: int, total: int) -> None:
        """Called by the build before each step."""
        self.peak[self._stage] = max(self.peak.get(self._stage, 0.0), high_water())
        stage = label.split(".")[0]
        if stage != self._stage:
            self._stage = {"checks": "quality", "done": "quality"}.get(stage, stage)
            lower_mark()
