"""Files as islands publish them: one module a format, one way to write and one to read them all.

`write` and `read` take a feed's contract and a table of text. Every value travels as text; an empty
value and a missing one are the same. Every file says that what it holds is invented.

A text format is a module that says

==========================  ======================================================================
`head(feed)`                what stands before the first record
`render(feed, rows)`        every row as the record a file holds, its line end included; raises
                            `UnwritableError` if the format cannot hold a value
`ended(feed, records)`      the last records, with what stands after them, if anything does
`body(feed, data)`          the quick way: the records of a file, each on a line of its own, and the
                            line (or place) of the first; raises `Irregular` if the file is not laid
                            out as the quick way needs it
`parse(feed, data, count)`  the records of one or many files at once, of so many lines, and the lines
                            (from 0) they begin on if one may take several; raises `Irregular` if any
                            is not exactly as the contract promises
`careful(feed, data)`       the careful way: every good record of a file, and every bad one with its
                            place and reason; raises `Refused` if the file as a whole cannot be read
==========================  ======================================================================
"""

import struct
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa

from schemas.contract import Feed
from sources.files import (
    counting,
    delimited,
    fixed_width,
    json_document,
    json_lines,
    parquet,
    xlsx,
    xml_records,
)
from sources.files.base import (
    Bad,
    Irregular,
    Refused,
    Unreadable,
    UnwritableError,
    content,
    empty_table,
    most_unpacked,
    too_large,
    without_unbelievable,
)

TEXT: dict[str, ModuleType] = {
    "jsonl": json_lines,
    "jsonl.gz": json_lines,
    "json": json_document,
    "csv": delimited,
    "fixed": fixed_width,
    "xml": xml_records,
}
TABLES: dict[str, ModuleType] = {"xlsx": xlsx, "parquet": parquet}
UTF8_ONLY = ("jsonl", "jsonl.gz", "json", "xml")
PACKED = "jsonl.gz"
PIECE = 1 << 24  # bytes parsed in one go: few enough for the caches and for Arrow's columns


def is_text(feed: Feed) -> bool:
    """Whether the feed's files are made of records of text, one after the other."""
    return feed.format in TEXT


def is_streamed(feed: Feed) -> bool:
    """Whether a file can be written piece by piece: head, records, tail."""
    return is_text(feed) and feed.format != PACKED


def layout(feed: Feed) -> ModuleType:
    """The module of a text format.

    Raises:
        UnwritableError: if the contract asks for an encoding the format does not allow.
    """
    if feed.format in UTF8_ONLY and feed.encoding != "utf-8":
        raise UnwritableError(f"{feed.name}: {feed.format} files are UTF-8, not {feed.encoding}")
    return TEXT[feed.format]


def pack(data: bytes) -> bytes:
    """Bytes as a gzip file (RFC 1952) without a name, a time or a system: the same everywhere."""
    deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    header = b"\x1f\x8b\x08\x00" + b"\x00" * 4 + b"\x00\xff"
    trailer = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return header + deflate.compress(data) + deflate.flush() + trailer


def unpack(data: bytes) -> bytes:
    """The content of a gzip file.

    Raises:
        Refused: if it is none, or not whole: then nothing in it has been proved by its checksum.
    """
    if not data:
        raise Refused("empty file: it has no byte")
    parts = []
    size, room = len(data), most_unpacked(len(data))
    while data:
        inflate = zlib.decompressobj(wbits=31)
        try:
            parts.append(inflate.decompress(data, room + 1))
        except zlib.error as error:
            raise Refused(f"cut off or no gzip file: {error}") from None
        room -= len(parts[-1])
        if room < 0:
            raise too_large("bytes", size)
        if not inflate.eof:
            raise Refused("cut off: the gzip file is not whole")
        data = inflate.unused_data.lstrip(b"\x00")
    return b"".join(parts)


def opened(feed: Feed, data: bytes) -> bytes:
    """The text of a file of a text format, unpacked if need be.

    Raises:
        Refused: if it is packed and not whole.
    """
    return unpack(data) if feed.format == PACKED else data


def render(feed: Feed, rows: pa.Table) -> pa.BinaryArray:
    """Every row of a text format as the record its file holds; see `assemble`.

    Raises:
        UnwritableError: if the format cannot hold a value.
    """
    return layout(feed).render(feed, rows)


def ended(feed: Feed, records: bytes) -> bytes:
    """The last records of a file and what stands after them, which in most formats is nothing."""
    form = layout(feed)
    return form.ended(feed, records) if hasattr(form, "ended") else records


def assemble(feed: Feed, records: pa.BinaryArray) -> bytes:
    """The file of a text format made of records that `render` gave."""
    data = layout(feed).head(feed) + ended(feed, bytes(content(records)))
    return pack(data) if feed.format == PACKED else data


def write(feed: Feed, rows: pa.Table, path: Path) -> None:
    """Write one file of a feed.

    Args:
        feed: the contract: format, encoding, delimiter, columns and widths.
        rows: at least the contract's columns, as text.
        path: where to; its folder must be there.

    Raises:
        UnwritableError: if the format cannot hold a value.
    """
    if is_text(feed):
        path.write_bytes(assemble(feed, render(feed, rows)))
    else:
        TABLES[feed.format].write(feed, rows, path)


