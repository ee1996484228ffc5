"""How builds on a cluster grow, as the block of docs/spark.md: tables, what more costs, what breaks first.

Every figure comes from builds that were measured, or is reckoned from them here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.blocks import Row, table
from benchmarks.cluster import SETTINGS
from benchmarks.cost import Range, carried, power
from benchmarks.event_log import FEWEST, LANDING, LEAST, Work
from benchmarks.growing import EXECUTOR, WORKER, Grown, planning, tables_of
from benchmarks.reading import Reading
from benchmarks.watching import (
    DRIVER_JAVA,
    DRIVER_PYTHON,
    EXECUTOR_JAVA,
    EXECUTOR_PYTHON,
    Taken,
)
from pipelines.build import FEW_FOR_SPARK
from sources.world import SIZES

PARTITION = 128e6  # bytes of a partition of a shuffle that a task is at ease with
UNEVEN = 1.5  # times its share that a task is given, from which on it is told of
WORTH = 0.5  # seconds that it lasts at least
CORES = (100, 1000)  # of clusters whose time is reckoned
PROMISED = ("tiny", "demo", "city")  # sizes of which the page says it if nobody measured them
WORST = 3  # tables shown of those that would break first


@dataclass(frozen=True)
class Larger:
    """A size that nobody measured.

    Attributes:
        name: how the page calls it.
        cells: of its delivered records.
    """

    name: str
    cells: float


# A province has 3.3 million enterprises. The nation has 28 million organisations, and its platform held 10.7
# billion data points in December 2018.
LARGER = (Larger("a province", 1e9), Larger("the nation", 10.7e9))


def page_block(builds: Sequence[Grown], readings: Sequence[Reading], cores: int) -> str:
    """The whole block, in Markdown.

    Args:
        builds: what was measured.
        readings: of the largest file of worlds.
        cores: of the machine.
    """
    order = list(SIZES).index
    if not builds:
        return "No build was measured.\n"
    builds = sorted(builds, key=lambda one: (order(one.size), one.workers))
    readings = sorted(readings, key=lambda one: order(one.size))
    parts = [_how(builds, cores), _whole(builds)]
    for title, cell in _BY_STAGE:
        parts.append(_by_stage(builds, title, cell))
    most = max(one.workers for one in builds)
    measured = [one for one in builds if one.workers == most][-2:]
    if len(measured) == 2:
        small, large = measured
        parts += [_powers(small, large), _forecast(small, large), _breaks(small, large, readings)]
    return "\n".join(parts)


def _how(builds: Sequence[Grown], cores: int) -> str:
    said = {(one.size, one.workers) for one in builds}
    missing = [
        f"`{size}` on {_workers(count)}"
        for size in dict.fromkeys([*(one.size for one in builds), *PROMISED])
        for count in sorted({one.workers for one in builds})
        if (size, count) not in said
    ]
    text = (
        f"Measured by `python -m benchmarks.clusters` on one machine of {cores} cores, which did other "
        "work "
        f"beside: a master, and workers of one core and {WORKER[:-1]} GiB each, of which "
        f"{EXECUTOR[:-1]} GiB are Java's; the driver's Java may fill {SETTINGS['spark.driver.memory'][:-1]} "
        "MiB. "
        "The processor's time is what to compare; seconds that passed hold what else the machine did.\n"
    )
    for one in builds:
        if one.ended:
            text += (
                f"`{one.size}` on {_workers(one.workers)} took too long and was ended, at "
                f"`{one.ended}`; here is "
                "what it took until then.\n"
            )
    return text + (f"Not measured: {', '.join(missing)}.\n" if missing else "")


def _workers(count: int) -> str:
    return f"{count} worker" if count == 1 else f"{count} workers"


def _head(first: str, builds: Sequence[Grown]) -> Row:
    return [first, *(f"`{one.size}`, {_workers(one.workers)}" for one in builds)]


def _whole(builds: Sequence[Grown]) -> str:
    def took(kind: str) -> Callable[[Grown], str]:
        return lambda one: _s(one.taken[kind].cpu) if kind in one.taken else ""

    def held(*kinds: str) -> Callable[[Grown], str]:
        def cell(one: Grown) -> str:
            if not one.taken.keys() >= {*kinds}:
                return ""
            return f"{sum(one.taken[kind].most for kind in kinds):.2f} GiB"

        return cell

    def tasks(what: Callable[[Work], float]) -> Callable[[Grown], float]:
        return lambda one: sum(map(what, one.works.values()))

    rows: list[tuple[str, Callable[[Grown], str]]] = [
        ("files, and bytes", lambda one: f"{one.files:,}, {_b(one.delivered)}"),
        ("rows that landed", lambda one: f"{one.landed:,}"),
        ("cells of these", lambda one: f"{one.cells:,}"),
        ("rows of all tables", lambda one: f"{sum(one.rows.values()):,}"),
        ("tables as stored", lambda one: _b(one.stored)),
        ("seconds from the command to its end", lambda one: _s(one.wall) if one.wall else ""),
        ("… in which no job ran: the driver reads SQL and plans",
         lambda one: _s(planning(one)) if one.wall else ""),
        ("processor's time: executors' Java", took(EXECUTOR_JAVA)),
        ("… executors' Python, which reads files", took(EXECUTOR_PYTHON)),
        ("… driver's Java", took(DRIVER_JAVA)),
        ("… driver's Python", took(DRIVER_PYTHON)),
        ("tables whose rows are not DuckDB's",
         lambda one: "" if one.differing is None else f"{len(one.differing)} of {one.tables}"),
        ("tasks", lambda one: f"{tasks(lambda w: w.tasks)(one):,}"),
        ("… that failed", lambda one: f"{tasks(lambda w: w.failed)(one):,}"),
        ("share of their time for collecting garbage",
         lambda one: f"{100 * tasks(lambda w: w.gc)(one) / tasks(lambda w: w.run)(one):.0f} %"),
        ("bytes shuffled", lambda one: _b(tasks(lambda w: w.shuffled)(one))),
        ("bytes spilled for lack of memory", lambda one: _b(tasks(lambda w: w.spilled)(one))),
        ("most on disk to shuffle, at one time", lambda one: _b(one.scratch) if one.scratch else ""),
        ("most memory: driver's Java and Python together", held(DRIVER_JAVA, DRIVER_PYTHON)),
        ("… one executor's Java", held(EXECUTOR_JAVA)),
        ("… one executor's Python", held(EXECUTOR_PYTHON)),
        ("… all processes, master and workers too, at one time",
         lambda one: f"{one.all_at_once:.1f} GiB" if one.all_at_once else ""),
    ]  # fmt: skip
    return table(_head("the build", builds), [[name, *map(cell, builds)] for name, cell in rows])


def _by_stage(builds: Sequence[Grown], title: str, cell: Callable[[Grown, str, Work], str]) -> str:
    rows = []
    for stage in dict.fromkeys(stage for one in builds for stage in one.stages):
        of = [(one, one.stages.get(stage)) for one in builds]
        rows.append([stage, *(cell(one, stage, work) if work else "" for one, work in of)])
    return table(_head(title, builds), rows)


def _wall(one: Grown, stage: str, _: Work) -> str:
    return _s(one.seconds[stage]) if stage in one.seconds else ""


def _skew(_: Grown, __: str, work: Work) -> str:
    return f"{work.skew:.1f} ×" if work.skew > 1 else ""


_BY_STAGE: tuple[tuple[str, Callable[[Grown, str, Work], str]], ...] = (
    ("processor's time of Spark's tasks", lambda one, stage, work: _s(work.cpu)),
    ("seconds that passed, planning included", _wall),
    ("bytes shuffled", lambda one, stage, work: _b(work.shuffled)),
    (
        f"most rows shuffled to a task over the mean, worst of Spark's stages of {FEWEST} tasks and "
        f"{LEAST:,} rows",
        _skew,
    ),
)


def _work(one: Grown) -> dict[str, float]:
    """Stage -> seconds of the processor for tasks; in landing, and only there, Python works for them."""
    found = {stage: work.cpu for stage, work in one.stages.items()}
    if LANDING in found:
        found[LANDING] += one.taken.get(EXECUTOR_PYTHON, Taken()).cpu
    return found


def _powers(small: Grown, large: Grown) -> str:
    times = large.cells / small.cells
    shuffled = [_shuffled(one) for one in (small, large)]
    rows = [
        [
            stage,
            f"{power(_work(small)[stage], took, times):.2f}",
            f"{power(shuffled[0][stage], shuffled[1][stage], times):.2f}"
            if shuffled[0].get(stage)
            else "",
        ]
        for stage, took in _work(large).items()
        if stage in _work(small)
    ]
    head = [
        f"growth from `{small.size}` to `{large.size}`, {times:.1f} times the cells: power of the cells"
    ]
    return table([*head, "work", "bytes shuffled"], rows)


def _forecast(small: Grown, large: Grown) -> str:
    times = large.cells / small.cells

    def both(what: Callable[[Grown], dict[str, float]], further: float) -> Range:
        return carried(what(small), what(large), times, further)

    columns: list[Row] = []
    for larger in LARGER:
        further = larger.cells / large.cells
        hours = both(_work, further)
        moved = both(_shuffled, further)
        stored = both(lambda one: {"": float(one.stored)}, further)
        widest = max(work.shuffled for work in tables_of(large).values()) * further
        columns.append(
            [
                f"{larger.cells:,.0f}",
                f"{further:,.0f}",
                _between(hours, lambda s: f"{s / 3600:,.0f}"),
                *(
                    _between(hours, lambda s, n=n: f"{(s / n + planning(large)) / 3600:,.1f}")
                    for n in CORES
                ),
                _between(moved, lambda b: f"{b / 1e12:,.2f}"),
                f"{large.delivered * further / 1e12:.2f}",
                _between(stored, lambda b: f"{b / 1e12:,.2f}"),
                f"{math.ceil(widest / PARTITION):,}",
            ]
        )
    names = [
        "cells",
        f"times the cells of `{large.size}`",
        "core-hours of tasks",
        *(f"hours on {n:,} cores, at best" for n in CORES),
        "TB shuffled in all",
        "TB delivered",
        "TB of tables",
        f"partitions of the widest shuffle, of {PARTITION / 1e6:.0f} MB each",
    ]
    rows = [[name, *cells] for name, *cells in zip(names, *columns, strict=True)]
    return "\n".join(
        [
            "### What more would cost\n",
            f"Carried on from `{small.size}` and `{large.size}` on {_workers(large.workers)}; nobody "
            "has built "
            f"these. The lower figure takes what a cell added from `{small.size}` to `{large.size}` as "
            "what "
            "each further one adds; the upper takes all work as growing like the cells, and a stage "
            "that grew "
            f"faster as going on so.{_rough(small)}\n",
            table(["", *(larger.name for larger in LARGER)], rows),
            _assumed(large),
        ]
    )


def _shuffled(one: Grown) -> dict[str, float]:
    """Stage -> bytes shuffled for it."""
    return {stage: float(work.shuffled) for stage, work in one.stages.items()}


def _rough(small: Grown) -> str:
    """A warning, where the smaller of the two builds was told to Spark as a small job."""
    if small.delivered >= FEW_FOR_SPARK:
        return ""
    return (
        f" `{small.size}` is a small job, so the two were built with other settings, and most of the "
        "work in "
        "both is of the kind that each query has once: trust the order of magnitude and no more."
    )


def _assumed(large: Grown) -> str:
    return "\n".join(
        [
            "Assumed:\n",
            "- A province is 3.3 million enterprises with a billion cells of delivered records, the nation "
            "28 million organisations with 10.7 billion: as many data points as its platform is said "
            "to have "
            "held in December 2018.",
            f"- Feeds share the cells as in `{large.size}`, records have as many versions, and a year is "
            "delivered with six years before it.",
            "- Only what tasks took is carried on. Executors' Java took "
            f"{_of_java(large):.1f} times that in `{large.size}`, the rest of it to start, to compile "
            "code and to "
            "collect garbage, of which most is done once.",
            f"- A core is one of this machine's, an executor's Java has {EXECUTOR[:-1]} GiB, and disks and "
            "network keep up: here all was one disk, and the network none.",
            "- Partitions are cut to fit (`spark.sql.shuffle.partitions`), and no key is so common "
            "that one "
            "task outlasts the others; what if, is said below.",
            f"- The driver plans {large.tables} tables one after the other, for as long as here: that "
            "hangs "
            "on the number of models, feeds and files, not on their rows.\n",
        ]
    )


def _of_java(one: Grown) -> float:
    """How many times what its tasks took the executors' Java took."""
    tasks = sum(work.cpu for work in one.works.values())
    return one.taken.get(EXECUTOR_JAVA, Taken()).cpu / tasks


