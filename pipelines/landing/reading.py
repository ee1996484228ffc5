"""Reading deliveries: the rows of some files of one feed, and what could not be read of them.

Many files are read in one go; only when something in them is not as promised is each read for itself, and
the one at fault record by record.
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine.base import Engine
from pipelines.landing.folder import DeliveredFile, LandingError
from schemas.contract import Feed
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
class Batch:
    """The rows of some deliveries of one feed, as read, and what came with them."""

    feed: Feed
    rows: pa.Table
    deliveries: list[dict[str, Any]]
    unreadable: list[dict[str, Any]]


def groups_of(delivered: Sequence[DeliveredFile]) -> Iterator[list[DeliveredFile]]:
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
        unreadable += [unreadable_row(feed, one, record) for record in bad]
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
    """The bytes of a delivery."""
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


def unreadable_row(feed: Feed, one: DeliveredFile, record: Bad) -> dict[str, Any]:
    return {**vars(record), "feed": feed.name, "delivery": one.delivery, "file": one.file}


@contextlib.contextmanager
def arriving(engine: Engine, rows: pa.Table) -> Iterator[str]:
    """The name by which a query of DuckDB's can read rows at hand, for as long as the block lasts."""
    name = "arriving"
    engine.connection.register(name, rows)
    try:
        yield name
    finally:
        engine.connection.unregister(name)
