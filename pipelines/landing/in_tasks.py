"""Landing where the engine spreads work over many machines: deliveries are read where it works.

The list of delivered files is the work. A task reads some files of one feed with the readers that read
them anywhere, gives rows their ids by the same SQL, in a DuckDB of its own, and writes them as a part of
the feed's table. Back come counts and a row for each delivery, no row of a file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pyarrow as pa

from pipelines.engine import open_engine
from pipelines.engine.base import Engine, Write
from pipelines.landing.decisions import Decided, corrected
from pipelines.landing.folder import DeliveredFile, LandingError
from pipelines.landing.keys import landing_select
from pipelines.landing.reading import UNREADABLE, arriving, groups_of, read_batch
from schemas.contract import Feed

PART = 1 << 17  # rows of a feed with a key that are made and written in one go
UNREAD = "quality.unreadable"
ARRIVING = "quality._unreadable"  # where it is written while the table of other feeds is kept


@dataclass(frozen=True)
class Piece:
    """What one task reads."""

    feed: Feed
    files: Sequence[DeliveredFile]  # some of its deliveries; none, if it has none
    # Rows of the feed that were corrected, to be landed as they are to be read.
    decided: Sequence[Decided]
    unread: str  # name of the table of what cannot be read


@dataclass
class Read:
    """What a task says of its piece."""

    feed: str
    # `rows`, `unreadable`: how many.
    rows: int = 0
    unreadable: int = 0
    deliveries: Sequence[dict[str, Any]] = ()
    refused: str = ""  # why the piece cannot be read at all, if so


def read_in_tasks(
    engine: Engine,
    feeds: Mapping[str, Feed],
    found: Mapping[str, Sequence[DeliveredFile]],
    strays: Sequence[dict[str, Any]],
    only_these: bool,
    decided: Sequence[Decided],
) -> list[Read]:
    """Make `landing.<feed>` of some feeds, and what `quality.unreadable` says of them.

    Args:
        engine: one that works in tasks.
        found: feed -> its deliveries.
        strays: rows of `quality.unreadable` that are known beforehand.
        only_these: whether there are other feeds, of which that table keeps what it says.
        decided: see `pipelines.landing.land`.

    Raises:
        LandingError: if a file cannot be had.
    """
    unread = ARRIVING if only_these and engine.table_exists(UNREAD) else UNREAD
    pieces = []
    for name, all_of in found.items():
        of_feed = [one for one in decided if one.feed == name]
        # A task may run in another folder than this process.
        anywhere = [replace(one, path=one.path.absolute()) for one in all_of]
        pieces += [Piece(feeds[name], group, of_feed, unread) for group in groups_of(anywhere)]
    pieces.sort(key=lambda piece: -sum(one.path.stat().st_size for one in piece.files))
    names = [*(f"landing.{name}" for name in found), unread]
    read: list[Read] = engine.make_in_tasks(names, read_piece, pieces)
    for one in read:
        if one.refused:
            raise LandingError(one.refused)
    if strays or not engine.table_exists(unread):
        engine.insert_arrow(unread, pa.Table.from_pylist(list(strays), UNREADABLE), append=True)
    if unread == ARRIVING:
        these = ", ".join(f"'{name}'" for name in found)
        kept = f"SELECT * FROM {UNREAD} WHERE feed NOT IN ({these})"
        engine.create_table(UNREAD, kept, f"SELECT * FROM {ARRIVING}")
        engine.drop(ARRIVING)
    return read


def read_piece(piece: Piece, write: Write) -> Read:
    """Read the files of a piece; runs in a task."""
    name = piece.feed.name
    try:
        batch = read_batch(piece.feed, piece.files)
    except LandingError as error:
        return Read(name, refused=str(error))
    rows = corrected(piece.feed, batch.rows, piece.decided)
    engine = own_duckdb()
    for part in parts_of(piece.feed, rows):
        with arriving(engine, part) as table:
            write(f"landing.{name}", engine.query(landing_select(piece.feed, table)))
    if batch.unreadable:
        write(piece.unread, pa.Table.from_pylist(batch.unreadable, UNREADABLE))
    return Read(name, len(rows), len(batch.unreadable), batch.deliveries)


def parts_of(feed: Feed, rows: pa.Table) -> Iterator[pa.Table]:
    """Rows as read, so many at a time: of a large file, what is made of it need not be held as a whole, and
    what reads the table later can share the work.

    Rows of a feed without a key stay together, since like ones are numbered.
    """
    size = PART if feed.natural_key else len(rows)
    for start in range(0, max(len(rows), 1), max(size, 1)):
        yield rows.slice(start, size)


@cache
def own_duckdb() -> Engine:
    """The DuckDB of this process, in memory: opening one takes longer than reading a small file."""
    return open_engine("duckdb", threads=1)