def _breaks(small: Grown, large: Grown, readings: Sequence[Reading]) -> str:
    further = LARGER[-1].cells / large.cells
    said = [
        "**A file is read in one task.** " + _one_file(large, readings),
        "**Keys that many rows share.** " + _skewed(small, large, further),
        "**Work in a single task**, which more cores do not help: " + _alone(large, further),
        "**Tables that are sent whole**, through the driver. " + _sent(small, large),
        "**The driver's memory does not.** " + _driver(small, large),
    ]
    numbered = [f"{n}. {one}" for n, one in enumerate(said, start=1)]
    return "\n".join(["### What would break first\n", *numbered]) + "\n"


def _one_file(large: Grown, readings: Sequence[Reading]) -> str:
    nation = LARGER[-1]
    if not readings:
        file = large.largest * nation.cells / large.cells
        return (
            f"The largest of `{large.size}` has {_b(large.largest)}. {_of_the_nation(file)}, and "
            "whoever reads "
            "it holds a few times as much."
        )
    one = readings[-1]
    per_cell = large.largest / large.cells
    file = per_cell * nation.cells
    return (
        f"The largest of `{one.size}`, `{one.file}`, has {_b(one.bytes)}; a process that reads it as a "
        "task does "
        f"holds {one.most:.2f} GiB, of which {one.before:.2f} before it begins: {one.times:.1f} times "
        "the file. "
        f"{_of_the_nation(file)}, and its task would want {_b(file * one.times)} of memory. Such a "
        "feed has to "
        "be cut into several, by division say."
    )


