"""One build on a cluster of this machine's own, measured by its event log and by what its processes take."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.cluster import Cluster, cluster_of
from benchmarks.event_log import QUESTIONS, Work, by_stage, read
from benchmarks.same import differing
from benchmarks.timing import apart
from benchmarks.watching import Taken, Watch, bytes_under
from pipelines.home import BUILDING
from schemas.contract import feeds

WORKER = "3g"  # what the executors of a worker may take, and what is set aside for its Python
EXECUTOR = "2g"  # of it, Java's
PARTITIONS = {"story": 2, "tiny": 2}  # of a shuffle, where it is not `MANY`
MANY = 16
LONGEST = 4 * 3600  # seconds a build may take


class BuildFailed(RuntimeError):
    """A build that did not end well; the message is what it said last."""


@dataclass
class Grown:
    """Figures of one build.

    Attributes:
        size: of the world.
        workers: of the cluster, one core each.
        ended: what it was at when it was ended because it took too long; empty, if it was done.
        wall: seconds from the command to its end, 0 if it was ended.
        seconds: stage -> wall seconds.
        jobs: seconds in which any job of Spark's ran.
        works: table -> `benchmarks.event_log.Work`.
        taken: kind of process -> `benchmarks.watching.Taken`.
        all_at_once: GiB of memory of all processes at one time.
        scratch: bytes of shuffled and spilled data at one time.
        tables: how many were made.
        rows: stage -> rows of its tables.
        stored: bytes of the finished tables.
        files, delivered, largest: of the delivered files: how many, bytes, bytes of the largest.
        landed, cells: rows that landed, and the cells of these, empty ones too.
        differing: tables that do not hold the rows that DuckDB makes of the files; None if nobody looked.
    """

    size: str
    workers: int
    ended: str = ""
    wall: float = 0.0
    seconds: dict[str, float] = field(default_factory=dict)
    jobs: float = 0.0
    works: dict[str, Work] = field(default_factory=dict)
    taken: dict[str, Taken] = field(default_factory=dict)
    all_at_once: float = 0.0
    scratch: int = 0
    tables: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    stored: int = 0
    files: int = 0
    delivered: int = 0
    largest: int = 0
    landed: int = 0
    cells: int = 0
    differing: list[str] | None = None

    @property
    def stages(self) -> dict[str, Work]:
        """Stage -> what Spark did for it."""
        return by_stage(self.works.values())

    def kept(self) -> dict[str, Any]:
        """As JSON can keep it."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Grown:
        """What was kept."""
        works = {table: Work(**one) for table, one in kept["works"].items()}
        taken = {kind: Taken(**one) for kind, one in kept["taken"].items()}
        return cls(**{**kept, "works": works, "taken": taken})


def measure(
    size: str,
    workers: int,
    landing: Path,
    folder: Path,
    database: Callable[[], Path] | None = None,
) -> Grown:
    """Build once on a cluster that is started for it.

    Args:
        size: of the world that the files are of.
        workers: of the cluster.
        landing: the files.
        folder: where tables and logs may be written; emptied before and after.
        database: gives what DuckDB builds of the files, if the rows are to be compared.

    Returns:
        Its figures; of one that takes longer than `LONGEST` those until then.

    Raises:
        BuildFailed: if it fails; what it wrote is left there.
    """
    shutil.rmtree(folder, ignore_errors=True)
    events = folder / "events"
    events.mkdir(parents=True)
    found = Grown(size, workers)
    settings = {
        "spark.executor.memory": EXECUTOR,
        "spark.sql.shuffle.partitions": str(PARTITIONS.get(size, MANY)),
        # Partitions stay as they are cut, so that how even they are can be seen.
        "spark.sql.adaptive.coalescePartitions.enabled": "false",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        "spark.eventLog.includeTaskMetricsAccumulators": "false",
    }
    home = folder / "home"
    with cluster_of(workers, WORKER, folder) as cluster:
        _build(cluster, landing, home, settings, found)
    (log,) = (path for path in events.iterdir() if path.is_file() and path.suffix != ".crc")
    with log.open(encoding="utf-8") as lines:  # the last line of a build that was ended may be none
        found.works, found.jobs = read(line for line in lines if line.endswith("\n"))
    tables = home / ("spark" if found.wall else f"spark{BUILDING}")
    if found.wall:
        done = json.loads((folder / "build.out").read_text(encoding="utf-8"))
        found.seconds, found.rows, found.tables = done["seconds"], done["rows"], done["tables"]
    else:
        found.ended = list(found.works)[-1]
        found.rows = _rows(tables)
        found.tables = sum(work.stage != QUESTIONS for work in found.works.values())
    found.stored = bytes_under(tables)
    _delivered(found, landing, tables)
    if database and found.wall:
        found.differing = apart(differing, database(), tables)
    shutil.rmtree(folder)
    return found


def _build(
    cluster: Cluster, landing: Path, home: Path, settings: dict[str, str], found: Grown
) -> None:
    """Run the build, looking at it."""
    code, start = 0, time.perf_counter()
    building = cluster.build(landing, home, settings, "--parquet-only", "--json")
    watch = Watch([building.pid, *(one.pid for one in cluster.running)], cluster.scratch)
    try:
        # Of one that takes too long, what it did until then is worth knowing.
        with contextlib.suppress(subprocess.TimeoutExpired):
            with watch.looking():
                code = building.wait(LONGEST)
            found.wall = time.perf_counter() - start
    finally:
        building.kill()
    found.taken, found.all_at_once, found.scratch = watch.taken, watch.all_at_once, watch.disk
    if code:
        raise BuildFailed(f"The build ended with {code}: {cluster.said()}")


def _rows(tables: Path) -> dict[str, int]:
    """Stage -> rows of its finished tables."""
    found: Counter[str] = Counter()
    for file in tables.glob("[!.]*/[!.]*/*.parquet"):
        found[file.parents[1].name] += pq.read_metadata(file).num_rows
    return {stage: count for stage, count in found.items() if stage != "codes"}


def _delivered(found: Grown, landing: Path, tables: Path) -> None:
    """What was delivered, and what of it landed."""
    sizes = [path.stat().st_size for path in landing.glob("*/*") if path.is_file()]
    found.files, found.delivered, found.largest = len(sizes), sum(sizes), max(sizes)
    columns = {name: len(feed.columns) for name, feed in feeds("whole").items()}
    landed = pq.read_table(tables / "landing" / "deliveries", columns=["feed", "rows"])
    for one in landed.to_pylist():
        found.landed += one["rows"]
        found.cells += one["rows"] * columns[one["feed"]]


def planning(one: Grown) -> float:
    """Wall seconds in which no job ran: the driver read, translated and planned. 0 if it was ended."""
    return max(one.wall - one.jobs, 0.0)


def tables_of(one: Grown) -> dict[str, Work]:
    """What was done for tables, not for questions to them."""
    return {table: work for table, work in one.works.items() if work.stage != QUESTIONS}
