"""What every file format shares: the notice, the words for what went wrong, columns in Arrow.

Each format has two ways to read. The quick way looks at a whole file (or many, end to end) at once
and gives up with `Irregular` as soon as anything is not exactly as the contract promises. The careful way
then walks the file record by record, keeps every good one and says of every bad one where it stands
and what is wrong with it.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.contract import Feed

RAW_LIMIT = 2000  # characters of a bad record that are kept to be looked at
LONGEST = 1 << 20  # bytes of one value; no column of any register is that wide
SHEET_ERRORS = (
    "#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#GETTING_DATA", "#SPILL!",
    "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!",
)  # fmt: skip
MOST_TIMES, MOST_ALWAYS = 200, 1 << 28  # what a packed file may unpack to: times its size, bytes


class Irregular(Exception):
    """The quick way met something it does not vouch for; the careful way must read this file."""


class Refused(Exception):
    """A file that cannot be read at all; the message is the reason."""


class Spoiled(ValueError):
    """A record that cannot be read; the message is the reason."""


class UnwritableError(ValueError):
    """A value the format has no way to hold; the message names feed, column and value."""


@dataclass(frozen=True)
class Bad:
    """A record, or a whole file, that could not be read."""

    # Physical line the record begins on, from 1 (its place among the records for json, xml and
    # parquet, its row for xlsx); None for a whole file.
    line: int | None
    # First byte of the record in the file, from 0 (in the unpacked content for jsonl.gz); None
    # where the format does not tell.
    byte_from: int | None
    byte_to: int | None  # the byte after its last one
    reason: str  # what is wrong: a few stable words, a colon, the particulars
    raw: bytes | str  # the record as it stands
    # How many records of the file stand behind it: 0 for what is wrong between or after the
    # records, several for a part of the file that could not be taken apart, None for a whole file
    # that does not tell.
    records: int | None = 1

    def named(self, file: str) -> Unreadable:
        """The same, with the file it was found in."""
        return Unreadable(**vars(self) | {"raw": as_raw(self.raw), "file": file})


@dataclass(frozen=True)
class Unreadable(Bad):
    """What could not be read, and in which `file`; undecodable bytes of `raw` are escaped, and it
    has at most 2,000 characters.
    """

    file: str = ""


def as_raw(raw: bytes | str) -> str:
    """A bad record as text that any table can hold: undecodable bytes and NUL are escaped."""
    if isinstance(raw, bytes):
        raw = raw[: 4 * RAW_LIMIT].decode("utf-8", errors="backslashreplace")
    else:
        raw = raw.encode("utf-8", errors="backslashreplace").decode("utf-8")
    return raw[:RAW_LIMIT].replace("\x00", "\\x00")


def most_unpacked(size: int) -> int:
    """How many bytes a packed file of `size` bytes may unpack to before it is refused.

    Text of records packs some tens of times; what unpacks to more was made to fill the memory.
    """
    return max(MOST_TIMES * size, MOST_ALWAYS)


def too_large(unpacked: str, size: int) -> Refused:
    """The refusal of a file that would unpack to more than `most_unpacked` bytes."""
    return Refused(f"too large: {size} bytes unpack to more than {most_unpacked(size)} {unpacked}")


def shown(value: object) -> str:
    """A value as it is named in a reason: its first characters."""
    text = str(value)
    return repr(text if len(text) <= 40 else text[:40] + "…")


def empty_table(feed: Feed) -> pa.Table:
    """No rows, with the columns `line` and those of the contract."""
    return table_of(feed, [], [])


def table_of(feed: Feed, lines: Sequence[int], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    """Rows of Python values as the table that reading gives: `line` and the contract's columns."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in feed.columns)
    arrays = [pa.array(list(values), pa.string()) for values in columns]
    return pa.table(
        [pa.array(lines, pa.int64()), *(without_empty(a) for a in arrays)],
        names=["line", *feed.column_names],
    )


def without_empty(values: pa.Array) -> pa.Array:
    """The same values with '' as NULL: a feed cannot tell an empty cell from a missing one."""
    lengths = pc.binary_length(values)
    if len(values) and pc.min(lengths).as_py() == 0:
        return pc.if_else(pc.equal(lengths, 0), pa.scalar(None, values.type), values)
    return values


