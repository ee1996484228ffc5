"""Reading the landing folder into `landing.<feed>`, `landing.deliveries` and `quality.unreadable`.

Many files are read in one go; only when something in them is not as promised is each read for
itself, and the one at fault record by record. While the engine takes in one batch, the next is
being read.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine.base import Engine
from pipelines.landing.decisions import Decided, corrected
from pipelines.landing.folder import (
    DeliveredFile,
    LandingError,
    check_folder,
    deliveries_in,
    window,
)
from pipelines.landing.keys import landing_select
from schemas.contract import Feed
from schemas.progress import Progress
from sources import files
from sources.files.base import Bad

BATCH = 1 << 26  # bytes of files read in one go; a single larger file is a batch of its own

_TEXT, _NUMBER = pa.string(), pa.int64()
DELIVERIES = pa.schema(
    {
        "feed": _TEXT,
        "delivery": _TEXT,
        "published": pa.date32(),
        "file": _TEXT,
        "rows": _NUMBER,
        "unreadable": _NUMBER,
        "whole": pa.bool_(),  # nothing in the file was unreadable, its end included
        "counted": _NUMBER,  # records in the file by count, not by reading: rows + unreadable
        "bytes": _NUMBER,
        "digest": _TEXT,  # SHA-256 of the file, in hexadecimal
    }
)
UNREADABLE = pa.schema(
    {
        **dict.fromkeys(("feed", "delivery", "file"), _TEXT),
        **dict.fromkeys(("line", "byte_from", "byte_to"), _NUMBER),
        "records": _NUMBER,  # how many of the file's records it stands for, if that is known
        "reason": _TEXT,
        "raw": _TEXT,
    }
)


@dataclass
class Landed:
    """What landing did.

    Attributes:
        rows: feed -> number of rows that landed.
        unreadable: feed -> number of records, or whole files, that could not be read.
        notes: sentences about what was missing.
    """

    rows: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class Batch:
    """The rows of some deliveries of one feed, as read, and what came with them."""

    feed: Feed
    rows: pa.Table
    deliveries: list[dict[str, Any]]
    unreadable: list[dict[str, Any]]


def land(
    engine: Engine,
    landing: Path,
    feeds: Mapping[str, Feed],
    progress: Progress | None = None,
    only: Collection[str] | None = None,
    until: date | None = None,
    decided: Sequence[Decided] = (),
) -> Landed:
    """Read the landing folder.

    A file that cannot be read as a whole, or whose name says a day outside the manifest's window, is
    no delivery: it leaves one row in `quality.unreadable`, and the delivery before it stays in
    force. Every other file is one row of `landing.deliveries`.

    Args:
        engine: where the tables go.
        landing: the folder.
        feeds: the contracts of the feeds that take part, by name.
        progress: called with a feed's name, files done and files in all.
        only: land these feeds and leave the tables of the others as they are.
        until: land what was published on or before this day; by default everything.
        decided: rows that were corrected, to be landed as they are to be read.

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
    last: str | None = None
    for name, delivered in found.items():
        stray = [d for d in delivered if between and not between[0] <= d.published <= between[1]]
        found[name] = [one for one in delivered if one not in stray]
        unreadable += [_out_of_window(asked[name], one, between) for one in stray]
        landed.unreadable[name] += len(stray)
        done += len(stray)
    for batch, counted in _read_ahead(asked, found):
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
    return _unreadable(feed, one, Bad(None, 0, size, reason, "", None))


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


@contextlib.contextmanager
def arriving(engine: Engine, rows: pa.Table) -> Iterator[str]:
    """The name by which a query can read rows at hand, for as long as the block lasts.

    DuckDB reads them where they are; any other engine takes them in first.
    """
    connection = getattr(engine, "connection", None)
    name = "arriving" if connection is not None else "landing._arriving"
    if connection is not None:
        connection.register(name, rows)
    else:
        engine.insert_arrow(name, rows)
    try:
        yield name
    finally:
        if connection is not None:
            connection.unregister(name)
        else:
            engine.drop(name)


