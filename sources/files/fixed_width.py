"""Fixed-width text: every record one line, every column so many bytes of the file's encoding.

Values stand at the left and are padded with spaces; spaces at the end of a value are therefore
lost. Widths are bytes, not characters, as in the mainframe layouts such files come from: a Chinese
character takes two bytes (rarely four) in GB18030.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.contract import Feed
from schemas.notice import NOTICE
from sources.files.base import (
    Bad,
    Irregular,
    Refused,
    Spoiled,
    UnwritableError,
    column_of,
    content,
    decoded,
    encoded,
    slices,
    table_of,
    without_empty,
)
from sources.files.delimited import BOM, codec, mark


def record_width(feed: Feed) -> int:
    """Bytes of one record without its line end."""
    return sum(column.width for column in feed.columns)


def head(feed: Feed) -> bytes:
    """What stands before the first record."""
    begin = BOM if feed.encoding == "utf-8-sig" else b""
    return begin + f"# {NOTICE}\n".encode(codec(feed))


def render(feed: Feed, rows: pa.Table) -> pa.BinaryArray:
    """Every row as the record a file holds, its line end included.

    Raises:
        UnwritableError: if a value is wider than its column or holds a line end.
    """
    parts = []  # bytes posing as text, so that Arrow's ASCII functions take them
    for column in feed.columns:
        texts = pc.fill_null(column_of(rows, column.name), "")
        values = encoded(texts, codec(feed))
        widths = pc.binary_length(values)
        widest = pc.max(widths).as_py() or 0
        raw = bytes(content(values))
        if widest > column.width or b"\n" in raw or b"\r" in raw:
            lines = pc.match_substring_regex(texts, "[\r\n]")
            at = pc.index(pc.or_(pc.greater(widths, column.width), lines), True).as_py()
            raise UnwritableError(
                f"{feed.name}.{column.name}: {texts[at].as_py()!r} does not fit {column.width} "
                f"bytes of one line in {feed.encoding}"
            )
        parts.append(pc.ascii_rpad(values.view(pa.string()), column.width, " "))
    return pc.binary_join_element_wise(*parts, "\n", "").view(pa.binary())


def body(feed: Feed, data: bytes) -> tuple[bytes, int]:
    """The records of a file and the line the first one stands on."""
    start, line = mark(feed, data), 1
    width = record_width(feed)
    notice = data.find(b"\n", start) - start
    if data.startswith(b"#", start) and notice not in (width, width + 1):
        start, line = data.find(b"\n", start) + 1, 2
        if not start:
            raise Irregular("a notice without an end")
    records = data[start:]
    if b"\r" in records:
        records = records.replace(b"\r\n", b"\n")
    if line == 1 and not records or len(records) % (record_width(feed) + 1):
        raise Irregular("lines of another width")
    return records, line


def parse(feed: Feed, data: bytes, count: int) -> tuple[pa.Table, None]:
    """Records of one or many files at once, exactly one a line."""
    width = record_width(feed)
    if len(data) % (width + 1) or b"\x00" in data or b"\r" in data:
        raise Irregular("lines of another width")
    grid = np.frombuffer(data, np.uint8).reshape(-1, width + 1)
    if not (grid[:, width] == ord("\n")).all() or len(grid) != count:
        raise Irregular("lines of another width")
    columns, start = [], 0
    for column in feed.columns:
        cells = np.ascontiguousarray(grid[:, start : start + column.width])
        bounds = np.arange(0, (len(grid) + 1) * column.width, column.width)
        trimmed = pc.ascii_rtrim(slices(cells, bounds, pa.string()), characters=" ")
        columns.append(without_empty(decoded(trimmed.view(pa.binary()), codec(feed))))
        start += column.width
    return pa.table(columns, names=list(feed.column_names)), None


def careful(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good record of a file, and every bad one with its place and reason."""
    if not data.strip(b"\r\n"):
        raise Refused("empty file: it has no line")
    offset = mark(feed, data)
    width = record_width(feed)
    good: list[tuple[int, list[str]]] = []
    bad: list[Bad] = []
    widths = set()
    start = offset
    lines = data[offset:].split(b"\n")
    for number, raw in enumerate(lines, start=1):
        line = raw.removesuffix(b"\r")
        end = start + len(line)
        # A first line that begins as a notice does but has a record's width is a record.
        if line and not (number == 1 and line.startswith(b"#") and len(line) != width):
            widths.add(len(line))
            try:
                good.append((number, _values(feed, line, start, number == len(lines))))
            except Spoiled as error:
                shown = line.decode(codec(feed), errors="backslashreplace")
                bad.append(Bad(number, start, end, str(error), shown))
        start += len(raw) + 1
    if len(bad) > 1 and not good and len(widths) == 1 and widths != {width}:
        raise Refused(
            f"column gone or unknown: every line has {widths.pop()} bytes, the contract's columns "
            f"take {width}"
        )
    return table_of(feed, [line for line, _ in good], [values for _, values in good]), bad


def _values(feed: Feed, line: bytes, start: int, last: bool) -> list[str]:
    width = record_width(feed)
    if len(line) != width:
        cut = last and len(line) < width
        kind = "cut off" if cut else "wrong column count"
        raise Spoiled(f"{kind}: {len(line)} bytes where the columns take {width}")
    if b"\x00" in line:
        raise Spoiled("NUL byte: in the record")
    values, at = [], 0
    for column in feed.columns:
        cell = line[at : at + column.width].rstrip(b" ")
        try:
            values.append(cell.decode(codec(feed)))
        except UnicodeDecodeError as error:
            byte = start + at + error.start
            raise Spoiled(
                f"undecodable bytes: byte {byte} of the file, in {column.name!r}, is no "
                f"{codec(feed)}"
            ) from None
        at += column.width
    return values
