"""Parquet: columns of text, the notice among the file's key-value metadata.

Other people's files may type their columns; numbers, days and truth values are read as the text a
clerk would have typed. A value of which that text would not be the whole (a day with a time of day,
a number with more digits than its type holds exactly, what is no number) makes its row unreadable.
Source: Apache Parquet format.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from pyarrow import types

from schemas.contract import Feed
from schemas.notice import NOTICE
from sources.files.base import (
    MOST_ALWAYS,
    Bad,
    Refused,
    column_faults,
    column_of,
    most_unpacked,
    places_where,
    shown,
    too_large,
    without_empty,
    without_rows,
)
from sources.files.parquet_footer import MAGIC, footer

GROUP = 1 << 17  # rows of a row group
PIECE = 1 << 16  # rows decoded in one go
# Types whose values Arrow writes as a clerk would.
READABLE = (
    types.is_string, types.is_large_string, types.is_large_binary, types.is_string_view,
    types.is_integer, types.is_boolean, types.is_decimal, types.is_time, types.is_null,
)  # fmt: skip
EXACT = {pa.float32(): 1 << 24, pa.float64(): 1 << 53}  # whole numbers below it are exact
PLACES = 6  # decimals that an amount has at most: a fen, in ten thousands of yuan
ROUNDED = 64  # units in the last place by which a sum of some hundred amounts is off


def write(feed: Feed, rows: pa.Table, path: Path) -> None:
    """Write one file."""
    columns = [column_of(rows, name) for name in feed.column_names]
    table = pa.table(columns, names=list(feed.column_names))
    pyarrow.parquet.write_table(
        table.replace_schema_metadata({"notice": NOTICE}),
        path,
        compression="zstd",
        row_group_size=GROUP,
    )


class Column:
    """A column as text, and what is wrong with single values.

    Attributes:
        texts: the values as text; missing where a value is bad.
        bad: place of a value (from 0) -> a few stable words about it.
    """

    def __init__(self, texts: pa.Array, bad: dict[int, str] | None = None) -> None:
        self.texts, self.bad = texts, bad or {}


def as_text(name: str, values: pa.Array) -> Column:
    """Values of any simple type as text: days as YYYYMMDD, whole numbers without a point.

    Args:
        name: of the column, for what is said of it.

    Raises:
        Refused: if the type is no simple one.
    """
    kind = values.type
    if types.is_dictionary(kind):
        once = as_text(name, values.dictionary)
        places = values.indices
        size = pc.sum(pc.binary_length(once.texts).take(places).cast(pa.int64())).as_py() or 0
        if size > MOST_ALWAYS:
            raise Refused(
                f"too large: {len(places)} values of column {name!r} take {size} bytes as text"
            )
        bad = {}
        if once.bad:
            at = places_where(pc.is_in(places, pa.array(list(once.bad), places.type)))
            bad = {int(i): once.bad[places[int(i)].as_py()] for i in at}
        return Column(once.texts.take(places), bad)
    if types.is_date(kind) or types.is_timestamp(kind):
        return _days(name, values)
    if types.is_floating(kind):
        return _numbers(name, values)
    if types.is_binary(kind) or types.is_fixed_size_binary(kind):
        # Whether the bytes are text is seen value by value, later.
        return Column(values.cast(pa.binary()).view(pa.string()))
    if types.is_decimal(kind) and kind.scale < 0:
        values = values.cast(pa.decimal256(76, 0))
    if not any(is_one(kind) for is_one in READABLE):
        raise Refused(f"unknown type: column {name!r} is of type {kind}, which holds no text")
    try:
        return Column(values.cast(pa.string()))
    except (pa.ArrowException, NotImplementedError) as error:
        raise Refused(f"undecodable bytes: column {name!r} of type {kind}: {error}") from None


def _days(name: str, values: pa.Array) -> Column:
    """Days as YYYYMMDD, each in the zone its column names."""
    kind = values.type
    if types.is_timestamp(kind) and kind.tz:
        try:
            values = pc.local_timestamp(values)
        except (pa.ArrowException, ValueError, OSError) as error:
            raise Refused(f"unknown type: column {name!r} is of type {kind}: {error}") from None
        kind = values.type
    days = values if kind == pa.date32() else values.cast(pa.date32(), safe=False)
    number = days.cast(pa.int32())
    calendar = pc.and_(  # days since 1970 of 0001-01-01 and 9999-12-31
        pc.greater_equal(number, -719162), pc.less_equal(number, 2932896)
    )
    texts = pc.strftime(pc.if_else(calendar, days, None), format="%Y%m%d")
    texts = texts.cast(pa.string())
    bad = _where(pc.invert(calendar), lambda i: f"no day: {number[i].as_py()} days after 1970")
    if kind != pa.date32():
        whole = pc.equal(days.cast(kind), values)
        bad |= _where(
            pc.and_(calendar, pc.invert(whole)),
            lambda i: f"a time of day: {shown(values[i].cast(pa.string()))}, not only a day",
        )
    return Column(_but(texts, bad), bad)


def _numbers(name: str, values: pa.Array) -> Column:
    """Floating-point numbers, whole ones without a point."""
    if values.type not in EXACT:
        raise Refused(
            f"unknown type: column {name!r} is of type {values.type}, which holds three digits; "
            "deliver it as text, decimal or double"
        )
    finite = pc.is_finite(values)
    exact = pc.less(pc.abs(values), EXACT[values.type])
    sure = pc.if_else(pc.and_(finite, exact), values, None)
    whole = pc.if_else(pc.equal(sure, pc.floor(sure)), sure, None)
    texts = pc.coalesce(whole.cast(pa.int64()).cast(pa.string()), sure.cast(pa.string()))
    texts = _without_rounding(sure.to_numpy(zero_copy_only=False), texts)
    bad = _where(pc.invert(finite), lambda i: f"no number: {shown(values[i].as_py())}")
    bad |= _where(
        pc.and_(finite, pc.invert(exact)),
        lambda i: (
            f"digits lost: {shown(values[i].as_py())} is beyond what {values.type} holds exactly"
        ),
    )
    return Column(texts, bad)


def _without_rounding(numbers: np.ndarray, texts: pa.Array) -> pa.Array:
    """The texts, without powers of ten; those of sums as what was summed comes to: 0.1 + 0.2 is 0.3.

    A number is taken for another of a few decimals if it is that but for what rounding can do, and
    nearer to it than a thousandth of its last decimal.

    Args:
        numbers: missing ones are not numbers.
    """
    few = np.full(len(numbers), -1)
    slack = ROUNDED * np.spacing(np.abs(numbers))
    for places in range(PLACES, -1, -1):
        off = np.abs(np.round(numbers, places) - numbers)
        few[(off > 0) & (off <= slack) & (off < 10.0 ** -(places + 3))] = places
    meant = {i: f"{numbers[i]:.{few[i]}f}" for i in map(int, np.flatnonzero(few >= 0))}
    for i in map(int, places_where(pc.match_substring(texts, "e"))):
        meant.setdefault(i, np.format_float_positional(numbers[i], trim="-"))
    if not meant:
        return texts
    said = pa.array([meant.get(i) for i in range(len(texts))], pa.string())
    return pc.coalesce(said, texts)


def _where(mask: pa.Array, reason: Callable[[int], str]) -> dict[int, str]:
    """The places at which a mask holds, and what is to be said of each."""
    return {int(i): reason(int(i)) for i in places_where(mask)}


def _but(texts: pa.Array, bad: dict[int, str]) -> pa.Array:
    """The texts without those that are bad."""
    if not bad:
        return texts
    keep = np.ones(len(texts), dtype=bool)
    keep[list(bad)] = False
    return pc.if_else(pa.array(keep), texts, None)


def _opened(data: bytes) -> pyarrow.parquet.ParquetFile:
    """A file whose footer, row groups and bytes agree with each other."""
    try:
        about = footer(data)
    except ValueError as error:
        raise Refused(f"cut off or no Parquet file: {error}") from None
    if sum(chunk.unpacked for chunk in about.chunks) > most_unpacked(len(data)):
        raise too_large("bytes", len(data))
    at = len(MAGIC)
    for start, end in [*((c.start, c.end) for c in about.chunks), (about.start, about.start)]:
        if MAGIC in data[at:start]:
            raise Refused(
                f"more than one table: bytes {at} to {start} belong to no row group and hold "
                "another Parquet file"
            )
        at = max(at, end)
    try:
        schema = pyarrow.parquet.read_metadata(pa.BufferReader(data)).schema
        columns = [schema.column(n) for n in range(len(schema))]
        texts = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
        # INT96 counts nanoseconds, which as such end in 2262. Text stays packed until its size has
        # been seen: a long value repeated a million times takes little room in the file.
        return pyarrow.parquet.ParquetFile(
            pa.BufferReader(data),
            coerce_int96_timestamp_unit="us",
            page_checksum_verification=True,
            read_dictionary=texts,
        )
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Refused(f"cut off or no Parquet file: {error}") from None


def read(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good row of a file, and every bad one with its place and reason.

    Raises:
        Refused: if the file as a whole cannot be read.
    """
    if not data:
        raise Refused("empty file: it has no byte")
    file = _opened(data)
    fault = column_faults(feed, file.schema_arrow.names)
    if fault:
        raise Refused(fault)
    parts: list[pa.Table] = []
    bad: list[Bad] = []
    done, room = 0, most_unpacked(len(data))
    try:
        for piece in file.iter_batches(PIECE, columns=list(feed.column_names)):
            rows, spoilt = _piece(feed, piece, done)
            parts.append(rows)
            bad += spoilt
            done += len(piece)
            room -= rows.nbytes
            if room < 0:
                raise too_large("bytes", len(data))
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise Refused(f"cut off or no Parquet file: {error}") from None
    if done != file.metadata.num_rows:
        raise Refused(
            f"malformed Parquet: the footer promises {file.metadata.num_rows} rows, the row groups "
            f"hold {done}"
        )
    empty = pa.schema([("line", pa.int64()), *((n, pa.string()) for n in feed.column_names)])
    return pa.concat_tables(parts) if parts else empty.empty_table(), bad