def _of_the_nation(file: float) -> str:
    return f"Where {LARGER[-1].name} delivered as few files, its largest would have {_b(file)}"


def _skewed(small: Grown, large: Grown, further: float) -> str:
    of = tables_of(large)
    found = [n for n, work in of.items() if work.skew >= UNEVEN and work.uneven >= WORTH]
    worst = sorted(found, key=lambda name: -of[name].uneven)[:WORST]
    if not worst:
        return (
            f"None was seen: no task of `{large.size}` that lasted {WORTH:g} s was given {UNEVEN:g} "
            "times its "
            "share."
        )
    told = [f"`{name}` ({of[name].skew:.1f} × the mean, {of[name].uneven:.1f} s)" for name in worst]
    hours = of[worst[0]].uneven * further / 3600
    return (
        f"Of tasks that were given more than {UNEVEN:g} times their share, those of `{large.size}` "
        "that lasted "
        f"longest: {', '.join(told)}. If the commonest key keeps its share of the rows, the longest of "
        "these "
        f"lasts {hours:.1f} hours in {LARGER[-1].name}, whatever the number of cores; Spark cuts such a "
        "partition only in joins, and only from 256 MB on."
    )


def _alone(large: Grown, further: float) -> str:
    of = tables_of(large)
    worst = sorted(of, key=lambda name: -of[name].alone)[:WORST]
    told = [f"`{name}` {of[name].alone:.1f} s" for name in worst]
    whole = sum(work.alone for work in of.values())
    return (
        f"{whole:.0f} s of `{large.size}` in all, most of it of {', '.join(told)}. At worst it grows like "
        f"the cells: then it is {whole * further / 3600:.1f} hours of {LARGER[-1].name}. But Spark "
        "reads up "
        "to 128 MB of a table in one task, so most of this is shared as soon as a feed's table is larger."
    )


