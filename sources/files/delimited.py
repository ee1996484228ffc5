"""Delimited text (CSV) after RFC 4180: a notice line, a header line, then a record a line.

Delimiters may be wider than a byte (the full-width semicolon), files may be in GB18030. A value
that holds the delimiter, a quote or a line end stands in quotes, and a quote inside is doubled; a
quote anywhere else makes a record malformed rather than a guess. A value that goes over several
lines and holds as many delimiters as a record is legal: it lands, a gate keeps its row aside, and
each further line of it is unreadable.
"""

import io
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from schemas.contract import Feed
from schemas.notice import NOTICE
from sources.files.base import (
    Bad,
    Irregular,
    Refused,
    column_faults,
    column_of,
    content,
    encoded,
    replaced,
    rows_where,
    table_of,
)

BLOCK = 1 << 22  # bytes a thread parses at a time; also the longest record the quick way reads
UNIT = "\x1f"  # ASCII unit separator: stands in for delimiters wider than a byte
QUOTE, LF, CR = 0x22, 0x0A, 0x0D
BOM = b"\xef\xbb\xbf"
MOST_LINES = 500  # of one record; a quote left open must not swallow the rest of the file


def codec(feed: Feed) -> str:
    """The encoding without its byte order mark."""
    return "utf-8" if feed.encoding == "utf-8-sig" else feed.encoding


def mark(feed: Feed, data: bytes) -> int:
    """How many bytes at the start of a file are the mark of UTF-8.

    Raises:
        Refused: if there are any, and the contract says another encoding: in it Chinese text of UTF-8 is
            often valid too, and says something else.
    """
    if not data.startswith(BOM):
        return 0
    if codec(feed) != "utf-8":
        raise Refused(
            f"undecodable bytes: the file begins with the mark of UTF-8, and is to be {feed.encoding}"
        )
    return len(BOM)


def header(feed: Feed) -> bytes:
    """The header line: the names of the columns."""
    return (feed.delimiter.join(feed.column_names) + "\n").encode(codec(feed))


def head(feed: Feed) -> bytes:
    """What stands before the first record."""
    begin = BOM if feed.encoding == "utf-8-sig" else b""
    return begin + f"# {NOTICE}\n".encode(codec(feed)) + header(feed)


def quoted(values: pa.StringArray, delimiter: str, empty: str) -> pa.StringArray:
    """Values as they stand in a record, in quotes where they must be."""
    data = bytes(content(values))
    if any(mark in data for mark in (b'"', b"\n", b"\r", delimiter.encode())):
        where = rows_where(values, f'["\\r\\n{re.escape(delimiter)}]')
        texts = (values[i].as_py() for i in where.tolist())
        values = replaced(values, where, ['"' + text.replace('"', '""') + '"' for text in texts])
    return pc.fill_null(values, empty) if values.null_count else values


def render(feed: Feed, rows: pa.Table) -> pa.BinaryArray:
    """Every row as the record a file holds, its line end included."""
    # A record of one empty value would be a blank line, which readers skip.
    empty = '""' if len(feed.columns) == 1 else ""
    parts: list[Any] = []
    for name in feed.column_names:
        parts += [quoted(column_of(rows, name), feed.delimiter, empty), feed.delimiter]
    return encoded(pc.binary_join_element_wise(*parts[:-1], "\n", ""), codec(feed))


def body(feed: Feed, data: bytes) -> tuple[bytes, int]:
    """The records of a file and the line the first one stands on."""
    start, line = mark(feed, data), 1
    if data.startswith(b"#", start):
        start, line = data.find(b"\n", start) + 1, 2
    if b"\r" in data and b'"' not in data:
        data = data[start:].replace(b"\r\n", b"\n")
        start = 0
    first = header(feed)
    if not data.startswith(first, start) or not data.endswith(b"\n"):
        raise Irregular("another header, or a last line without an end")
    return data[start + len(first) :], line + 1


