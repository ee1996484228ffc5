"""Excel workbooks: the notice in the first row, the header in the second, then a row a record.

Every cell is written as text. Files that went through someone's hands may hold numbers and dates
instead: numbers are read as the fifteen digits that spreadsheets show of them, whole ones without a
point and with the zeros in front that their number format shows, dates as YYYYMMDD. A row is
unreadable if a cell of it says less than was meant: an error (#N/A), a formula that was never worked
out, a cell merged with those of other rows, a day with a time of day, a number of more than those
fifteen digits.

Every sheet whose columns are the contract's is read, hidden ones too, and its rows are numbered on
from the sheet before. A sheet of other columns is one thing unreadable, with all its rows.
Source: ECMA-376 (Office Open XML), parts 1 (cells, styles) and 2 (packages).
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine
from lxml import etree

from schemas.contract import Feed
from schemas.notice import NOTICE
from sources.files.base import (
    Bad,
    Refused,
    UnwritableError,
    column_faults,
    column_of,
    most_unpacked,
    table_of,
    too_large,
)

CREATED = datetime(2024, 1, 1)  # written into every workbook, so that equal rows give equal bytes
MOST_ROWS, MOST_CHARACTERS = 1_048_576 - 2, 32_767  # of a sheet and of a cell
DIGITS = 15  # that a spreadsheet keeps of a number
# A grid is that many times larger than its filled cells, or has that many cells, before one of them
# is taken for a stray one.
MOST_EMPTY, GRID_ALWAYS = 16, 1_000_000
CELLS = re.compile(rb"<c(?: [^>]*)?>")
PLACES = re.compile(rb"<c [^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
FILLED = re.compile(rb"<c [^>]*?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'](?:[^>]*[^/>])?>")
ROWS = re.compile(rb"<row [^>]*?\br=[\"']([0-9]{1,7})[\"']")
ERRORS = re.compile(rb"<c [^>]*?\bt=[\"']e[\"'][^>]*>(?:<f.*?(?:/>|</f>))?<v>([^<]*)<", re.DOTALL)
IN_ERROR = re.compile(rb"<c [^>]*?\bt=[\"']e[\"'](?:[^>]*[^/>])?>")
UNSOLVED = re.compile(rb"<c ([^>]*)><f(?:[^>]*/>|(?: [^>]*[^/>])?>[^<]*</f>)(?:<v/>|<v></v>)?</c>")
PLACE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
SHARED = re.compile(rb"<c [^>]*?\bt=[\"']s[\"'][^>]*><v>([0-9]+)<")
STYLED = re.compile(rb"<c [^>]*?\bs=[\"']([0-9]+)[\"'][^>]*><v>[0-9]+<")
# The form of the tags that say where something stands; what has another form is not let through to
# the reader, which takes letters and numbers of any length and reserves the room they ask for.
TAGS = re.compile(rb"<(?:c|row)[\s/>]")
PLAIN_TAGS = re.compile(rb"<(?:c|row)(?:\s+[\w:.-]+=(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*/?>")
PLACED = re.compile(rb"<(?:c|row)\s[^>]*?\br=")
PLAIN_PLACES = re.compile(rb"<(?:c\s[^>]*?\br=[\"'][A-Z]{1,3}|row\s[^>]*?\br=[\"'])[0-9]{1,7}[\"']")
TWICE = re.compile(rb"<(?:c|row)\s[^>]*?\br=[^>]*?\br=")
OTHER_PREFIX = re.compile(rb"<\w+:(?:c|row|v|is|t|sheetData)[\s/>]")
PREFIX = re.compile(rb"<(\w+):(?:worksheet|sst|workbook)\b")
# What the readers of packages, of XML and of sheets raise for what is none.
NO_WORKBOOK = (
    zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, python_calamine.CalamineError, OSError,
    KeyError, ValueError, OverflowError, MemoryError, EOFError, RuntimeError,
)  # fmt: skip
OPTIONS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


def write(feed: Feed, rows: pa.Table, path: Path) -> None:
    """Write one file.

    Raises:
        UnwritableError: if there are more rows than a sheet, or more text than a cell, can hold.
    """
    if len(rows) > MOST_ROWS:
        raise UnwritableError(f"{feed.name}: a sheet holds {MOST_ROWS} records, not {len(rows)}")
    import xlsxwriter  # only here, since whoever reads can start without it

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
    """A cell as the text a clerk would have typed.

    Raises:
        ValueError: if that text would not be all the cell says; the message is the reason.
    """
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if not abs(value) < 10**DIGITS:
            raise ValueError(f"digits lost: {value!r}, and a spreadsheet keeps {DIGITS} digits")
        value = float(f"{value:.{DIGITS}g}")  # what a formula leaves behind them is never shown
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime) and value.time() != time():
        raise ValueError(f"a time of day: '{value}', not only a day")
    if isinstance(value, datetime | date):
        return f"{value.year:04d}{value.month:02d}{value.day:02d}"
    return str(value)


@dataclass
class Sheet:
    """One sheet of a workbook."""

    name: str  # as its tab says
    cells: list[list[Any]]  # the rows from the first on, empty ones included
    # (row, column), from 0 -> why its cell says nothing: a few words, a colon, a value.
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    # (row, column), from 0 -> how many digits its cell shows of a whole number.
    digits: dict[tuple[int, int], int] = field(default_factory=dict)

    def row(self, number: int) -> tuple[list[str | None], tuple[int, str] | None]:
        """The cells of a row (from 0) as text, and the first that cannot be read: place, reason."""
        values: list[str | None] = []
        fault = None
        for place, cell in enumerate(self.cells[number]):
            try:
                text = as_text(cell)
            except ValueError as error:
                text = str(cell)
                fault = fault or (place, str(error))
            if (number, place) in self.faults:
                fault = fault or (place, self.faults[number, place])
                text = text or self.faults[number, place].partition(": ")[2].strip("'")
            if text and text.isdigit():
                text = text.zfill(self.digits.get((number, place), 0))
            values.append(text)
        return values, fault


def read(feed: Feed, data: bytes) -> tuple[pa.Table, list[Bad]]:
    """Every good row of a file's sheets, and every bad one with its place and reason.

    Raises:
        Refused: if the file as a whole cannot be read.
    """
    if not data:
        raise Refused("empty file: it has no byte")
    lines: list[int] = []
    good: list[list[str | None]] = []
    bad: list[Bad] = []
    faults: list[str] = []
    before, found = 0, False
    for sheet in _sheets(feed, data):
        fault = _take(feed, sheet, before, lines, good, bad)
        found = found or fault is None
        faults += [fault] if fault else []
        before += len(sheet.cells)
    if not found:
        raise Refused(faults[0] if faults else "empty file: its sheets have no cell")
    return table_of(feed, lines, good), bad


def _take(
    feed: Feed,
    sheet: Sheet,
    before: int,
    lines: list[int],
    good: list[list[str | None]],
    bad: list[Bad],
) -> str | None:
    """Add the rows of a sheet to those read, numbered on from the `before` rows of other sheets.

    Returns:
        What is wrong with its columns; its rows are then one bad thing. None if nothing is, or if it
        has no cell.
    """
    width = max(map(len, sheet.cells), default=0)
    plain = not sheet.faults and not sheet.digits
    if plain and all(type(cell) is str for row in sheet.cells for cell in row):
        rows = [(row, None) for row in sheet.cells]
    else:
        rows = [sheet.row(n) for n in range(len(sheet.cells))]
    filled = [n for n, (values, _) in enumerate(rows) if any(values)]
    if not filled:
        return None
    top = filled[0]
    alone = sum(1 for value in rows[top][0] if value) == 1
    if alone and rows[top][0][0] not in feed.column_names:
        top += 1
    header = [value or "" for value in rows[top][0]] if top < len(rows) else []
    while header and not header[-1]:
        header.pop()
    fault = column_faults(feed, header)
    if fault:
        first = filled[0]
        reason = f"another table: sheet {sheet.name!r} with {len(filled)} rows: {fault}"
        shown = _shown(rows[first][0])
        bad.append(Bad(before + first + 1, None, None, reason, shown, len(filled)))
        return fault
    order = [header.index(name) for name in feed.column_names]
    names = [*header, *(f"number {n + 1}" for n in range(len(header), width))]
    for number in filled:
        if number <= top:
            continue
        values, spoilt = rows[number]
        reason = None
        if any(values[len(header) :]):
            reason = f"wrong column count: a value beyond the {len(header)} columns"
        elif spoilt is not None:
            kind, _, what = spoilt[1].partition(": ")
            reason = f"{kind}: column {names[spoilt[0]]!r} holds {what}"
        elif any("\x00" in value for value in values if value):
            reason = "NUL byte: in the row"
        if reason is None:
            lines.append(before + number + 1)
            good.append([values[i] for i in order])
        else:
            bad.append(Bad(before + number + 1, None, None, reason, _shown(values)))
    return None


def _shown(values: list[str | None]) -> str:
    return "\t".join(value or "" for value in values)


def _sheets(feed: Feed, data: bytes) -> list[Sheet]:
    """The sheets of a workbook in the order of their tabs."""
    parts = package(data)
    found = []
    try:
        formats = _digits_shown(parts)
        places = _parts_of_sheets(parts)
        _see_that_texts_fit(parts, len(data))
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for tab in book.sheets_metadata:
            if tab.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            name = tab.name
            raw = parts[places[name]]
            _see_that_it_fits(feed, name, raw, len(data))
            sheet = book.get_sheet_by_name(name)
            cells = sheet.to_python(skip_empty_area=False)
            faults, digits = _faults(raw), {}
            for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
                for row in range(top, min(bottom, len(cells) - 1) + 1) if bottom > top else ():
                    rows = f"rows {top + 1} to {bottom + 1}"
                    faults.setdefault((row, left), f"merged cells: one value for {rows}")
            if formats:
                digits = {
                    at: formats[style] for at, style in _styled(raw).items() if style in formats
                }
            if faults or digits:  # error cells may stand beyond what counts as filled
                height = max(row for row, _ in (*faults, *digits)) + 1
                width = max(column for _, column in (*faults, *digits)) + 1
                cells += [[] for _ in range(height - len(cells))]
                cells = [row + [""] * (width - len(row)) for row in cells]
            found.append(Sheet(name, cells, faults, digits))
    except NO_WORKBOOK as error:
        raise Refused(f"cut off or no workbook: {error}") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the reader of workbooks ends in
            raise
        raise Refused(f"cut off or no workbook: {error}") from None
    return found


def package(data: bytes) -> dict[str, bytes]:
    """The XML parts of a workbook, by name, without prefixes before their elements.

    Raises:
        Refused: if it is no package, holds bytes or parts that do not belong to it, or unpacks to
            more than `most_unpacked` bytes.
    """
    parts: dict[str, bytes] = {}
    room = most_unpacked(len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            members = folder.infolist()
            end = data.rfind(b"PK\x05\x06")
            ends = end + 22 + int.from_bytes(data[end + 20 : end + 22], "little")
            if ends != len(data) or min((m.header_offset for m in members), default=0) != 0:
                raise Refused("more than one table: bytes before or after the workbook")
            for member in members:
                room -= member.file_size
                if room < 0:
                    raise too_large("bytes", len(data))
                if member.filename in parts:
                    raise Refused(f"more than one table: part {member.filename!r} twice")
                if member.filename.endswith((".xml", ".rels")):
                    part = folder.read(member)
                    prefix = PREFIX.search(part, 0, 2000)
                    if prefix:
                        part = part.replace(b"<" + prefix[1] + b":", b"<")
                        part = part.replace(b"</" + prefix[1] + b":", b"</")
                    parts[member.filename] = part
    except NO_WORKBOOK as error:
        raise Refused(f"cut off or no workbook: {error}") from None
    return parts


def _root(part: bytes) -> etree._Element:
    root = etree.fromstring(part, etree.XMLParser(**OPTIONS))
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def _parts_of_sheets(parts: dict[str, bytes]) -> dict[str, str]:
    """Name of a tab -> the part its sheet stands in."""
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in _root(parts["xl/_rels/workbook.xml.rels"]).iter("Relationship")
    }
    found = {}
    for sheet in _root(parts["xl/workbook.xml"]).iter("sheet"):
        (mark,) = [value for key, value in sheet.items() if etree.QName(key).localname == "id"]
        target = targets[mark]
        found[sheet.get("name", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    return found


def _digits_shown(parts: dict[str, bytes]) -> dict[int, int]:
    """Number of a cell style -> how many digits it shows of a whole number, if it says so."""
    if b'"00' not in parts.get("xl/styles.xml", b""):
        return {}
    root = _root(parts["xl/styles.xml"])
    shows = {
        form.get("numFmtId"): len(form.get("formatCode", ""))
        for form in root.iter("numFmt")
        if re.fullmatch("0{2,}", form.get("formatCode", ""))
    }
    return {
        style: shows[form.get("numFmtId")]
        for cells in root.iter("cellXfs")
        for style, form in enumerate(cells.iter("xf"))
        if form.get("numFmtId") in shows
    }


def _place(letters: bytes, row: bytes) -> tuple[int, int]:
    """(row, column) from 0 of a cell called as in `AB12`."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - ord("A") + 1
    return int(row) - 1, column - 1