def _sent(small: Grown, large: Grown) -> str:
    of, before = tables_of(large), tables_of(small)

    def told(what: Callable[[Work], int]) -> str:
        name = max(of, key=lambda name: what(of[name]))
        earlier = what(before[name]) if name in before else 0
        return f"for `{name}`, with {_b(what(of[name]))} (`{small.size}`: {_b(earlier)})"

    return (
        f"The largest was sent {told(lambda work: work.broadcast)}. Spark sends what it takes for 10 "
        "MB at most, "
        "and that is of packed bytes, so that some times as much goes through the driver; it does not grow "
        "further. For joins on no equality it has no other way, however large a side is: there the largest "
        f"was sent {told(lambda work: work.pairwise)}, and Spark gives up at 8 GB."
    )


def _driver(small: Grown, large: Grown) -> str:
    return (
        f"Its Java's heap is bounded. From `{small.size}` to `{large.size}` its Java and Python went "
        f"from {_held(small):.2f} to "
        f"{_held(large):.2f} GiB, with {_driver_cpu(small):.0f} and {_driver_cpu(large):.0f} s of the "
        "processor's "
        "time. What grows in it with the world is the list of delivered files, a row each, not their rows."
    )


def _held(one: Grown) -> float:
    return sum(one.taken[kind].most for kind in (DRIVER_JAVA, DRIVER_PYTHON))


def _driver_cpu(one: Grown) -> float:
    return sum(one.taken[kind].cpu for kind in (DRIVER_JAVA, DRIVER_PYTHON))


def _between(of: Range, text: Callable[[float], str]) -> str:
    least, most = text(of.least), text(of.most)
    return least if least == most else f"{least} to {most}"


def _s(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def _b(count: float) -> str:
    """Bytes as people read them.

    >>> _b(1_234), _b(12_345_678), _b(3.4e9), _b(5e12)
    ('1 kB', '12 MB', '3.4 GB', '5.0 TB')
    """
    for size, name in ((1e12, "TB"), (1e9, "GB")):
        if count >= size:
            return f"{count / size:.1f} {name}"
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