def _read_ahead(
    feeds: Mapping[str, Feed], found: Mapping[str, list[DeliveredFile]]
) -> Iterator[tuple[Batch, int]]:
    """Every batch of every feed, at least one a feed, and its number of files."""
    groups = [(feeds[n], group) for n, all_of in found.items() for group in _groups(all_of)]
    with ThreadPoolExecutor(1, thread_name_prefix="landing") as reader:
        coming = reader.submit(read_batch, *groups[0]) if groups else None
        for at, (_, group) in enumerate(groups):
            batch = coming.result()
            if at + 1 < len(groups):
                coming = reader.submit(read_batch, *groups[at + 1])
            yield batch, len(group)


def _groups(delivered: Sequence[DeliveredFile]) -> Iterator[list[DeliveredFile]]:
    """Files in order, in groups of at most `BATCH` bytes (or a single file); at least one group."""
    group: list[DeliveredFile] = []
    held = 0
    for one in delivered:
        size = one.path.stat().st_size
        if group and held + size > BATCH:
            yield group
            group, held = [], 0
        group.append(one)
        held += size
    yield group


def read_batch(feed: Feed, group: Sequence[DeliveredFile]) -> Batch:
    """Read some deliveries of one feed."""
    contents = [_content(one) for one in group]
    quick = _quickly(feed, contents)
    parts: list[pa.Table] = [quick[0]] if quick is not None else []
    deliveries, unreadable, counts = [], [], []
    for n, (one, data) in enumerate(zip(group, contents, strict=True)):
        if quick is not None:
            count, bad = int(quick[1][n]), []
            counted = count  # the quick way gives no other number
        else:
            table, bad, counted = files.read_and_count(feed, one.path, data)
            count = len(table)
            parts.append(table)
        counts.append(count)
        unreadable += [_unreadable(feed, one, record) for record in bad]
        if not any(record.line is None for record in bad):
            deliveries.append(
                {
                    "feed": feed.name,
                    "delivery": one.delivery,
                    "published": one.published,
                    "file": one.file,
                    "rows": count,
                    "unreadable": len(bad),
                    "whole": not bad,
                    "counted": counted,
                    "bytes": len(data),
                    "digest": hashlib.sha256(data).hexdigest(),
                }
            )
    rows = pa.concat_tables(parts) if parts else files.empty_table(feed)
    return Batch(feed, placed(rows, group, counts), deliveries, unreadable)


def _content(one: DeliveredFile) -> bytes:
    """The bytes of a delivery.

    Raises:
        LandingError: if they cannot be had.
    """
    try:
        return one.path.read_bytes()
    except OSError as error:
        raise LandingError(
            f"{one.path} cannot be read ({error.strerror or error}); correct that, or take it away."
        ) from None


def _quickly(feed: Feed, contents: Sequence[bytes]) -> tuple[pa.Table, np.ndarray] | None:
    """All files at once, or None if they must be read one by one."""
    if not contents or not files.is_text(feed):
        return None
    try:
        return files.read_quickly(feed, [files.opened(feed, data) for data in contents])
    except (files.Irregular, files.Refused):
        return None


def placed(rows: pa.Table, group: Sequence[DeliveredFile], counts: Sequence[int]) -> pa.Table:
    """Rows with the delivery, the day and the file each came with."""
    which = pa.array(np.repeat(np.arange(len(group), dtype=np.int32), counts))

    def column(values: list[Any], kind: pa.DataType) -> pa.Array:
        return pa.DictionaryArray.from_arrays(which, pa.array(values, kind))

    days = pa.array([one.published for one in group], pa.date32())
    return pa.table(
        [
            column([one.delivery for one in group], pa.string()),
            days.take(which),
            column([one.file for one in group], pa.string()),
            *rows.columns,
        ],
        names=["delivery", "published", "file", *rows.column_names],
    )


def _unreadable(feed: Feed, one: DeliveredFile, record: Bad) -> dict[str, Any]:
    return {**vars(record), "feed": feed.name, "delivery": one.delivery, "file": one.file}


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