def without_unbelievable(table: pa.Table) -> tuple[pa.Table, list[Bad]]:
    """Rows without those that no format may give, and those as bad ones.

    A value longer than any column of a register is a sign of lost structure; so is a row that says
    the names of the columns once more, where one file was appended to another. The errors of a
    spreadsheet stay errors when the sheet is saved as something else.
    """
    reasons: dict[int, str] = {}
    errors = pa.array(SHEET_ERRORS)
    for name in table.column_names[1:]:
        values = table.column(name)
        lengths = pc.binary_length(values)
        if (pc.max(lengths).as_py() or 0) > LONGEST:
            for i in np.flatnonzero(pc.fill_null(pc.greater(lengths, LONGEST), False)):
                reasons.setdefault(
                    int(i),
                    f"too long: column {name!r} holds {lengths[int(i)].as_py()} bytes, and a value "
                    f"at most {LONGEST}",
                )
        if pc.any(pc.starts_with(values, "#")).as_py():
            for i in np.flatnonzero(pc.is_in(values, errors)):
                value = values[int(i)].as_py()
                reasons.setdefault(int(i), f"error cell: column {name!r} holds {value!r}")
    first = table.column_names[1]
    if pc.any(pc.equal(table.column(first), first)).as_py():
        again = [pc.equal(table.column(name), name) for name in table.column_names[1:]]
        same = pc.fill_null(functools.reduce(pc.and_kleene, again), False)
        for i in np.flatnonzero(same):
            reasons[int(i)] = "a second header: the row repeats the names of the columns"
    bad = []
    for i in sorted(reasons):
        row = [str(values[i].as_py() or "")[:RAW_LIMIT] for values in table.columns[1:]]
        bad.append(Bad(table.column("line")[i].as_py(), None, None, reasons[i], "\t".join(row)))
    return without_rows(table, reasons), bad


def without_rows(table: pa.Table, places: Collection[int]) -> pa.Table:
    """A table without the rows at some places, from 0."""
    if not places:
        return table
    keep = np.ones(len(table), dtype=bool)
    keep[list(places)] = False
    return table.filter(pa.array(keep))


