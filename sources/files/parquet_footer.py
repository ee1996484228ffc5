"""The footer of a Parquet file, read without the library that reads its pages.

It says how many rows each row group has and where each column chunk lies, which is what a reader's
result and a file's bytes are checked against. Some contradictions in it end the library, and with it
the process, so they are refused here. Sources: Apache Parquet format (parquet.thrift) and the Thrift
compact protocol.
"""

import struct
from dataclasses import dataclass
from typing import Any

MAGIC = b"PAR1"
DEEPEST = 16  # structures within structures; the format needs seven
BYTE_ARRAY = 6
TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT, UUID = range(1, 14)


@dataclass(frozen=True)
class Chunk:
    """One column of one row group: the bytes it stands on, and its size unpacked."""

    start: int
    end: int
    unpacked: int


@dataclass(frozen=True)
class Footer:
    """What a footer says."""

    rows: int  # of the file
    groups: list[int]  # rows of each row group
    chunks: list[Chunk]  # every column chunk, in the order of their places
    start: int  # first byte of the footer in the file


def footer(data: bytes) -> Footer:
    """Read the footer of a file.

    Raises:
        ValueError: if there is none, or it contradicts itself.
    """
    if len(data) < 12 or not data.startswith(MAGIC) or not data.endswith(MAGIC):
        raise ValueError("it does not begin and end with PAR1")
    start = len(data) - 8 - struct.unpack("<I", data[-8:-4])[0]
    if start < len(MAGIC):
        raise ValueError("its footer is longer than the file")
    try:
        about, _ = _structure(data[start:-8], 0, 0)
        return _said(about, start)
    except (IndexError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise ValueError(f"its footer cannot be read ({type(error).__name__})") from None


def _said(about: dict[int, Any], start: int) -> Footer:
    leaves = [element[1] for element in about[2][1:] if not element.get(5)]
    groups, chunks = [], []
    for group in about.get(4, []):
        groups.append(int(group[3]))
        if len(group[1]) != len(leaves):
            raise ValueError("a row group has another number of columns than the file")
        for column, kind in zip(group[1], leaves, strict=True):
            chunk = column[3]
            if chunk[1] != kind or (chunk.get(16, {}).get(1) is not None and kind != BYTE_ARRAY):
                raise ValueError("a row group has a column of another type than the file")
            if not group[3]:
                continue  # a group without rows may say that its columns lie nowhere
            first = min(chunk[9], chunk.get(11) or chunk[9])
            if not len(MAGIC) <= first <= first + chunk[7] <= start or chunk[6] < 0:
                raise ValueError("a column lies outside the file")
            chunks.append(Chunk(first, first + chunk[7], chunk[6]))
    if sum(groups) != about[3] or min(groups, default=0) < 0:
        raise ValueError("its number of rows is not that of its row groups")
    return Footer(int(about[3]), groups, sorted(chunks, key=lambda c: (c.start, c.end)), start)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A whole number of as many bytes as it needs, and the place after it."""
    value, shift = 0, 0
    while shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("a number in its footer is too long")


def _signed(data: bytes, at: int) -> tuple[int, int]:
    value, at = _number(data, at)
    return (value >> 1) ^ -(value & 1), at


def _structure(data: bytes, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """Number of a field -> its value, and the place after the structure."""
    if depth > DEEPEST:
        raise ValueError("its footer is nested too deeply")
    fields: dict[int, Any] = {}
    last = 0
    while True:
        head = data[at]
        at += 1
        if head == 0:
            return fields, at
        if head >> 4:
            last += head >> 4
        else:
            last, at = _signed(data, at)
        kind = head & 0x0F
        if kind in (TRUE, FALSE):
            fields[last] = kind == TRUE
        else:
            fields[last], at = _value(data, at, kind, depth)


def _value(data: bytes, at: int, kind: int, depth: int) -> tuple[Any, int]:
    if kind in (TRUE, FALSE, BYTE):
        return data[at], at + 1
    if kind in (I16, I32, I64):
        return _signed(data, at)
    if kind == DOUBLE:
        return struct.unpack("<d", data[at : at + 8])[0], at + 8
    if kind == BINARY:
        size, at = _number(data, at)
        return data[at : at + size], at + size
    if kind in (LIST, SET):
        head = data[at]
        at += 1
        size = head >> 4
        if size == 15:
            size, at = _number(data, at)
        found = []
        for _ in range(size):
            value, at = _value(data, at, head & 0x0F, depth)
            found.append(value)
        return found, at
    if kind == STRUCT:
        return _structure(data, at, depth + 1)
    if kind == UUID:
        return data[at : at + 16], at + 16
    raise ValueError(f"its footer has a value of unknown kind {kind}")
