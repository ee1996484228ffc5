"""Deliveries as files: the rows of a feed, each in the deliveries that hold it, written out.

A record of a text format is rendered once, however many snapshots repeat it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from schemas.contract import Feed
from sources import files
from sources.world.columns import in_blocks

BLOCK = 1 << 18  # rows rendered at a time, so that memory does not grow with a delivery


def file_name(feed: Feed, day: date) -> str:
    """The name of a delivery's file: `<feed>_<YYYYMMDD>.<ending>`."""
    return f"{feed.name}_{day:%Y%m%d}.{feed.extension}"


class Delivery:
    """One file being written, piece by piece; a context manager that completes it."""

    def __init__(self, feed: Feed, path: Path) -> None:
        self.feed, self.path = feed, path
        self.pieces: list[pa.BinaryArray | pa.Table] = []
        self.held: bytes | None = None
        self.file = None

    def add(self, piece: pa.BinaryArray | pa.Table) -> None:
        """Take further rows: rendered records of a text format, a table for the others."""
        if not len(piece):
            return
        if not files.is_streamed(self.feed):
            self.pieces.append(piece)
            return
        if self.file is None:
            self.file = self.path.open("wb")
            self.file.write(files.layout(self.feed).head(self.feed))
        if self.held is not None:
            self.file.write(self.held)
        self.held = bytes(files.content(piece))

    def __enter__(self) -> Delivery:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.file is not None:
            if not any(failure):
                self.file.write(files.ended(self.feed, self.held or b""))
            self.file.close()
        elif not any(failure) and files.is_text(self.feed):
            records = pa.concat_arrays(self.pieces) if self.pieces else pa.array([], pa.binary())
            self.path.write_bytes(files.assemble(self.feed, records))
        elif not any(failure):
            rows = pa.concat_tables(self.pieces) if self.pieces else files.empty_table(self.feed)
            files.write(self.feed, rows, self.path)


def write_deliveries(
    feed: Feed,
    days: list[date],
    batches: Iterable[pa.RecordBatch],
    folder: Path,
    told: Callable[[], None] = lambda: None,
) -> int:
    """Write every delivery of a feed.

    Args:
        days: on which its deliveries are published, in order.
        batches: `enters`, `leaves` and the contract's columns, in the order of
            `sources.deliver_calendar.seen_sql`.
        folder: where the files go; it is made.
        told: called after each file.

    Returns:
        The number of rows written.

    Raises:
        UnwritableError: if the format cannot hold a value.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocks = (_block(feed, batch) for batch in in_blocks(batches, BLOCK))
    write = _snapshots if feed.mode == "snapshot" else _one_by_one
    paths = [folder / file_name(feed, day) for day in days]
    return write(feed, paths, blocks, told)


Block = tuple[np.ndarray, np.ndarray, "pa.BinaryArray | pa.Table"]


def _block(feed: Feed, table: pa.Table) -> Block:
    enters = table.column("enters").to_numpy()
    leaves = table.column("leaves").to_numpy()
    rows = table.select(list(feed.column_names))
    return enters, leaves, files.render(feed, rows) if files.is_text(feed) else rows


def _snapshots(
    feed: Feed, paths: list[Path], blocks: Iterable[Block], told: Callable[[], None]
) -> int:
    kept = list(blocks)
    written = 0
    for number, path in enumerate(paths):
        with Delivery(feed, path) as delivery:
            for enters, leaves, rows in kept:
                mask = (enters <= number) & (number < leaves)
                delivery.add(rows.filter(pa.array(mask)))
                written += int(mask.sum())
        told()
    return written


def _one_by_one(
    feed: Feed, paths: list[Path], blocks: Iterable[Block], told: Callable[[], None]
) -> int:
    """Rows come delivery by delivery; one file is open at a time."""
    written = 0
    waiting = iter(blocks)
    enters, _, rows = next(waiting, (np.array([], np.int64), None, None))
    for number, path in enumerate(paths):
        with Delivery(feed, path) as delivery:
            while len(enters):
                count = int(np.searchsorted(enters, number, side="right"))
                delivery.add(rows.slice(0, count))
                written += count
                enters, rows = enters[count:], rows.slice(count)
                if len(enters):
                    break
                enters, _, rows = next(waiting, (np.array([], np.int64), None, None))
        told()
    return written
