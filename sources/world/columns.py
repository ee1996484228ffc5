"""The tables of the world: their columns and types, and how to fill them quickly.

`COLUMNS` is what the islands' `observe.sql` may read. Text is put together from pools by index, in
Arrow, without a loop over rows.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from sources.world.days import OPEN

BLOCK = 1 << 18  # rows worked on at a time, so that memory does not grow with the world

_NO, _TEXT, _DAY, _MONEY = pa.int64(), pa.string(), pa.date32(), pa.int64()

COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "subjects": {
        "subject_no": _NO,
        "kind": _TEXT,  # enterprise | resident | social_organisation | government_body
        "uscc": _TEXT,
        "org_code": _TEXT,
        "registration_no": _TEXT,
        "tax_no": _TEXT,
        "resident_no": _TEXT,
        "division": _TEXT,
        "born": _DAY,  # founded, or birthday
        "ended": _DAY,  # deregistered, or died; no statement about it holds from that day on
        "sex": _TEXT,  # M | F, residents only
        "trade": _TEXT,
        "registrar": _TEXT,
        "capital_fen": _MONEY,
        "file_no": _TEXT,  # the registry's own number, unique, never changes
    },
    "attributes": {
        "subject_no": _NO,
        "property": _TEXT,  # name | address | phone | status | scope
        "value": _TEXT,
        "valid_from": _DAY,
        "valid_to": _DAY,
    },
    "links": {
        "link_no": _NO,
        "link_kind": _TEXT,
        "a_no": _NO,
        "b_no": _NO,
        "share_permille": pa.int64(),
        "valid_from": _DAY,
        "valid_to": _DAY,
    },
    "conduct": {
        "conduct_no": _NO,
        "conduct_kind": _TEXT,
        "subject_no": _NO,
        "ground": _TEXT,
        "severity": _TEXT,
        "amount_fen": _MONEY,
        "document_no": _TEXT,
        "decided": _DAY,
        "due": _DAY,
        "held_from": _DAY,  # first day the recording island's register holds it
        "held_to": _DAY,  # first day it no longer does
        "office": _TEXT,
        "detail": _TEXT,
    },
}

SCHEMAS = {
    name: pa.schema([pa.field(column, kind) for column, kind in columns.items()])
    for name, columns in COLUMNS.items()
}

Column = pa.Array | NDArray | str | None


def table(name: str, rows: int, **columns: Column) -> pa.Table:
    """A table of the world from its columns, in the schema's order and types.

    A column may be an Arrow array, a numpy array (days: `OPEN` becomes null), one text for all
    rows, or None for nulls, as has a column that is left out.

    Raises:
        TypeError: if there is a column the schema does not know.
    """
    schema = SCHEMAS[name]
    strangers = set(columns) - set(schema.names)
    if strangers:
        raise TypeError(f"world.{name} has no columns {sorted(strangers)}.")
    return pa.Table.from_arrays(
        [_array(columns.get(field.name), field.type, rows) for field in schema], schema=schema
    )


def _array(values: Column, kind: pa.DataType, rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(rows, kind)
    if isinstance(values, str):
        return pa.repeat(_one(values), rows)
    if isinstance(values, pa.Array):
        return values
    if kind == pa.date32():
        known = np.packbits(values < OPEN, bitorder="little")
        return _from(kind, values.astype(np.int32), pa.py_buffer(known))
    return _from(kind, values.astype(np.int64))


# Arrow's own `array` would do, but loads pandas, which takes longer than making a small world.


def _from(kind: pa.DataType, values: NDArray, known: pa.Buffer | None = None) -> pa.Array:
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(kind, values.size, [known, buffer])


def texts(values: Sequence[str]) -> pa.Array:
    """Python's text as Arrow's."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.StringArray.from_buffers(
        len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))
    )


def integers(values: ArrayLike) -> pa.Array:
    """Numpy's integers as Arrow's."""
    return _from(pa.int64(), np.asarray(values, dtype=np.int64))


def flags(values: NDArray[np.bool_]) -> pa.Array:
    """Numpy's truth values as Arrow's."""
    bits = pa.py_buffer(np.packbits(values, bitorder="little"))
    return pa.Array.from_buffers(pa.bool_(), values.size, [None, bits])


def _one(value: str) -> pa.Scalar:
    return texts([value])[0]


def blocks(rows: int, size: int = BLOCK) -> Iterator[slice]:
    """Consecutive stretches of at most `size` rows; one, though empty, if there are none."""
    for start in range(0, max(rows, 1), size):
        yield slice(start, min(start + size, rows))


def in_blocks(parts: Iterable[pa.Table | pa.RecordBatch], size: int) -> Iterator[pa.Table]:
    """The same rows in tables of `size` rows, but for the last, however they come."""
    waiting: list[pa.Table] = []
    held = 0
    for part in parts:
        waiting.append(part if isinstance(part, pa.Table) else pa.Table.from_batches([part]))
        held += len(part)
        while held >= size:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, size)
            waiting, held = [whole.slice(size)], held - size
    if held:
        yield pa.concat_tables(waiting)


def pick(pool: Sequence[str] | pa.Array, indices: ArrayLike) -> pa.Array:
    """The pool's text at each index."""
    if not isinstance(pool, pa.Array):
        pool = texts(pool)
    return pool.take(integers(indices))


def glue(*parts: pa.Array | str) -> pa.Array:
    """Parts side by side, row by row; a plain text is the same in every row."""
    if len(parts) == 1:
        return parts[0]
    columns = [_one(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*columns, _one(""))


def plain(numbers: ArrayLike) -> pa.Array:
    """Integers as decimal text."""
    return pc.cast(integers(numbers), pa.string())


def padded(numbers: ArrayLike, width: int) -> pa.Array:
    """Integers as decimal text, zero-filled to `width`.

    Raises:
        ValueError: if a number is negative or too long.
    """
    array = np.asarray(numbers, dtype=np.int64)
    if array.size and (array.min() < 0 or array.max() >= 10**width):
        raise ValueError(f"{array.min()} to {array.max()} do not fit {width} digits.")
    codes = np.empty((array.size, width), dtype=np.uint8)
    rest = array
    for place in range(width - 1, -1, -1):
        codes[:, place] = rest % 10 + ord("0")
        rest = rest // 10
    return _ascii(codes)


def fixed(text: NDArray[np.str_]) -> pa.Array:
    """A numpy array of ASCII text that is all of one width, as `schemas.identifiers` makes it."""
    width = text.dtype.itemsize // 4
    return _ascii(np.ascontiguousarray(text).view(np.uint32).reshape(-1, width).astype(np.uint8))


def _ascii(codes: NDArray[np.uint8]) -> pa.Array:
    rows, width = codes.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(codes.tobytes()))


def rank_within(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row, how many earlier rows are of the same group."""
    if not groups.size:
        return np.empty(0, dtype=np.int64)
    order = np.argsort(groups, kind="stable")
    placed = groups[order]
    places = np.arange(groups.size)
    first = np.maximum.accumulate(np.where(np.r_[True, placed[1:] != placed[:-1]], places, 0))
    ranks = np.empty(groups.size, dtype=np.int64)
    ranks[order] = places - first
    return ranks
