"""How many records a file holds, counted by another route than the reader's.

Nothing here parses a value or knows what a reader made of it: lines are counted as line ends, the
records of XML as opening tags, those of JSON as braces within lists, rows of a workbook as elements
of its sheets, those of Parquet from its footer. What a reader gives and what it calls unreadable
must come to this number; if not, something was lost or read twice, and the file is refused.
"""

import re
import xml.parsers.expat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.contract import Feed
from sources.files import xlsx
from sources.files.parquet_footer import footer

BOM = b"\xef\xbb\xbf"
SMALL = 1 << 15  # bytes of a file up to which plain Python is faster than arrays
BLOCK = 1 << 24  # bytes looked at in one go
BLANKS = b" \t\r\x0b\x0c"
STRING = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
NOTICE_OBJECT = re.compile(rf'[ \t]*\{{[ \t]*"_notice"[ \t]*:[ \t]*{STRING}[ \t]*\}}[ \t\r]*')
BEGINS = re.compile(rb"[\[,][ \t\r\n]*\Z|\n[ \t]*\Z")
RECORDS = re.compile(rb'"records"\s*:\s*\Z')
FILLED = re.compile(rb"<v>[^<]|<t(?: [^>]*)?>[^<]")
TEXT = re.compile(rb"<(?:v|t)(?: [^>]*)?>([^<]+)</(?:v|t)>")


def records(feed: Feed, data: bytes, rows: pa.Table) -> int:
    """How many records the (unpacked) content of a file holds, readable or not.

    Args:
        rows: what was read of it. Only the line ends within its values are looked at: a record of
            delimited text may take several lines, and which do only a reader can tell if a
            quote is missing.

    Returns:
        The number, the notice and the header left out.
    """
    kind = feed.format
    if kind == "csv":
        return _delimited(data) - _continued(feed, data, rows)
    if kind == "fixed":
        return _fixed(feed, data)
    if kind in ("jsonl", "jsonl.gz"):
        return _json_lines(data)
    if kind == "json":
        return _json_document(data)
    if kind == "xml":
        return _xml(feed, data)
    if kind == "xlsx":
        return _workbook(feed, data)
    return sum(footer(data).groups)


def lines(data: bytes, blanks: bytes) -> int:
    """How many lines hold anything but those bytes."""
    if len(data) <= SMALL:
        return sum(1 for line in data.split(b"\n") if line.strip(blanks))
    text = np.frombuffer(data, np.uint8)
    # Of so much at a time: what a comparison gives takes as much memory as what is compared.
    blocks = range(0, len(text), BLOCK)
    ends = np.concatenate([at + np.flatnonzero(text[at : at + BLOCK] == 0x0A) for at in blocks])
    starts = np.append(0, ends + 1)
    sizes = np.append(ends, len(text)) - starts
    first = text[np.minimum(starts, len(text) - 1)]
    doubtful = np.flatnonzero(np.isin(first, np.frombuffer(blanks, np.uint8)) & (sizes > 0))
    blank = sum(1 for n in doubtful if not data[starts[n] : starts[n] + sizes[n]].strip(blanks))
    return int(np.count_nonzero(sizes)) - blank


def _delimited(data: bytes) -> int:
    """Lines, without the notice and the header."""
    data = data.removeprefix(BOM)
    return lines(data, BLANKS) - data.startswith(b"#") - 1


def _continued(feed: Feed, data: bytes, rows: pa.Table) -> int:
    """How many lines of delimited text go on with a value that a line before began.

    Lines within a value that holds as many delimiters as a record are taken for records.
    """
    if b'"' not in data:
        return 0
    broken: dict[int, list[str]] = {}  # row -> its values of several lines
    for name in rows.column_names[1:]:
        values = rows.column(name)
        for n in np.flatnonzero(pc.fill_null(pc.match_substring(values, "\n"), False)):
            broken.setdefault(int(n), []).append(values[int(n)].as_py())
    found = 0
    for values in broken.values():
        if max(value.count(feed.delimiter) for value in values) < max(len(feed.columns) - 1, 1):
            for value in values:
                within = value.split("\n")[1:-1]
                found += 1 + sum(1 for line in within if line.strip(BLANKS.decode()))
    return found


def _fixed(feed: Feed, data: bytes) -> int:
    """Lines, without a notice, which is no record because it has not a record's width."""
    data = data.removeprefix(BOM)
    width = sum(column.width for column in feed.columns)
    first = data[: data.find(b"\n")] if b"\n" in data else data
    notice = first.startswith(b"#") and len(first.removesuffix(b"\r")) != width
    return lines(data, b"\r") - notice


def _json_lines(data: bytes) -> int:
    """Lines, without a first one that is nothing but the notice."""
    data = data.removeprefix(BOM)
    begin = data.lstrip(b" \t\r\n")
    first = begin[: begin.find(b"\n")] if b"\n" in begin else begin
    try:
        notice = NOTICE_OBJECT.fullmatch(first.decode("utf-8"))
    except UnicodeDecodeError:
        notice = None
    return lines(data, b" \t\r") - bool(notice)


