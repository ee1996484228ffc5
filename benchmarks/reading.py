"""What it takes to read the largest delivered file, as one task of Spark's reads it."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.timing import high_water, lower_mark
from pipelines.landing.folder import DeliveredFile, deliveries_in
from pipelines.landing.in_tasks import UNREAD, Piece, read_piece
from schemas.contract import Feed, feeds


@dataclass
class Reading:
    """Figures of one file.

    Attributes:
        size: of the world.
        file: relative to the landing folder.
        bytes: of the file.
        rows: that landed of it.
        before, most: memory of the process before it read and at most, in GiB.
        cpu: seconds of the processor.
    """

    size: str
    file: str
    bytes: int
    rows: int
    before: float
    most: float
    cpu: float

    @property
    def times(self) -> float:
        """How many times the bytes of the file its reading holds."""
        return (self.most - self.before) * 1024**3 / self.bytes


def largest(landing: Path) -> tuple[Feed, DeliveredFile]:
    """The largest delivered file, and its feed."""
    every = [(f, one) for f in feeds("whole").values() for one in deliveries_in(landing, f)]
    return max(every, key=lambda of: (of[1].path.stat().st_size, of[1].file))


def read_largest(size: str, landing: Path) -> Reading:
    """Read the largest file of a landing folder; to be called in a process of its own."""
    feed, one = largest(landing)
    with tempfile.TemporaryDirectory() as folder:

        def write(name: str, rows: pa.Table) -> None:
            pq.write_table(rows, Path(folder) / f"{name}.parquet", compression="zstd")

        lower_mark()
        before, start = high_water(), time.process_time()
        read = read_piece(Piece(feed, [one], (), UNREAD), write)
    took = time.process_time() - start
    bytes_read = one.path.stat().st_size
    return Reading(size, one.file, bytes_read, read.rows, before, high_water(), took)
