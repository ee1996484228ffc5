"""What a feed delivered, for the faults of whole deliveries, and the file that goes out instead."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from schemas.contract import Feed
from sources.faults.base import Row
from sources.files import UnwritableError, read, written

NO_FILE = b""  # what `send` gives where no file goes out that day


def table_in(feed: Feed, content: bytes) -> tuple[pa.Table, bool]:
    """The rows that can be read of a file with this content, as text, and whether that is all it holds."""
    table, unreadable = read(feed, Path(f"{feed.name}.{feed.extension}"), content)
    return table.select(list(feed.column_names)), not unreadable


class Deliveries:
    """The files of a feed and the rows in them, each read once.

    Args:
        begin: the day of the delivery with which the fault begins.
        content_of: day of a delivery -> the bytes of its file.
        table_of: day of a delivery -> the rows that can be read of its file, and whether that is all it
            holds, if somebody keeps them; by default they are read from the bytes.
    """

    def __init__(
        self,
        feed: Feed,
        begin: date,
        content_of: Callable[[date], bytes],
        table_of: Callable[[date], tuple[pa.Table, bool]] | None = None,
    ) -> None:
        self.feed, self.begin = feed, begin
        self.file = lru_cache(maxsize=None)(content_of)
        self._table_of = table_of or (lambda day: table_in(feed, self.file(day)))
        self._read = lru_cache(maxsize=None)(self._read_anew)

    def _read_anew(self, day: date) -> tuple[list[Row], bool]:
        table, whole = self._table_of(day)
        return table.to_pylist(), whole

    def rows(self, day: date) -> list[Row]:
        """The rows that can be read of a delivery, in the order of its file; not to be changed."""
        return self._read(day)[0]

    def instead(self, day: date, rows: Iterable[Row], layout: Feed | None = None) -> bytes | None:
        """The file of a day with other rows, or with its rows laid out by another contract.

        None where it would say the same, where the format cannot hold it, or where the file holds
        something unreadable, which would be lost if it were written anew.
        """
        sent, feed = list(rows), layout or self.feed
        if not self._read(day)[1] or (layout is None and sent == self.rows(day)):
            return None
        schema = pa.schema([(name, pa.string()) for name in feed.column_names])
        try:
            content = written(feed, pa.Table.from_pylist(sent, schema))
        except UnwritableError:
            return None
        return None if content == self.file(day) else content