def _faults(raw: bytes) -> dict[tuple[int, int], str]:
    """The cells of a sheet that show an error, or a formula without what it comes to."""
    if b"<f" not in raw and b't="e"' not in raw and b"t='e'" not in raw:
        return {}
    if len(ERRORS.findall(raw)) != len(IN_ERROR.findall(raw)):
        raise ValueError("an error cell that cannot be taken apart")
    found = {}
    for match in ERRORS.finditer(raw):
        error = match[1].decode("utf-8", "replace")
        found[_placed(match[0])] = f"error cell: {error!r}"
    for match in UNSOLVED.finditer(raw):
        if b't="str"' not in match[1] and b"t='str'" not in match[1]:  # which may come to nothing
            found[_placed(match[0])] = "formula without a value: '='"
    return found


def _placed(cell: bytes) -> tuple[int, int]:
    place = PLACE.search(cell)
    if place is None:
        raise ValueError("an error cell that does not say where it stands")
    return _place(place[1], place[2])


def _styled(raw: bytes) -> dict[tuple[int, int], int]:
    """The number of the style of every cell that holds a whole number."""
    found = {}
    for match in STYLED.finditer(raw):
        place = PLACE.search(match[0])
        if place is not None:
            found[_place(place[1], place[2])] = int(match[1])
    return found