def _xml(feed: Feed, data: bytes) -> int:
    """Opening tags of records, those in comments and quoted text left out."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", errors="replace").encode()
    if b"<!--" in data or b"<![CDATA[" in data or b"<?" in data[2:]:
        # What stands in comments and quoted text is no tag, if the document is one at all.
        found: list[str] = []
        parser = xml.parsers.expat.ParserCreate()
        parser.StartElementHandler = lambda name, _: found.append(name)
        try:
            parser.Parse(data, True)
            return found.count(feed.record_tag)
        except (xml.parsers.expat.ExpatError, ValueError, LookupError):
            pass
    tag = b"<" + feed.record_tag.encode()
    plain = data.count(tag + b">")
    return plain + len(re.findall(re.escape(tag) + rb"[\s/]", data))


def _structure(data: bytes) -> tuple[np.ndarray, np.ndarray, bool]:
    """Places of the braces and brackets outside strings, those bytes, and whether quotes pair.

    A string cannot hold a bare line end, so what a quote without its pair opens ends with its line.
    """
    text = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(text == ord('"'))
    if b"\\" in data:
        after = quotes[(quotes > 0) & (text[quotes - 1] == ord("\\"))]
        escaped = []
        for place in after.tolist():
            start = place
            while start and data[start - 1] == ord("\\"):
                start -= 1
            if (place - start) % 2:
                escaped.append(place)
        quotes = np.setdiff1d(quotes, np.array(escaped, quotes.dtype), assume_unique=True)
    ends = np.flatnonzero(text == 0x0A)
    before = np.searchsorted(quotes, ends)  # quotes up to the end of each line
    paired = not (before % 2).any() and len(quotes) % 2 == 0
    marks = np.flatnonzero(
        (text == ord("{")) | (text == ord("}")) | (text == ord("[")) | (text == ord("]"))
    )
    so_far = np.searchsorted(quotes, marks)
    if not paired:
        so_far = so_far - np.append(0, before)[np.searchsorted(ends, marks)]
    marks = marks[so_far % 2 == 0]
    return marks, text[marks], paired


def _json_document(data: bytes) -> int:
    """Objects within lists, and whatever else the list of records holds.

    Only the outermost ones: what a record holds is part of it. In a document whose brackets do not
    pair, a brace counts that follows a bracket or a comma, or opens a line.
    """
    data = data.removeprefix(BOM)
    marks, kinds, paired = _structure(data)
    steps = np.where((kinds == ord("{")) | (kinds == ord("[")), 1, -1)
    depth = np.cumsum(steps)
    if not paired or not len(depth) or depth.min() < 0 or depth[-1] != 0:
        opening = marks[kinds == ord("{")].tolist()
        return sum(1 for at in opening if BEGINS.search(data[max(0, at - 64) : at]))
    found, n = 0, 0
    places, sorts = marks.tolist(), kinds.tolist()
    closes = _closing(sorts)
    while n < len(places):
        if sorts[n] == ord("["):
            found += _elements(data, places, sorts, closes, n)
            n = closes[n]
        n += 1
    return found


def _closing(sorts: list[int]) -> list[int]:
    """For every opening mark, which mark closes it."""
    closes, open_ones = [0] * len(sorts), []
    for n, sort in enumerate(sorts):
        if sort in b"{[":
            open_ones.append(n)
        else:
            closes[open_ones.pop()] = n
    return closes


def _elements(
    data: bytes, places: list[int], sorts: list[int], closes: list[int], start: int
) -> int:
    """The elements of the list that begins at a mark, if any is an object or the list is the
    records'; else those of the lists within it.
    """
    end, at, n = closes[start], places[start] + 1, start + 1
    objects, commas, within = 0, 0, 0
    while n < end:
        commas += data.count(b",", at, places[n])
        if sorts[n] == ord("{"):
            objects += 1
        else:
            within += _elements(data, places, sorts, closes, n)
        at, n = places[closes[n]] + 1, closes[n] + 1
    last = data[at : places[end]].rstrip()
    commas += last.count(b",") - last.endswith(b",")
    before = data[max(0, places[start] - 64) : places[start]]
    if objects or RECORDS.search(before):
        return commas + 1 if objects or last else 0
    return within


def _workbook(feed: Feed, data: bytes) -> int:
    """Rows with a filled cell in all sheets, without the header and what stands above it."""
    parts = xlsx.package(data)
    shared = parts.get("xl/sharedStrings.xml", b"").split(b"<si")[1:]
    empty = {str(n).encode() for n, text in enumerate(shared) if not FILLED.search(text)}
    found = 0
    for part in parts.values():
        if b"<sheetData" not in part:
            continue
        body = part[part.find(b"<sheetData") :]
        rows = [row for row in body.split(b"<row")[1:] if _filled(row, empty)]
        found += len(rows)
        texts = [_texts(row, shared) for row in rows[:2]]
        names = set(feed.column_names)
        if texts and len(texts[0]) == 1 and not set(texts[0]) <= names:
            texts = texts[1:]
            notice = 1
        else:
            notice = 0
        if texts and set(texts[0]) == names:
            found -= 1 + notice
    return found


def _filled(row: bytes, empty: set[bytes]) -> bool:
    """Whether a row has a cell with anything in it."""
    if not empty:
        return FILLED.search(row) is not None
    for cell in row.split(b"<c")[1:]:
        if FILLED.search(cell) and not (
            b't="s"' in cell and any(m in empty for m in re.findall(rb"<v>([0-9]+)<", cell))
        ):
            return True
    return False


def _texts(row: bytes, shared: list[bytes]) -> list[str]:
    """The texts of a row's cells."""
    found = []
    for cell in row.split(b"<c")[1:]:
        said = b"".join(TEXT.findall(cell))
        if b't="s"' in cell and said.isdigit() and int(said) < len(shared):
            said = b"".join(TEXT.findall(shared[int(said)]))
        if said:
            found.append(said.decode("utf-8", "replace"))
    return found