def places_where(flags: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """The places, from 0, at which a flag is set; missing ones are not."""
    return np.flatnonzero(pc.fill_null(flags, False).to_numpy(zero_copy_only=False))


def column_of(rows: pa.Table, name: str) -> pa.StringArray:
    """One column of a table as a single array of text that begins at its buffer's first byte."""
    values = rows.column(name)
    if not pa.types.is_string(values.type):
        values = values.cast(pa.string())
    values = values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    if values.offset:
        values = pa.concat_arrays([values, pa.array([], pa.string())])
        if values.offset:
            values = values.take(pa.array(np.arange(len(values))))
    return without_empty(values)


def content(values: pa.Array) -> memoryview:
    """The bytes of all values of a text or binary array, end to end."""
    if not len(values):
        return memoryview(b"")
    offsets = np.frombuffer(values.buffers()[1], np.int32)
    first, last = offsets[values.offset], offsets[values.offset + len(values)]
    data = values.buffers()[2]
    return memoryview(data)[first:last] if data is not None else memoryview(b"")


def slices(data: bytes | memoryview, bounds: np.ndarray, kind: pa.DataType) -> pa.Array:
    """The pieces `data[bounds[i]:bounds[i+1]]` as an array; nothing is copied or checked.

    Args:
        data: bytes, fewer than 2**31.
        bounds: n + 1 rising positions.
        kind: `pa.string()` or `pa.binary()`.
    """
    offsets = pa.py_buffer(np.ascontiguousarray(bounds, dtype=np.int32))
    return pa.Array.from_buffers(kind, len(bounds) - 1, [None, offsets, pa.py_buffer(data)])


def pieces(data: bytes | memoryview, starts: np.ndarray, ends: np.ndarray) -> pa.StringArray:
    """The pieces `data[starts[i]:ends[i]]`, which must not overlap and must rise, as text."""
    bounds = np.empty(2 * len(starts) + 1, np.int32)
    bounds[0:-1:2], bounds[1::2] = starts, ends
    bounds[-1] = ends[-1] if len(ends) else 0
    every = slices(data, bounds, pa.string())
    return every.take(pa.array(np.arange(0, 2 * len(starts), 2)))


def is_ascii(values: pa.Array) -> bool:
    """Whether all bytes of all values are ASCII."""
    return bytes(content(values)).isascii()


def encoded(values: pa.StringArray, encoding: str) -> pa.BinaryArray:
    """Text in the encoding of a file.

    Raises:
        UnwritableError: if a value holds NUL, which no text file of ours may.
    """
    if encoding in ("utf-8", "utf-8-sig") or is_ascii(values):
        return values.cast(pa.binary())
    ended = pc.binary_join_element_wise(values, "\x00", "")
    text = bytes(content(ended))
    if text.count(b"\x00") != len(values):
        raise UnwritableError("a value holds a NUL character, which no text file of ours may hold")
    data = np.frombuffer(text.decode("utf-8").encode(encoding), np.uint8)
    ends = np.flatnonzero(data == 0)
    bounds = np.zeros(len(values) + 1, np.int64)
    bounds[1:] = ends - np.arange(len(values))
    return slices(data[data != 0].tobytes(), bounds, pa.binary())


def decoded(values: pa.BinaryArray, encoding: str) -> pa.StringArray:
    """Bytes of a file as text; values that come again and again are decoded once.

    Raises:
        Irregular: if a value is no text in that encoding.
    """
    if encoding in ("utf-8", "utf-8-sig") or is_ascii(values):
        try:
            return values.cast(pa.string())
        except pa.ArrowInvalid as error:
            raise Irregular("bytes that are no UTF-8") from error
    once = values.dictionary_encode()
    ended = pc.binary_join_element_wise(once.dictionary, b"\n", b"")
    try:
        text = bytes(content(ended)).decode(encoding)
    except UnicodeDecodeError as error:
        raise Irregular(f"bytes that are no {encoding}") from error
    parts = text.split("\n")
    if len(parts) != len(once.dictionary) + 1:
        raise Irregular("a line break inside a value")
    return pa.array(parts[:-1], pa.string()).take(once.indices)


def rows_where(values: pa.Array, pattern: str) -> np.ndarray:
    """Positions of the values in which a regular expression (RE2) matches; NULL never does."""
    return places_where(pc.match_substring_regex(values, pattern))


def replaced(values: pa.Array, where: np.ndarray, by: Sequence[str]) -> pa.Array:
    """The values with those at the positions `where` exchanged for others."""
    mask = np.zeros(len(values), dtype=bool)
    mask[where] = True
    return pc.replace_with_mask(values, pa.array(mask), pa.array(by, pa.string()))


def physical_lines(data: bytes) -> list[tuple[int, int, int]]:
    """(line, byte from, byte to) of every line that is not blank, line ends left out.

    A line ends with LF or CR LF, or with the end of the file.
    """
    found = []
    start = 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip(b" \t\r"):
            found.append((number, start, start + len(line) - line.endswith(b"\r")))
        start += len(line) + 1
    return found


def names_in_words(names: Sequence[str]) -> str:
    """Column names for a sentence."""
    return ", ".join(repr(name) for name in names)


def see_none_twice(names: Sequence[str]) -> None:
    """See that a record names each of its columns once.

    Raises:
        Spoiled: if not.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Spoiled(f"duplicate key: {', '.join(map(repr, twice))} stands more than once")


def column_faults(feed: Feed, names: Sequence[str]) -> str | None:
    """What is wrong with the columns a file (or a record) has, or None.

    Any order of the columns will do; a name twice, a name the contract does not know and a name of
    the contract that is not there will not.
    """
    known = feed.column_names
    twice = sorted({name for name in names if list(names).count(name) > 1})
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    gone = [name for name in known if name not in names]
    faults = []
    if twice:
        faults.append(f"column twice: {names_in_words(twice)}")
    if unknown:
        faults.append(f"unknown column: {names_in_words(unknown)} not in the contract")
    if gone:
        faults.append(f"column gone: {names_in_words(gone)} promised by the contract")
    return "; ".join(faults) or None
