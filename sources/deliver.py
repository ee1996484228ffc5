"""Generation: a world of a given size, and the files its islands deliver over a window of days.

Everything follows from the size, the seed, the number of days and the dirt. Both folders appear
only when they are whole, the landing folder last, with its `manifest.json` written last of all.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from schemas.code_lists import CODES
from schemas.contract import HORIZON_DAYS, Feed, feeds
from schemas.notice import NOTICE
from schemas.processes import Each, processes
from schemas.progress import Progress
from schemas.sql import literal
from schemas.suggest import suggestion
from schemas.version import project_version
from sources.deliver_calendar import seen_sql, versions_sql
from sources.deliver_files import BLOCK, write_deliveries
from sources.dirt import spoil
from sources.injected import SCHEMA as INJECTED
from sources.injected import injected, with_dirt
from sources.world import DAY0, SIZES, store, write_table
from sources.world import write as write_world
from sources.world.views import make_views

MOST_DAYS = 3653  # ten years of deliveries
MOST_DIRT = 1000  # fault rates are per thousand, so with more nothing would be left clean


class GenerateError(ValueError):
    """Generation that cannot go on; the message says what to do."""


def generate(
    landing: Path,
    world: Path,
    size: str,
    seed: int,
    days: int = 365,
    dirt: float = 1.0,
    progress: Progress | None = None,
    tier: str | None = None,
    truth: bool = True,
    shards: int = 1,
) -> dict[str, Any]:
    """Make a world and all that its islands deliver.

    Args:
        landing: folder for the delivered files; what an earlier run left there is replaced.
        world: folder for the truth, as Parquet; likewise.
        days: length of the window of deliveries from 1 January 2024.
        dirt: multiplies the fault rates the contracts admit to; 0 is a clean world.
        tier: which islands deliver; by default `story` for the story and `whole` for the rest.
        truth: whether the world's folder is left, and the seed said; without both nobody can tell what is
            wrong in the files but who knows the seed.
        shards: how many processes share the work; the files are the same, byte for byte.

    Returns:
        The manifest, as written.

    Raises:
        GenerateError: if an argument makes no sense, or the folder holds something else.
    """
    see_world(size, days, dirt)
    if shards < 1:
        raise GenerateError(f"--shards takes a number of processes from 1, not {shards}.")
    tier = tier or ("story" if size == "story" else "whole")
    parts: dict[Path, Path] = {}
    try:
        for folder in (world, landing):
            parts[folder] = _partial(folder)
        made, delivered = parts[world], parts[landing]
        used = feeds(tier)
        calendar = [feed.delivery_days(DAY0, days) for feed in used.values()]
        tell = _Steps(progress, sum(map(len, calendar)))
        if shards == 1:
            write_world(made, size, seed, days, progress)
            wrong = deliver(made, delivered, used, seed, days, dirt, tell)
        else:
            # Of each process: together they use the machine once.
            threads = max((os.cpu_count() or 1) // shards, 1)
            with processes(shards) as each:
                _draw_in(each, made, size, seed, days, progress)
                wrong = _deliver_in(each, made, threads, delivered, used, seed, days, dirt, tell)
        store.stream("injected", [pa.Table.from_pylist(wrong, INJECTED)], made, INJECTED)
        manifest = manifest_of(size, seed, days, dirt, tier) | ({} if truth else {"seed": None})
        text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
        (delivered / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
        if not truth:
            shutil.rmtree(parts.pop(world))
            # What an earlier run left, of which `_partial` knew.
            shutil.rmtree(world, ignore_errors=True)
        for folder, partial in parts.items():
            _put(partial, folder)
    except BaseException:
        for partial in parts.values():
            shutil.rmtree(partial, ignore_errors=True)
        raise
    return manifest


def _draw_in(
    each: Each, world: Path, size: str, seed: int, days: int, progress: Progress | None
) -> None:
    """As `write_world`, a table a task."""
    tables = [*reversed(store.TABLES)]  # conduct takes longest
    given = [(world, name, size, seed, days) for name in tables]
    for done, (at, _) in enumerate(each(write_table, given), start=1):
        if progress:
            progress(f"world: {tables[at]}", done, len(tables))


def _deliver_in(
    each: Each,
    world: Path,
    threads: int,
    landing: Path,
    used: Mapping[str, Feed],
    seed: int,
    days: int,
    dirt: float,
    tell: _Steps,
) -> list[dict[str, Any]]:
    """As `deliver`, a feed a task."""
    # Registers first: they tell of everybody, and what takes long must not begin last.
    order = sorted(used.values(), key=lambda feed: feed.registry is None)
    given = [(world, threads, landing, feed, seed, days, dirt) for feed in order]
    wrong: dict[str, list[dict[str, Any]]] = {}
    for at, found in each(_deliver_apart, given):
        wrong[order[at].name] = found
        tell.label = order[at].name
        tell(len(order[at].delivery_days(DAY0, days)))
    return [row for name in used for row in wrong[name]]


def _deliver_apart(
    world: Path, threads: int, landing: Path, feed: Feed, seed: int, days: int, dirt: float
) -> list[dict[str, Any]]:
    """As `deliver_feed`, in a process of many."""
    return deliver_feed(_connected(world, threads), landing, feed, seed, days, dirt)


@cache
def _connected(world: Path, threads: int) -> duckdb.DuckDBPyConnection:
    """As `connect`, once a process."""
    con = connect(world)
    con.execute(f"SET threads = {threads}")
    return con


def deliver(
    world: Path,
    landing: Path,
    used: Mapping[str, Feed],
    seed: int,
    days: int,
    dirt: float,
    tell: _Steps | None = None,
) -> list[dict[str, Any]]:
    """Write what islands deliver of a world that is there.

    Args:
        world: folder with one Parquet file a table; only read.
        seed, days, dirt: see `generate`.

    Returns:
        What dirt changed, as rows of `world.injected`.
    """
    tell = tell or _Steps(None, 0)
    con = connect(world)
    wrong: list[dict[str, Any]] = []
    for name, feed in used.items():
        tell.label = name
        wrong += deliver_feed(con, landing, feed, seed, days, dirt, tell)
    con.close()
    return wrong


def deliver_feed(
    con: duckdb.DuckDBPyConnection,
    landing: Path,
    feed: Feed,
    seed: int,
    days: int,
    dirt: float,
    told: Callable[[], None] = lambda: None,
) -> list[dict[str, Any]]:
    """Write every delivery of one feed.

    Args:
        con: from `connect`.
        landing, seed, days, dirt: see `deliver`.
        told: called after each file.

    Returns:
        What dirt changed, as rows of `world.injected`.
    """
    calendar = feed.delivery_days(DAY0, days)
    if not calendar:
        (landing / feed.name).mkdir()
        return []
    wrong = load_versions(con, feed, seed, dirt, calendar)
    write_deliveries(feed, calendar, seen_rows(con, feed, calendar), landing / feed.name, told)
    return wrong


def see_world(size: str, days: int, dirt: float) -> None:
    """See that there can be such a world.

    Raises:
        GenerateError: if there is no such size, the window is too short or too long, or the dirt is no
            number there can be.
    """
    if size not in SIZES:
        raise GenerateError(
            f"There is no size {size!r}; there are {', '.join(SIZES)}.{suggestion(size, SIZES)}"
        )
    if not 1 <= days <= MOST_DAYS:
        raise GenerateError(
            f"The window must be at least one day long and at most {MOST_DAYS:,}, not {days}."
        )
    if not 0 <= dirt <= MOST_DIRT:
        raise GenerateError(f"Dirt multiplies fault rates by 0 to {MOST_DIRT:,}, not by {dirt}.")


def manifest_of(size: str, seed: int, days: int, dirt: float, tier: str) -> dict[str, Any]:
    """What a landing folder says about itself. Days are ISO text."""
    last_day = DAY0 + timedelta(days=days - 1)
    return {
        "version": project_version(),
        "size": size,
        "seed": seed,
        "dirt": float(dirt),
        "days": days,
        "day0": DAY0.isoformat(),
        "last_day": last_day.isoformat(),
        "horizon": (last_day + timedelta(days=HORIZON_DAYS)).isoformat(),
        "tier": tier,
        "synthetic": True,
        "notice": NOTICE,
    }


def connect(world: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory with the world's tables and views in `world`, the code lists in `codes`.

    Args:
        world: folder with one Parquet file a table.
    """
    con = duckdb.connect()
    con.execute("CREATE SCHEMA world")
    con.execute("CREATE SCHEMA codes")
    for path in sorted(world.glob("*.parquet")):
        con.execute(
            f"CREATE VIEW world.{path.stem} AS SELECT * FROM read_parquet({literal(path.as_posix())})"
        )
    make_views(con)
    for path in sorted(CODES.glob("*.csv")):
        source = f"read_csv({literal(path.as_posix())}, header = true, all_varchar = true)"
        con.execute(f"CREATE TABLE codes.{path.stem} AS SELECT * FROM {source}")
    return con


