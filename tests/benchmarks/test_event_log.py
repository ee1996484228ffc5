"""A log of a few events, written by hand, gives the figures that can be counted in it."""

from __future__ import annotations

import json

import pytest

from benchmarks.event_log import QUESTIONS, Work, by_stage, read

SQL = "org.apache.spark.sql.execution.ui."


def named(stage, description, query=None):
    said = {"spark.jobGroup.id": stage, "spark.job.description": description}
    return said if query is None else said | {"spark.sql.execution.id": str(query)}


def job(number, begun, done, properties):
    """A job, from one millisecond to another."""
    return [
        {
            "Event": "SparkListenerJobStart",
            "Job ID": number,
            "Submission Time": begun,
            "Properties": properties,
        },
        {"Event": "SparkListenerJobEnd", "Job ID": number, "Completion Time": done},
    ]


def stage(number, properties, *seconds, rows=(), python=0.0, attempt=0):
    """A stage of Spark's and its tasks.

    Args:
        seconds: of the processor, of each task.
        rows: that were shuffled to each; none if not given.
        python: seconds more that a task waits.
    """
    at = {"Stage ID": number, "Stage Attempt ID": attempt}
    yield {"Event": "SparkListenerStageSubmitted", "Stage Info": at, "Properties": properties}
    for took, shuffled in zip(seconds, rows or [0] * len(seconds), strict=True):
        yield {
            "Event": "SparkListenerTaskEnd",
            **at,
            "Task End Reason": {"Reason": "Success"},
            "Task Metrics": {
                "Executor Run Time": int(1000 * (took + python)),
                "Executor CPU Time": int(0.75e9 * took),
                "Executor Deserialize CPU Time": int(0.25e9 * took),
                "JVM GC Time": 100,
                "Disk Bytes Spilled": 5,
                "Shuffle Read Metrics": {"Total Records Read": shuffled},
                "Shuffle Write Metrics": {"Shuffle Bytes Written": 1000},
                "Output Metrics": {"Bytes Written": 10, "Records Written": 3},
            },
        }


def plan(query, node, update=False):
    kind = "SparkListenerSQLAdaptiveExecutionUpdate" if update else "SparkListenerSQLExecutionStart"
    return {"Event": SQL + kind, "executionId": query, "sparkPlanInfo": node}


def node(name, *children, size=None):
    metrics = [{"name": "data size", "accumulatorId": size}] if size else []
    return {"nodeName": name, "children": list(children), "metrics": metrics}


ENTRIES = named("lists", "lists.entries", 7)
LOST = {
    "Event": "SparkListenerTaskEnd",
    "Stage ID": 2,
    "Stage Attempt ID": 0,
    "Task End Reason": {"Reason": "ExecutorLostFailure"},
}
# For a join on no equality 64 bytes are sent, made with another table of 90; for another join 80.
PAIRS = node(
    "BroadcastNestedLoopJoin",
    node(
        "BroadcastQueryStage",
        node("BroadcastExchange", node("BroadcastExchange", size=93), size=91),
    ),
)
SENT = {
    "Event": SQL + "SparkListenerDriverAccumUpdates",
    "executionId": 7,
    "accumUpdates": [[91, 64], [92, 80], [93, 90]],
}
LOG = [
    {"Event": "SparkListenerApplicationStart"},
    *job(0, 0, 4000, named("landing", "landing: 2 pieces")),
    *stage(0, named("landing", "landing: 2 pieces"), 1, 1, 1, 1, python=1.0),
    # What is begun and what it became: only the latter counts.
    plan(7, node("CartesianProduct")),
    plan(7, node("Join", PAIRS, node("BroadcastExchange", size=92)), True),
    SENT,
    *job(1, 10_000, 16_000, ENTRIES),
    *job(2, 15_000, 17_000, ENTRIES),  # beside it, so that of the two seven seconds count
    *stage(2, ENTRIES, 1, 1, 1, 6, rows=[2000, 2000, 0, 16_000]),
    LOST,
    *stage(2, ENTRIES, 2, attempt=1),
    *stage(3, ENTRIES, 0.01, 0.01, 0.01, 0.9, rows=[0, 0, 0, 9999]),  # too few to tell
    *stage(4, named("lists", "lists.licences"), 1, 1, 1, 2, rows=[5000] * 4),
    *job(3, 20_000, 20_500, {}),
    *stage(5, {}, 0.5),
]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return read([json.dumps(event) for event in LOG] + ["\n"])


def test_jobs_are_told_apart_by_stage_and_table(found) -> None:
    works, seconds = found
    assert [(table, work.stage) for table, work in works.items()] == [
        ("landing", "landing"),
        ("lists.entries", "lists"),
        ("lists.licences", "lists"),
        (QUESTIONS, QUESTIONS),
    ]
    assert seconds == 4.0 + 7.0 + 0.5


def test_figures_of_a_table(found) -> None:
    entries = found[0]["lists.entries"]
    assert entries == Work(
        stage="lists",
        tasks=10,  # four, one that was lost, one of the second try, four
        failed=1,
        cpu=pytest.approx(9 + 2 + 0.93),
        run=pytest.approx(9 + 2 + 0.93),
        gc=pytest.approx(0.9),
        shuffled=9000,
        spilled=45,
        written=90,
        rows=27,
        longest=pytest.approx(6 + 2 + 0.9),
        alone=pytest.approx(2),
        skew=pytest.approx(3.2),  # 16,000 rows where the mean is 5,000
        uneven=pytest.approx(6),
        broadcast=90,
        pairwise=64,
    )


def test_landing_waits_for_python(found) -> None:
    landing = found[0]["landing"]
    assert (landing.cpu, landing.run) == (pytest.approx(4), pytest.approx(8))
    assert landing.longest == pytest.approx(2)


def test_a_stage_has_the_sums_and_the_worst_of_its_tables(found) -> None:
    lists = by_stage(found[0].values())["lists"]
    assert lists.cpu == pytest.approx(11.93 + 5)
    assert (lists.skew, lists.uneven, lists.broadcast) == (pytest.approx(3.2), pytest.approx(6), 90)
    assert lists.tasks == 14