def _piece(feed: Feed, piece: pa.RecordBatch, before: int) -> tuple[pa.Table, list[Bad]]:
    """Good and bad rows of some rows of a file, `before` of which have been read."""
    columns = {name: as_text(name, piece.column(name)) for name in feed.column_names}
    reasons: dict[int, str] = {}
    for name, column in columns.items():
        for at, reason in column.bad.items():
            kind, _, what = reason.partition(": ")
            reasons.setdefault(at, f"{kind}: column {name!r} holds {what}")
    lines = pa.array(np.arange(before + 1, before + len(piece) + 1))
    rows = pa.table(
        [lines, *(without_empty(column.texts) for column in columns.values())],
        names=["line", *columns],
    )
    return _without_bad(rows, reasons)


def _without_bad(rows: pa.Table, reasons: dict[int, str]) -> tuple[pa.Table, list[Bad]]:
    """Rows without those that hold what no text may hold, which come back as bad ones.

    Args:
        reasons: place (from 0) of rows that are bad already -> why.
    """
    for name in rows.column_names[1:]:
        values = rows.column(name).combine_chunks()
        try:
            values.validate(full=True)
            wrong = places_where(pc.match_substring(values, "\x00"))
            reason = "NUL byte"
        except pa.ArrowInvalid:
            binary = values.cast(pa.binary())
            wrong = [i for i, v in enumerate(binary.to_pylist()) if v and not _is_text(v)]
            reason = "undecodable bytes"
        for i in wrong:
            reasons.setdefault(int(i), f"{reason}: in the value of {name!r}")
    lines = rows.column("line")
    bad = [Bad(lines[i].as_py(), None, None, reasons[i], "") for i in sorted(reasons)]
    return without_rows(rows, reasons), bad


def _is_text(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in value