def load_versions(
    con: duckdb.DuckDBPyConnection, feed: Feed, seed: int, dirt: float, days: list[date]
) -> list[dict[str, Any]]:
    """Make the table `versions`: what the feed's island holds, when, its own dirt included.

    Returns:
        Rows of `world.injected`: the cells in which it is wrong.
    """
    observe = feed.observe_file().read_text(encoding="utf-8")
    con.execute(f"CREATE OR REPLACE TEMP TABLE versions AS {versions_sql(feed, observe)}")
    if not dirt or not feed.fault_rates:
        return []
    clean = con.sql("SELECT * FROM versions").to_arrow_table()
    dirty = spoil(feed, clean, seed, dirt)
    use_versions(con, dirty.versions)
    return injected(feed, clean, dirty, first_days(con, feed, with_dirt(feed, dirty), days))


def first_days(
    con: duckdb.DuckDBPyConnection, feed: Feed, versions: pa.Table, days: list[date]
) -> dict[int, date]:
    """What stands in the column `place` of a version -> day of the first delivery that holds it.

    Args:
        versions: all versions of some records; those that no delivery holds are left out.
        days: on which the feed's deliveries are published, in order.
    """
    with con.cursor() as apart:  # so that the table `versions` in use stays as it is
        use_versions(apart, versions)
        seen = seen_sql(feed, days, ("place",))
        first = apart.execute(f"SELECT place, min(enters) FROM ({seen}) GROUP BY ALL").fetchall()
    return {place: days[number] for place, number in first}