def _see_that_texts_fit(parts: dict[str, bytes], size: int) -> None:
    """Refuse a workbook in which a long text is said in so many cells that it fills the memory."""
    texts = [len(text) for text in parts.get("xl/sharedStrings.xml", b"").split(b"<si>")[1:]]
    room = most_unpacked(size)
    for part in parts.values() if texts else ():
        if b"<sheetData" in part:
            said = [int(n) for n in SHARED.findall(part)]
            if len(said) * max(texts) > room:
                room -= sum(texts[n] for n in said if n < len(texts))
    if room < 0:
        raise too_large("bytes of text", size)


def _see_that_it_fits(feed: Feed, name: str, raw: bytes, size: int) -> None:
    """Refuse a sheet whose grid would be far larger than what is in it."""
    plain = len(TAGS.findall(raw)) == len(PLAIN_TAGS.findall(raw))
    plain = plain and len(PLACED.findall(raw)) == len(PLAIN_PLACES.findall(raw))
    if not plain or b"\x00" in raw or TWICE.search(raw) or OTHER_PREFIX.search(raw):
        raise Refused(f"cut off or no workbook: sheet {name!r} has cells that say no place")
    cells = len(CELLS.findall(raw))
    most = max(MOST_EMPTY * cells, GRID_ALWAYS)
    places = PLACES.findall(raw)  # a cell may name another row than the one it stands in
    columns = max((_place(c, b"1")[1] + 1 for c in {letters for letters, _ in places}), default=0)
    rows = max((int(row) for row in (*ROWS.findall(raw), *(row for _, row in places))), default=0)
    if max(rows, cells) * max(columns, 1) <= most:
        return
    filled = [_place(match[1], match[2]) for match in FILLED.finditer(raw)]
    rows = max((row + 1 for row, _ in filled), default=0)
    columns = max((column + 1 for _, column in filled), default=0)
    unplaced = cells > len(PLACED.findall(raw)) - len(ROWS.findall(raw))
    if rows * columns > most or unplaced:
        raise Refused(
            f"too large: sheet {name!r} has cells as far as row {rows}, column {columns}; the table "
            f"has {len(feed.columns)} columns, and {len(filled)} cells are filled"
        )