def _record_starts(data: bytes, delimiter: int) -> tuple[np.ndarray, bool]:
    """The line (from 0) each record begins on, and whether any record goes over several lines."""
    text = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(text == QUOTE)
    ends = np.flatnonzero(text == LF)
    opening, closing = quotes[0::2], quotes[1::2]
    if len(opening) != len(closing):
        raise Irregular("a quote left open")
    before = text[opening[opening > 0] - 1]
    after = text[closing[closing < len(text) - 1] + 1]
    if not (np.isin(before, [delimiter, LF, QUOTE]).all()):
        raise Irregular("a quote inside a value")
    if not np.isin(after, [delimiter, LF, CR, QUOTE]).all():
        raise Irregular("text after a closing quote")
    returns = np.flatnonzero(text == CR)
    bare = returns[np.searchsorted(quotes, returns) % 2 == 0]
    if len(bare) and not (text[np.minimum(bare + 1, len(text) - 1)] == LF).all():
        raise Irregular("a carriage return outside quotes")
    outside = np.searchsorted(quotes, ends) % 2 == 0
    starts = np.concatenate([[0], np.flatnonzero(outside)[:-1] + 1])
    return starts, not outside.all()


def parse(feed: Feed, data: bytes, count: int) -> tuple[pa.Table, np.ndarray | None]:
    """Records of one or many files at once, and the line (from 0) each begins on; None: one a line."""
    if b"\x00" in data:
        raise Irregular("a NUL byte")
    try:
        if codec(feed) != "utf-8":
            data = data.decode(codec(feed)).encode()
    except UnicodeDecodeError as error:
        raise Irregular(f"bytes that are no {codec(feed)}") from error
    delimiter = feed.delimiter
    wide = len(delimiter.encode()) > 1
    if wide:
        if UNIT.encode() in data:
            raise Irregular("the stand-in for the delimiter is in the text")
        data, delimiter = data.replace(delimiter.encode(), UNIT.encode()), UNIT
    starts, several = None, False
    if b'"' in data:
        starts, several = _record_starts(data, ord(delimiter))
    elif b"\r" in data:
        raise Irregular("a carriage return outside quotes")
    schema = pa.schema([(name, pa.string()) for name in feed.column_names])
    try:
        rows = pyarrow.csv.read_csv(
            io.BytesIO(data),
            read_options=pyarrow.csv.ReadOptions(
                column_names=list(feed.column_names), block_size=BLOCK
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter,
                quote_char='"' if starts is not None else False,
                newlines_in_values=several,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=schema,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise Irregular(str(error)) from error
    if len(rows) != (len(starts) if starts is not None else count):
        raise Irregular("a blank line")
    columns = [rows.column(name).combine_chunks() for name in feed.column_names]
    if several and any(holds_a_record(values, delimiter, len(columns)) for values in columns):
        raise Irregular("a value that holds a whole record")
    if wide and starts is not None:
        columns = [
            pc.replace_substring(values, UNIT, feed.delimiter)
            if UNIT.encode() in bytes(content(values))
            else values
            for values in columns
        ]
    return pa.table(columns, names=list(feed.column_names)), starts if several else None


def holds_a_record(values: pa.Array, delimiter: str, width: int) -> bool:
    """Whether a value goes over several lines and holds as many delimiters as a record has.

    That is legal, and yet no value anybody wrote: a quotation mark that opens a value by mistake and
    the next one, lines further down, have made one value of all that stands between.

    Args:
        width: how many columns a record has.
    """
    broken = values.filter(pc.fill_null(pc.match_substring(values, "\n"), False))
    most = pc.max(pc.count_substring(broken, delimiter)).as_py() or 0
    return most >= max(width - 1, 1)


class _Open(ValueError):
    """A quote is still open at the end of the text."""


class _Malformed(ValueError):
    """A quote where none may be; the message says where."""


def fields(text: str, delimiter: str) -> list[str]:
    """The values of one record.

    Raises:
        _Open: if a quoted value does not end: the record may go on in the next line.
        _Malformed: if a quote stands inside a value or text after a closing one.
    """
    if '"' not in text:
        return text.split(delimiter)
    found, at = [], 0
    while True:
        if text.startswith('"', at):
            close = at + 1
            while True:
                close = text.find('"', close)
                if close < 0:
                    raise _Open
                if not text.startswith('""', close):
                    break
                close += 2
            found.append(text[at + 1 : close].replace('""', '"'))
            at = close + 1
            if at < len(text) and not text.startswith(delimiter, at):
                raise _Malformed(f"text after a closing quote, at character {at + 1}")
        else:
            end = text.find(delimiter, at)
            end = len(text) if end < 0 else end
            quote = text.find('"', at, end)
            if quote >= 0:
                raise _Malformed(f"a quote inside a value, at character {quote + 1}")
            found.append(text[at:end])
            at = end
        if at >= len(text):
            return found
        at += len(delimiter)


def careful(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good record of a file, and every bad one with its place and reason.

    A record that goes wrong takes only its first line with it: reading goes on with the next line.
    """
    if not data.strip():
        raise Refused("empty file: it has no line")
    lines = _Lines(feed, data)
    at = 1 if lines.raw[0].startswith(b"#") else 0
    while at < len(lines.raw) and not lines.raw[at].strip():
        at += 1
    if at == len(lines.raw):
        raise Refused("column gone: the file has no header line")
    try:
        names = fields(lines.text(at), feed.delimiter)
    except (UnicodeDecodeError, _Open, _Malformed) as error:
        raise Refused(f"unknown column: the header line cannot be read: {error}") from None
    fault = column_faults(feed, names)
    if fault:
        raise Refused(fault)
    order = [names.index(name) for name in feed.column_names]
    good: list[tuple[int, list[str]]] = []
    bad: list[Bad] = []
    at += 1
    while at < len(lines.raw):
        if not lines.raw[at].strip():
            at += 1
            continue
        values, reason, end = lines.record(at, len(order))
        if values is not None:
            good.append((at + 1, [values[i] for i in order]))
            if end > at + 1 and holds_a_record(pa.array(values), feed.delimiter, len(order)):
                reason = f"a record within a value: a quote that line {at + 1} opens closes on line {end}"
                within = range(at + 1, end)
                bad += [lines.bad(n, reason) for n in within if lines.raw[n].strip()]
        else:
            bad.append(lines.bad(at, reason))
        at = end
    return table_of(feed, [line for line, _ in good], [values for _, values in good]), bad


class _Lines:
    """The physical lines of a file, and records made of one or several of them."""

    def __init__(self, feed: Feed, data: bytes) -> None:
        self.codec, self.delimiter = codec(feed), feed.delimiter
        self.skip = mark(feed, data)
        self.raw = data[self.skip :].split(b"\n")
        self.ended = self.raw[-1] == b""
        sizes = [len(raw) + 1 for raw in self.raw]
        self.start = np.concatenate([[0], np.cumsum(sizes)]).tolist()

    def text(self, at: int) -> str:
        return self.raw[at].removesuffix(b"\r").decode(self.codec)

    def bad(self, at: int, reason: str) -> Bad:
        start = self.start[at] + self.skip
        raw = self.raw[at].removesuffix(b"\r")
        shown = raw.decode(self.codec, errors="backslashreplace")
        return Bad(at + 1, start, start + len(raw), reason, shown)

    def record(self, at: int, width: int) -> tuple[list[str] | None, str, int]:
        """Values of the record that begins at a line, else the reason; and the line after it."""
        text, end = "", at
        while end < len(self.raw) and end - at < MOST_LINES:
            raw = self.raw[end]
            try:
                text += raw.decode(self.codec)
            except UnicodeDecodeError as error:
                if end > at:
                    break
                byte = self.start[at] + self.skip + error.start
                reason = f"undecodable bytes: byte {byte} of the file is no {self.codec}"
                return None, reason, at + 1
            try:
                values = fields(text.removesuffix("\r"), self.delimiter)
            except _Open:
                text, end = text + "\n", end + 1
                continue
            except _Malformed as error:
                if end > at:
                    break
                return None, f"malformed quoting: {error}", at + 1
            if "\x00" in text:
                return None, "NUL byte: in the record", at + 1
            if end == len(self.raw) - 1 and not self.ended and not text.endswith('"'):
                return None, "cut off: the last line has no line end", at + 1
            if len(values) != width:
                reason = f"wrong column count: {len(values)} values for {width} columns"
                return None, reason, at + 1
            return values, "", end + 1
        return None, "malformed quoting: a quote is left open", at + 1