def written(feed: Feed, rows: pa.Table) -> bytes:
    """The bytes that `write` writes.

    Raises:
        UnwritableError: if the format cannot hold a value.
    """
    if is_text(feed):
        return assemble(feed, render(feed, rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{feed.name}.{feed.extension}"
        write(feed, rows, path)
        return path.read_bytes()


def read(feed: Feed, path: Path, data: bytes | None = None) -> tuple[pa.Table, list[Unreadable]]:
    """Read one file of a feed.

    Args:
        data: its bytes, if they are at hand.

    Returns:
        A table with `line` (int64) and the contract's columns (text, in the contract's order), and
        what could not be read, by place. A file that cannot be read at all gives an empty table and
        one `Unreadable` without a line; so does one of which the reader gives another number of
        records than it holds by count. Never raises for what a file holds.
    """
    return read_and_count(feed, path, path.read_bytes() if data is None else data)[:2]


def read_and_count(
    feed: Feed, path: Path, data: bytes
) -> tuple[pa.Table, list[Unreadable], int | None]:
    """Read one file; see `read`.

    Returns:
        What `read` gives, and how many records the file holds by count (see `counting`), if that
        could be told.
    """
    count = None
    try:
        text = opened(feed, data)
        try:
            table, counts = read_quickly(feed, [text])
            return table, [], int(counts[0])
        except Irregular:
            table, bad = _carefully(feed, text)
        table, unbelievable = without_unbelievable(table)
        bad = sorted([*bad, *unbelievable], key=lambda record: record.line or 0)
        count = counting.records(feed, text, table)
        lost = sum(record.records or 0 for record in bad)
        if count != len(table) + lost:
            raise Refused(
                f"not all read: by count the file holds {count} records, the reader gives "
                f"{len(table)} and {lost} that it cannot read"
            )
    except Refused as refusal:
        start = data[:200] if is_text(feed) and feed.format != PACKED else ""
        whole = Bad(None, 0, len(data), str(refusal), start, count)
        return empty_table(feed), [whole.named(path.name)], count
    return table, [record.named(path.name) for record in bad], count


def _carefully(feed: Feed, text: bytes) -> tuple[pa.Table, list[Bad]]:
    """A file's (unpacked) content, record by record.

    Raises:
        Refused: if the file as a whole cannot be read.
    """
    if is_text(feed):
        return layout(feed).careful(feed, text)
    return TABLES[feed.format].read(feed, text)


def read_quickly(feed: Feed, contents: Sequence[bytes]) -> tuple[pa.Table, np.ndarray]:
    """Read the (unpacked) contents of several files of a text format in one go.

    Returns:
        The table of `read` for all of them, and how many rows each gave.

    Raises:
        Irregular: if any of them is not exactly as the contract promises; `read` them one by one then.
    """
    if not is_text(feed):
        raise Irregular("no text")
    form = layout(feed)
    bodies = [form.body(feed, data) for data in contents]
    counts = np.array([data.count(b"\n") for data, _ in bodies], np.int64)
    firsts = np.array([line for _, line in bodies], np.int64)
    if not counts.sum():
        if any(data for data, _ in bodies) or any(
            counting.records(feed, data, empty_table(feed)) for data in contents
        ):
            raise Irregular("a record without an end")
        return empty_table(feed), counts
    whole = b"".join(data for data, _ in bodies)
    del bodies  # of a large file each copy counts
    rows, starts = _parsed(feed, whole)
    del whole
    begin = np.concatenate([[0], np.cumsum(counts)[:-1]])
    if starts is not None:
        # Records may take several lines; none may go from one file over into the next.
        ends = begin[counts > 0]
        if not np.isin(ends, starts).all():
            raise Irregular("a record that goes over the end of its file")
        counts = np.diff(np.append(np.searchsorted(starts, begin), len(starts)))
        lines = starts + np.repeat(firsts - begin, counts)
    elif len(rows) != counts.sum():
        raise Irregular("another number of rows than of lines")
    else:
        lines = np.arange(len(rows)) + np.repeat(firsts - begin, counts)
    rows = rows.add_column(0, "line", pa.array(lines, pa.int64()))
    if without_unbelievable(rows)[1]:
        raise Irregular("a value that is not to be believed")
    at = 0
    for data, count in zip(contents, counts.tolist(), strict=True):
        if counting.records(feed, data, rows.slice(at, count)) != count:
            raise Irregular("another number of records than by count")
        at += count
    return rows, counts


def _parsed(feed: Feed, data: bytes) -> tuple[pa.Table, np.ndarray | None]:
    """What the format's `parse` gives, piece by piece where there is much of it.

    Raises:
        Irregular: as `parse`.
    """
    form = layout(feed)
    if len(data) <= PIECE:
        return form.parse(feed, data, data.count(b"\n"))
    tables, starts = [], []
    start, lines, several = 0, 0, False
    while start < len(data):
        end = _end_of_piece(feed, data, start)
        piece = data[start:end]
        count = piece.count(b"\n")
        rows, begins = form.parse(feed, piece, count)
        several = several or begins is not None
        tables.append(rows)
        starts.append(lines + (np.arange(count) if begins is None else begins))
        start, lines = end, lines + count
    rows = pa.concat_tables(tables)
    return rows, np.concatenate(starts) if several else None


def _end_of_piece(feed: Feed, data: bytes, start: int) -> int:
    """The end of the last record within a piece of `PIECE` bytes."""
    if len(data) - start <= PIECE:
        return len(data)
    end = data.rfind(b"\n", start, start + PIECE) + 1
    while end and feed.format == "csv" and data.count(b'"', start, end) % 2:
        end = data.rfind(b"\n", start, end - 1) + 1  # that line end stands within quotes
    if not end:
        raise Irregular("a record longer than a piece")
    return end
