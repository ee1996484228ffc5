"""Excel workbooks: the notice in the first row, the header in the second, then a row a record.

Every cell is written as text. Files that went through someone's hands may hold numbers and dates
instead: whole numbers are read without a point, dates as YYYYMMDD. A number of more than fifteen
digits has by then lost its last digits, as spreadsheets do; it is read as the file gives it.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine
import xlsxwriter

from schemas.contract import Feed
from sources.files.base import (
    NOTICE,
    Bad,
    Refused,
    UnwritableError,
    column_faults,
    column_of,
    table_of,
)

CREATED = datetime(2024, 1, 1)  # written into every workbook, so that equal rows give equal bytes
MOST_ROWS, MOST_CHARACTERS = 1_048_576 - 2, 32_767  # of a sheet and of a cell


def write(feed: Feed, rows: pa.Table, path: Path) -> None:
    """Write one file.

    Raises:
        UnwritableError: if there are more rows than a sheet, or more text than a cell, can hold.
    """
    if len(rows) > MOST_ROWS:
        raise UnwritableError(f"{feed.name}: a sheet holds {MOST_ROWS} records, not {len(rows)}")
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "in_memory": False})
    book.set_properties({"created": CREATED, "comments": NOTICE})
    sheet = book.add_worksheet(feed.name[:31])
    sheet.write_string(0, 0, NOTICE)
    for place, name in enumerate(feed.column_names):
        sheet.write_string(1, place, name)
    columns = [column_of(rows, name).to_pylist() for name in feed.column_names]
    for row, values in enumerate(zip(*columns, strict=True), start=2):
        for place, value in enumerate(values):
            if value is not None and sheet.write_string(row, place, value):
                book.close()
                name = feed.column_names[place]
                raise UnwritableError(f"{feed.name}.{name}: a cell cannot hold {value[:40]!r}…")
    book.close()


def as_text(value: Any) -> str | None:
    """A cell as the text a clerk would have typed."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime | date):
        return value.strftime("%Y%m%d")
    if isinstance(value, time | timedelta):
        return str(value)
    return str(value)


def read(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good row of a file's first sheet, and every bad one with its place and reason.

    Raises:
        Refused: if the file as a whole cannot be read.
    """
    if not data:
        raise Refused("empty file: it has no byte")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused(f"cut off or no workbook: {error}") from None
    top = next((i for i, row in enumerate(cells) if any(as_text(c) for c in row)), None)
    if top is None:
        raise Refused("empty file: its first sheet has no cell")
    alone = sum(1 for cell in cells[top] if as_text(cell)) == 1
    if alone and as_text(cells[top][0]) not in feed.column_names:
        top += 1
    header = [as_text(cell) for cell in cells[top]] if top < len(cells) else []
    while header and header[-1] is None:
        header.pop()
    fault = column_faults(feed, [name or "" for name in header])
    if fault:
        raise Refused(fault)
    order = [header.index(name) for name in feed.column_names]
    plain = all(type(cell) is str for row in cells[top + 1 :] for cell in row)
    lines, good, bad = [], [], []
    for number, row in enumerate(cells[top + 1 :], start=top + 2):
        values = row if plain else [as_text(cell) for cell in row]
        if not any(values):
            continue
        if any(values[len(header) :]):
            reason = f"wrong column count: a value beyond the {len(header)} columns"
            bad.append(Bad(number, None, None, reason, "\t".join(v or "" for v in values)))
        elif any("\x00" in value for value in values if value):
            reason = "NUL byte: in the row"
            bad.append(Bad(number, None, None, reason, "\t".join(v or "" for v in values)))
        else:
            lines.append(number)
            good.append([values[i] for i in order])
    return table_of(feed, lines, good), bad
