"""From landing to the lists of the court, the tax bureau and the penalties: SQL beside pandas and Spark.

All three read the same files, of the feeds those lists need and no others, and give the same rows;
a test holds the pandas version to that, and the agreement of the engines is a test of its own. DuckDB
and pandas keep everything in memory, Spark writes Parquet. The SQL is the pipeline's own and makes
every table on the way: statements and links of the registers, mentions, verdicts of the gates. The
frames are written for these lists alone and leave out whatever cannot reach them.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from benchmarks.timing import apart, timed
from pipelines.build import run_models
from pipelines.codes import load_codes
from pipelines.engine import open_engine
from pipelines.engine.duckdb_engine import MEMORY
from pipelines.graph import all_models, behind
from pipelines.landing import land, read_manifest
from quality.gates import judge
from schemas.contract import feeds

LISTS = (
    "lists.court_dishonest",
    "lists.tax_violations",
    "lists.tax_a_class",
    "lists.administrative_penalties",
)
FEEDS = (
    "court",
    "tax_violations",
    "tax_a_class",
    "city_penalties",
    "county_penalties",
    "market_registry",
    "public_bodies",
    "residents",
)


def files_of_lists(landing: Path, target: Path) -> Path:
    """A landing folder with the files of those feeds alone."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in FEEDS:
        shutil.copytree(landing / name, target / name, copy_function=os.link)
    shutil.copy(landing / "manifest.json", target)
    return target


def with_sql(engine: str, landing: Path, target: Path | str) -> float:
    """Seconds with one of the engines."""

    def work() -> None:
        used = feeds("core")
        with open_engine(engine, target) as opened:
            load_codes(opened, used, read_manifest(landing), "full", {}, "core")
            land(opened, landing, used)
            judge(opened, used)
            run_models(opened, behind(all_models("core", "full", {}), LISTS))
            for name in LISTS:
                opened.count(name)

    return timed(work)


def with_pandas(landing: Path) -> float:
    """Seconds with pandas."""
    from benchmarks.pandas_lists import lists

    return timed(lambda: lists(landing))


def measure(landing: Path, folder: Path, runs: int, spark: bool) -> dict[str, list[float]]:
    """Seconds of each way, run by run, in turn.

    Args:
        landing: files of a world.
        folder: where databases may be written.
        runs: how many of each are counted; Spark, which takes minutes, is run once.
        spark: whether to run Spark as well.
    """
    chosen = files_of_lists(landing, folder / "lists-landing")
    found: dict[str, list[float]] = {"DuckDB": [], "pandas": []}
    for run in range(runs + 1):
        quick = apart(with_sql, "duckdb", chosen, MEMORY)
        frames = apart(with_pandas, chosen)
        if run:
            found["DuckDB"].append(quick)
            found["pandas"].append(frames)
    if spark:
        found["Spark, local"] = [apart(with_sql, "spark", chosen, folder / "from-landing-spark")]
        shutil.rmtree(folder / "from-landing-spark", ignore_errors=True)
    shutil.rmtree(chosen)
    return found
