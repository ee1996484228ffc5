"""The page says what was measured, what was not, and what follows by arithmetic; nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks.event_log import Work
from benchmarks.growing import Grown
from benchmarks.reading import Reading
from benchmarks.spark_page import page_block
from benchmarks.watching import DRIVER_JAVA, DRIVER_PYTHON, EXECUTOR_JAVA, EXECUTOR_PYTHON, Taken

DEMO = Grown(
    size="demo",
    workers=2,
    wall=100.0,
    seconds={"landing": 10.0, "lists": 60.0},
    jobs=40.0,
    works={
        "landing": Work("landing", tasks=10, cpu=1.0, run=10.0),
        "lists.entries": Work("lists", tasks=10, cpu=5.0, run=6.0, shuffled=10_000_000, written=1),
    },
    taken={
        DRIVER_JAVA: Taken(1.0, 1.0, 50.0),
        DRIVER_PYTHON: Taken(0.25, 0.25, 5.0),
        EXECUTOR_JAVA: Taken(2.0, 4.0, 20.0),
        EXECUTOR_PYTHON: Taken(0.3, 0.6, 9.0),
    },
    all_at_once=8.0,
    tables=2,
    rows={"landing": 100, "lists": 50},
    stored=4_000_000,
    files=3,
    delivered=8_000_000,
    largest=2_000_000,
    landed=100,
    cells=1_000_000,
)
CITY = replace(
    DEMO,
    size="city",
    wall=200.0,
    jobs=150.0,
    works={
        "landing": Work("landing", tasks=10, cpu=1.0, run=100.0),
        "lists.entries": Work(
            "lists", cpu=500.0, run=600.0, shuffled=100_000_000, skew=4.0, uneven=36.0, alone=3.6
        ),
    },
    taken=DEMO.taken | {EXECUTOR_PYTHON: Taken(0.3, 0.6, 99.0)},
    delivered=80_000_000,
    largest=20_000_000,
    stored=40_000_000,
    cells=10_000_000,
    differing=[],
)


@pytest.fixture(scope="module")
def page() -> str:
    read = Reading("city", "a/a_20240101.csv", 1024**3, 5, before=0.5, most=3.5, cpu=1.0)
    return page_block([CITY, DEMO, replace(DEMO, workers=1)], [read], cores=2)


def rows(page: str) -> dict[str, list[str]]:
    """First cell -> the others, of the first row of that name."""
    found: dict[str, list[str]] = {}
    for line in page.splitlines():
        if line.startswith("| ") and "---" not in line:
            first, *others = [cell.strip() for cell in line.strip("|").split("|")]
            found.setdefault(first, others)
    return found


def test_builds_stand_side_by_side_the_smaller_first(page) -> None:
    found = rows(page)
    assert found["the build"] == ["`demo`, 1 worker", "`demo`, 2 workers", "`city`, 2 workers"]
    assert found["rows of all tables"] == ["150", "150", "150"]
    assert found["most memory: driver's Java and Python together"] == ["1.25 GiB"] * 3
    assert found["tables whose rows are not DuckDB's"] == ["", "", "0 of 2"]
    assert "Not measured: `city` on 1 worker, `tiny` on 1 worker, `tiny` on 2 workers." in page


def test_a_stage_grows_by_a_power_of_the_cells(page) -> None:
    (at,) = (n for n, line in enumerate(page.splitlines()) if "power of the cells" in line)
    landing, lists = page.splitlines()[at + 2 : at + 4]
    assert "10.0 times the cells" in page.splitlines()[at]
    assert landing == "| landing | 1.00 |  |"  # with the time of Python
    assert lists == "| lists | 2.00 | 1.00 |"


def test_what_more_would_cost(page) -> None:
    found = rows(page)
    # 100 and 1,070 times the cells of `city`, which has ten times those of `demo`.
    assert found["times the cells of `city`"] == ["100", "1,070"]
    # 90 and 495 s more for nine times the cells of `demo`, of which there are 999 more; or all by the power.
    least, most = 15 + (90 + 495) / 9 * 999, 100 * 100 + 500 * 100**2
    assert found["core-hours of tasks"][0] == f"{least / 3600:,.0f} to {most / 3600:,.0f}"
    assert found["TB delivered"] == ["0.01", "0.09"]
    assert found["partitions of the widest shuffle, of 128 MB each"] == ["79", "836"]
    assert "small job" in page  # `demo` is one here, with 8 MB of files


def test_what_would_break_first(page) -> None:
    assert "`lists.entries` (4.0 × the mean, 36.0 s)" in page
    assert "lasts 10.7 hours in the nation" in page  # 36 s by 1,070
    assert "The largest of `city`, `a/a_20240101.csv`, has 1.1 GB" in page
    # 3 GiB for one of the file; 20 MB of `city` by 1,070.
    assert "3.0 times the file" in page
    assert "its largest would have 21.4 GB, and its task would want 64.2 GB" in page


def test_figures_are_kept_as_they_are() -> None:
    assert Grown.of(json.loads(json.dumps(CITY.kept()))) == CITY


def test_a_build_that_was_ended_is_told_of() -> None:
    page = page_block([replace(DEMO, wall=0.0, ended="scores.grades")], [], cores=2)
    assert "`demo` on 2 workers took too long and was ended, at `scores.grades`" in page
    assert rows(page)["seconds from the command to its end"] == [""]


def test_two_sizes_are_needed_to_carry_on() -> None:
    assert "What more would cost" not in page_block([DEMO], [], cores=2)