def use_versions(con: duckdb.DuckDBPyConnection, versions: pa.Table) -> None:
    """Make the table `versions` of rows at hand."""
    con.register("versions_at_hand", versions)
    con.execute("CREATE OR REPLACE TEMP TABLE versions AS SELECT * FROM versions_at_hand")
    con.unregister("versions_at_hand")


def seen_rows(
    con: duckdb.DuckDBPyConnection, feed: Feed, days: list[date]
) -> Iterable[pa.RecordBatch]:
    """Every row of every delivery, from the table `versions`.

    Args:
        days: on which the feed's deliveries are published, in order.

    Returns:
        Batches of `enters`, `leaves` and the contract's columns, as `seen_sql` orders them.
    """
    return con.sql(seen_sql(feed, days)).to_arrow_reader(BLOCK)


class _Steps:
    """Counts files written and tells of them."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done, self.label = progress, total, 0, ""

    def __call__(self, files: int = 1) -> None:
        self.done += files
        if self.progress:
            self.progress(self.label, self.done, self.total)


def _partial(folder: Path) -> Path:
    """An empty folder beside the one to be made, in which it comes about."""
    if folder.exists() and any(folder.iterdir()) and not _is_ours(folder):
        raise GenerateError(
            f"{folder} holds files that were not generated; name another folder, or empty it."
        )
    partial = folder.with_name(folder.name + ".partial")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    return partial


def _is_ours(folder: Path) -> bool:
    return (folder / "manifest.json").exists() or (folder / "subjects.parquet").exists()


def _put(partial: Path, folder: Path) -> None:
    """Let a finished folder take the place of an earlier one."""
    # Hidden, as no backup of anybody's is called.
    before = folder.with_name(f".{folder.name}.before")
    if before.exists():
        shutil.rmtree(before)
    if folder.exists():
        folder.rename(before)
    partial.rename(folder)
    if before.exists():
        shutil.rmtree(before)
