"""Reading the landing folder into `landing.<feed>`, `landing.deliveries` and `quality.unreadable`.

In DuckDB, while the engine takes in one batch, those that follow are being read; with Spark executors read,
see `in_tasks`.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import islice, zip_longest
from typing import Any

import pyarrow as pa

from pipelines.engine.base import Engine
from pipelines.landing.decisions import Decided, corrected
from pipelines.landing.folder import (
    DeliveredFile,
    check_folder,
    deliveries_in,
    window,
)
from pipelines.landing.in_tasks import read_in_tasks
from pipelines.landing.keys import landing_select
from pipelines.landing.reading import (
    DELIVERIES,
    UNREADABLE,
    Batch,
    arriving,
    groups_of,
    read_batch,
    unreadable_row,
)
from pipelines.places import Place
from schemas.contract import Feed
from schemas.progress import Progress
from sources.files.base import Bad

# Batches of files read while one is taken in: files of some formats take longer to read than to take in,
# others less.
AHEAD = 3


@dataclass
class Landed:
    """What landing did."""

    rows: dict[str, int] = field(default_factory=dict)  # feed -> number of rows that landed
    # Feed -> number of records, or whole files, that could not be read.
    unreadable: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # sentences about what was missing


def land(
    engine: Engine,
    landing: Place,
    feeds: Mapping[str, Feed],
    progress: Progress | None = None,
    only: Collection[str] | None = None,
    until: date | None = None,
    decided: Sequence[Decided] = (),
    landed_whole: Callable[[Feed], None] | None = None,
) -> Landed:
    """Read the landing folder.

    A file that cannot be read as a whole, or whose name says a day outside the manifest's window, is
    no delivery: it leaves one row in `quality.unreadable`, and the delivery before it stays in
    force. Every other file is one row of `landing.deliveries`.

    Args:
        feeds: the contracts of the feeds that take part, by name.
        progress: called with a feed's name, files done and files in all.
        only: land these feeds and leave the tables of the others as they are.
        until: land what was published on or before this day; by default everything.
        decided: rows that were corrected, to be landed as they are to be read.
        landed_whole: called with each feed, in order, once all its rows have landed; files of the next
            feed are being read meanwhile. With Spark, whose executors read, not called.

    Raises:
        LandingError: if the folder holds what is no delivery of a known feed.
    """
    check_folder(landing, feeds)
    between = window(landing)
    asked = {n: f for n, f in feeds.items() if only is None or n in only}
    found = {
        name: [d for d in deliveries_in(landing, feed) if until is None or d.published <= until]
        for name, feed in asked.items()
    }
    done, total = 0, sum(map(len, found.values()))
    landed = Landed(dict.fromkeys(asked, 0), dict.fromkeys(asked, 0))
    for name, delivered in found.items():
        if not delivered:
            landed.notes.append(f"{name}: no delivery in {landing / name}; the feed is empty.")
    deliveries: list[dict[str, Any]] = []
    unreadable: list[dict[str, Any]] = []
    for name, delivered in found.items():
        stray = [d for d in delivered if between and not between[0] <= d.published <= between[1]]
        found[name] = [one for one in delivered if one not in stray]
        unreadable += [_out_of_window(asked[name], one, between) for one in stray]
        landed.unreadable[name] += len(stray)
        done += len(stray)
    if engine.name == "spark":
        for read in read_in_tasks(engine, asked, found, unreadable, only is not None, decided):
            deliveries += read.deliveries
            landed.rows[read.feed] += read.rows
            landed.unreadable[read.feed] += read.unreadable
        _record(engine, "landing.deliveries", DELIVERIES, deliveries, only)
        return landed
    last: str | None = None
    for batch, counted, last_of_feed in _read_ahead(asked, found):
        name = batch.feed.name
        rows = corrected(batch.feed, batch.rows, decided)
        take_in(engine, batch.feed, rows, append=name == last)
        last = name
        deliveries += batch.deliveries
        unreadable += batch.unreadable
        landed.rows[name] += len(batch.rows)
        landed.unreadable[name] += len(batch.unreadable)
        done += counted
        if progress:
            progress(name, done, total)
        if last_of_feed and landed_whole:
            landed_whole(batch.feed)
    _record(engine, "landing.deliveries", DELIVERIES, deliveries, only)
    _record(engine, "quality.unreadable", UNREADABLE, unreadable, only)
    return landed


def _out_of_window(feed: Feed, one: DeliveredFile, between: tuple[date, date]) -> dict[str, Any]:
    """The row of a delivery that cannot have been published on the day its name says."""
    reason = (
        f"outside the window: its name says {one.published}, and deliveries were published from "
        f"{between[0]} to {between[1]}; rename the file, or correct the manifest"
    )
    size = one.path.stat().st_size
    return unreadable_row(feed, one, Bad(None, 0, size, reason, "", None))


def take_in(engine: Engine, feed: Feed, rows: pa.Table, append: bool) -> None:
    """Make `landing.<feed>` of rows as read, or add them to it.

    Args:
        rows: `delivery`, `published`, `file`, `line` and the contract's columns.
    """
    name = f"landing.{feed.name}"
    with arriving(engine, rows) as table:
        select = landing_select(feed, table)
        if append:
            engine.execute(f"INSERT INTO {name} {select}")
        else:
            engine.create_table(name, select)


def _read_ahead(
    feeds: Mapping[str, Feed], found: Mapping[str, list[DeliveredFile]]
) -> Iterator[tuple[Batch, int, bool]]:
    """Every batch of every feed, at least one a feed; its number of files; whether it is the feed's last."""
    groups = [(feeds[n], group) for n, all_of in found.items() for group in groups_of(all_of)]
    waiting = iter(groups)
    with ThreadPoolExecutor(1, thread_name_prefix="landing") as reader:
        coming = deque(reader.submit(read_batch, *one) for one in islice(waiting, AHEAD + 1))
        for (feed, group), following in zip_longest(groups, groups[1:]):
            batch = coming.popleft().result()
            coming.extend(reader.submit(read_batch, *one) for one in islice(waiting, 1))
            yield batch, len(group), following is None or following[0] is not feed


def _record(
    engine: Engine,
    name: str,
    schema: pa.Schema,
    rows: list[dict[str, Any]],
    only: Collection[str] | None,
) -> None:
    """Write a table of what landing found; with `only`, keep what it says of other feeds."""
    table = pa.Table.from_pylist(rows, schema)
    if only is not None and engine.table_exists(name):
        kept = engine.query(f"SELECT * FROM {name}").cast(schema)
        others = [feed not in only for feed in kept.column("feed").to_pylist()]
        table = pa.concat_tables([kept.filter(pa.array(others, pa.bool_())), table])
    engine.insert_arrow(name, table)
