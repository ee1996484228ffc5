"""Parquet: columns of text, the notice among the file's key-value metadata.

Other people's files may type their columns; numbers, dates and truth values are read as the text a
clerk would have typed. Source: Apache Parquet format.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from schemas.contract import Feed
from sources.files.base import NOTICE, Bad, Refused, column_faults, column_of, without_empty

GROUP = 1 << 17  # rows of a row group


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


def as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values of any simple type as text: days as YYYYMMDD, whole numbers without a point.

    Raises:
        Refused: if the type is no simple one.
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        return as_text(values.cast(kind.value_type))
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pc.strftime(values.cast(pa.timestamp("s"), safe=False), format="%Y%m%d")
    if pa.types.is_floating(kind):
        whole = pc.equal(values, pc.floor(values))
        digits = pc.if_else(whole, values, None).cast(pa.decimal128(38, 0), safe=False)
        return pc.coalesce(digits.cast(pa.string()), values.cast(pa.string()))
    if pa.types.is_nested(kind):
        raise Refused(f"unknown column: a column of type {kind} holds no text")
    try:
        return values.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Refused(f"undecodable bytes: {error}") from None


def read(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good row of a file, and every bad one with its place and reason.

    Raises:
        Refused: if the file as a whole cannot be read.
    """
    if not data:
        raise Refused("empty file: it has no byte")
    try:
        table = pyarrow.parquet.ParquetFile(pa.BufferReader(data)).read()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Refused(f"cut off or no Parquet file: {error}") from None
    fault = column_faults(feed, table.column_names)
    if fault:
        raise Refused(fault)
    columns = [as_text(table.column(name)).combine_chunks() for name in feed.column_names]
    lines = pa.array(np.arange(1, len(table) + 1))
    rows = pa.table(
        [lines, *(without_empty(values) for values in columns)],
        names=["line", *feed.column_names],
    )
    return _without_bad(rows)


def _without_bad(rows: pa.Table) -> tuple[pa.Table, list[Bad]]:
    """Rows without those that hold bytes no text may hold, which come back as bad ones."""
    reasons: dict[int, str] = {}
    for name in rows.column_names[1:]:
        values = rows.column(name).combine_chunks()
        try:
            values.validate(full=True)
            nul = pc.fill_null(pc.match_substring(values, "\x00"), False)
            wrong = np.flatnonzero(nul.to_numpy(zero_copy_only=False))
            reason = "NUL byte"
        except pa.ArrowInvalid:
            binary = values.cast(pa.binary())
            wrong = [i for i, v in enumerate(binary.to_pylist()) if v and not _is_text(v)]
            reason = "undecodable bytes"
        for i in wrong:
            reasons.setdefault(int(i), f"{reason}: in the value of {name!r}")
    if not reasons:
        return rows, []
    keep = np.ones(len(rows), dtype=bool)
    keep[list(reasons)] = False
    bad = [Bad(i + 1, None, None, reasons[i], "") for i in sorted(reasons)]
    return rows.filter(pa.array(keep)), bad


def _is_text(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in value
