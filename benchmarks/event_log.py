"""What Spark's event log says of a build, by table: tasks, the processor's time, bytes, how uneven work is.

Jobs are told apart by what the engine calls them: the stage of the pipeline is their group, the table their
description. What has neither are questions to finished tables: promises that are checked, and counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

LANDING = "landing"  # its tasks wait for Python, whose time Spark does not count
QUESTIONS = "questions"
FEWEST = 4  # tasks of a Spark stage whose rows are said to be even or not
LEAST = 10_000  # rows of such a stage
SUMS = (
    "tasks", "failed", "cpu", "run", "gc", "shuffled", "spilled", "written", "rows", "longest", "alone",
)  # fmt: skip


@dataclass
class Work:
    """What Spark did for one table.

    Attributes:
        stage: of the pipeline.
        tasks: how many, failed ones included.
        failed: of these.
        cpu: seconds of the processor in tasks, as Spark counts them: without Java's own threads.
        run: seconds that tasks lasted.
        gc: seconds of these in which Java collected garbage.
        shuffled: bytes written to be shuffled.
        spilled: bytes written to disk because memory was short.
        written: bytes of the table.
        rows: of the table.
        longest: seconds of the longest task of each Spark stage, added up: with any number of cores it
            does not take less.
        alone: seconds of work in Spark stages of a single task.
        skew: rows of the task that was shuffled most over the mean, of the Spark stage where that is most: so
            much longer it lasts than if keys were even; 1 if none has `FEWEST` tasks and `LEAST` rows.
        uneven: seconds of the longest task there.
        broadcast: bytes of the largest table that was sent whole to every executor.
        pairwise: bytes of the largest of these that was sent for a join on no equality: there Spark sends
            one side whole, however large it is.
    """

    stage: str
    tasks: int = 0
    failed: int = 0
    cpu: float = 0.0
    run: float = 0.0
    gc: float = 0.0
    shuffled: int = 0
    spilled: int = 0
    written: int = 0
    rows: int = 0
    longest: float = 0.0
    alone: float = 0.0
    skew: float = 1.0
    uneven: float = 0.0
    broadcast: int = 0
    pairwise: int = 0


@dataclass
class _Reading:
    """A log that is being read: what is known of it so far."""

    found: dict[str, Work] = field(default_factory=dict)
    of_stage: dict[tuple[int, int], str] = field(default_factory=dict)
    took: dict[tuple[int, int], list[tuple[float, int]]] = field(
        default_factory=dict
    )  # seconds, rows
    of_query: dict[int, str] = field(default_factory=dict)
    plans: dict[int, dict] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    begun: dict[int, int] = field(default_factory=dict)
    ran: list[tuple[int, int]] = field(default_factory=list)

    def work(self, table: str) -> Work:
        return self.found[table]

    def table(self, properties: dict[str, str]) -> str:
        """The table that a job or stage is for, by its properties."""
        stage = properties.get("spark.jobGroup.id") or QUESTIONS
        said = properties.get("spark.job.description") or stage
        table = said if said.startswith(f"{stage}.") else stage
        self.found.setdefault(table, Work(stage))
        query = properties.get("spark.sql.execution.id")
        if query is not None:
            self.of_query[int(query)] = table
        return table


def read(lines: Iterable[str]) -> tuple[dict[str, Work], float]:
    """What a log tells.

    Args:
        lines: of the log, one JSON object each.

    Returns:
        Table -> what was done for it, in the order of their first jobs; and the seconds in which any job
        ran.
    """
    log = _Reading()
    for line in lines:
        if not line.strip():
            continue
        event = json.loads(line)
        handle = _EVENTS.get(event["Event"].rpartition(".")[2])
        if handle:
            handle(log, event)
    _uneven(log)
    _plans(log)
    return log.found, _covered(log.ran) / 1000


def _job_begun(log: _Reading, event: dict) -> None:
    log.table(event.get("Properties") or {})
    log.begun[event["Job ID"]] = event["Submission Time"]


def _job_done(log: _Reading, event: dict) -> None:
    if event["Job ID"] in log.begun:
        log.ran.append((log.begun.pop(event["Job ID"]), event["Completion Time"]))


def _stage_begun(log: _Reading, event: dict) -> None:
    about = event["Stage Info"]
    at = about["Stage ID"], about["Stage Attempt ID"]
    log.of_stage[at] = log.table(event.get("Properties") or {})


def _task_done(log: _Reading, event: dict) -> None:
    at = event["Stage ID"], event["Stage Attempt ID"]
    work = log.work(log.of_stage[at])
    work.tasks += 1
    work.failed += event["Task End Reason"]["Reason"] != "Success"
    said = event.get("Task Metrics")
    if not said:  # of a task that was lost there is nothing
        return
    cpu = (said["Executor CPU Time"] + said["Executor Deserialize CPU Time"]) / 1e9
    run = said["Executor Run Time"] / 1e3
    work.cpu += cpu
    work.run += run
    work.gc += said["JVM GC Time"] / 1e3
    work.spilled += said["Disk Bytes Spilled"]
    work.shuffled += said["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    work.written += said["Output Metrics"]["Bytes Written"]
    work.rows += said["Output Metrics"]["Records Written"]
    shuffled = said["Shuffle Read Metrics"]["Total Records Read"]
    log.took.setdefault(at, []).append((run if work.stage == LANDING else cpu, shuffled))


def _planned(log: _Reading, event: dict) -> None:
    log.plans[event["executionId"]] = event["sparkPlanInfo"]


def _sized(log: _Reading, event: dict) -> None:
    log.sizes.update(dict(event["accumUpdates"]))


_EVENTS = {
    "SparkListenerJobStart": _job_begun,
    "SparkListenerJobEnd": _job_done,
    "SparkListenerStageSubmitted": _stage_begun,
    "SparkListenerTaskEnd": _task_done,
    "SparkListenerSQLExecutionStart": _planned,
    "SparkListenerSQLAdaptiveExecutionUpdate": _planned,  # the plan as it is by now
    "SparkListenerDriverAccumUpdates": _sized,
}


_WRAPPERS = ("BroadcastQueryStage", "InputAdapter", "AdaptiveSparkPlan")


def _uneven(log: _Reading) -> None:
    """How evenly work is shared by the tasks of each Spark stage."""
    for at, of in log.took.items():
        work = log.work(log.of_stage[at])
        seconds, rows = zip(*of, strict=True)
        work.longest += max(seconds)
        if len(of) == 1:
            work.alone += seconds[0]
        if len(of) >= FEWEST and sum(rows) >= LEAST:
            skew = max(rows) * len(rows) / sum(rows)
            if skew > work.skew:
                work.skew, work.uneven = skew, max(seconds)


def _plans(log: _Reading) -> None:
    """What the plans of each table say of tables sent whole and of joins without an equality."""
    for query, plan in log.plans.items():
        if query not in log.of_query:
            continue
        work = log.work(log.of_query[query])
        nodes = [(plan, False)]
        while nodes:
            node, pairwise = nodes.pop()
            name = node["nodeName"]
            if name == "BroadcastExchange":
                size = _size(log, node)
                work.broadcast = max(work.broadcast, size)
                work.pairwise = max(work.pairwise, size if pairwise else 0)
            # A join's own side stands below it, but for what only wraps it.
            wraps = name in _WRAPPERS
            pairwise = name == "BroadcastNestedLoopJoin" or pairwise and wraps
            nodes += [(child, pairwise) for child in node["children"]]


def _size(log: _Reading, node: dict) -> int:
    """Bytes of what a plan sends whole, as it measured them."""
    sent = (one for one in node["metrics"] if one["name"] == "data size")
    return max((log.sizes.get(one["accumulatorId"], 0) for one in sent), default=0)


def _covered(ran: Iterable[tuple[int, int]]) -> int:
    """The time in which at least one of some spans lasts: what is sent whole is made beside the rest."""
    total, until = 0, 0
    for start, end in sorted(ran):
        total += max(end - max(start, until), 0)
        until = max(until, end)
    return total


def by_stage(works: Iterable[Work]) -> dict[str, Work]:
    """Stage of the pipeline -> what was done for all its tables: sums, and the most of what is a most."""
    found: dict[str, Work] = {}
    for one in works:
        of = found.setdefault(one.stage, Work(one.stage))
        if one.skew > of.skew:
            of.skew, of.uneven = one.skew, one.uneven
        of.broadcast = max(of.broadcast, one.broadcast)
        of.pairwise = max(of.pairwise, one.pairwise)
        for name in SUMS:
            setattr(of, name, getattr(of, name) + getattr(one, name))
    return found
