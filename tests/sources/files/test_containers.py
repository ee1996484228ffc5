"""A container is read whole, or what is left of it is named; and never at the cost of the memory."""

from __future__ import annotations

import gzip
import io
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from sources import files
from tests.sources.files.tiny_contracts import FORMATS, rows, tiny_feed, values

CSV, JSON, XML = tiny_feed("csv"), tiny_feed("json"), tiny_feed("xml")
XLSX, PARQUET, PACKED = tiny_feed("xlsx"), tiny_feed("parquet"), tiny_feed("jsonl.gz")
ONE, TWO = ("1", "a", "x"), ("2", "b", "y")


def content_of(feed, tmp_path, *given) -> bytes:
    path = tmp_path / f"made.{feed.extension}"
    files.write(feed, rows(feed, *given), path)
    return path.read_bytes()


def read(feed, content, tmp_path):
    found, unreadable, count = files.read_and_count(feed, tmp_path / "tiny", content)
    return values(found), [(u.line, u.reason, u.records) for u in unreadable], count


def refused(feed, content, tmp_path) -> str:
    """The one reason why nothing of a file is read."""
    found, unreadable, _ = read(feed, content, tmp_path)
    assert found == []
    ((line, reason, _),) = unreadable
    assert line is None
    return reason


def workbook(*sheets, hidden=(), write=None) -> bytes:
    """A workbook of sheets given as (name, rows of text)."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        for name, lines in sheets:
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(lines):
                for place, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write_string(row, place, cell)
            if name in hidden:
                sheet.hide()
            if write:
                write(book, sheet)
    return data.getvalue()


# --- every table in a file ----------------------------------------------------------------------

HEAD = [("notice",), ("no", "name", "note")]


def test_every_sheet_of_the_contract_is_read(tmp_path) -> None:
    content = workbook(
        ("一", [*HEAD, ONE]), ("leer", []), ("二", [HEAD[1], TWO, ("3", "c", "z")]), hidden=["二"]
    )
    found, unreadable, count = read(XLSX, content, tmp_path)
    assert found == [(3, *ONE), (5, *TWO), (6, "3", "c", "z")]
    assert (unreadable, count) == ([], 3)


def test_a_sheet_of_other_columns_is_named_with_its_rows(tmp_path) -> None:
    other = [("total", "by whom"), ("7", "me")]
    for sheets in ([("一", [*HEAD, ONE]), ("二", other)], [("二", other), ("一", [*HEAD, ONE])]):
        found, unreadable, count = read(XLSX, workbook(*sheets), tmp_path)
        assert [row[1:] for row in found] == [ONE]
        ((_, reason, records),) = unreadable
        assert reason.startswith("another table: sheet '二' with 2 rows: unknown column: 'total'")
        assert (records, count) == (2, 3)


def test_hidden_rows_and_columns_are_rows_and_columns(tmp_path) -> None:
    def hide(book, sheet) -> None:
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})

    content = workbook(("一", [*HEAD, ONE, TWO]), write=hide)
    assert read(XLSX, content, tmp_path) == ([(3, *ONE), (4, *TWO)], [], 2)


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_a_second_header_is_no_record(format, encoding, delimiter, tmp_path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    again = tuple(feed.column_names)
    found, unreadable, _ = read(feed, content_of(feed, tmp_path, ONE, again, TWO), tmp_path)
    assert [row[1:] for row in found] == [ONE, TWO]
    assert [reason for _, reason, _ in unreadable] == [
        "a second header: the row repeats the names of the columns"
    ]


def test_two_files_glued_together(tmp_path) -> None:
    one, two = (content_of(CSV, tmp_path, given) for given in (ONE, TWO))
    found, unreadable, count = read(CSV, one + two, tmp_path)
    assert [row[1:] for row in found] == [ONE, TWO]
    assert [line for line, _, _ in unreadable] == [4, 5]
    assert count == 4
    one, two = (content_of(PARQUET, tmp_path, given) for given in (ONE, TWO))
    assert refused(PARQUET, one + two, tmp_path).startswith("more than one table: bytes ")
    one, two = (content_of(XLSX, tmp_path, given) for given in (ONE, TWO))
    assert refused(XLSX, one + two, tmp_path).startswith("more than one table: ")
    one, two = (content_of(PACKED, tmp_path, given) for given in (ONE, TWO))
    found, unreadable, _ = read(PACKED, one + two, tmp_path)
    assert [row[1:] for row in found] == [ONE, TWO]
    assert [reason.split(":")[0] for _, reason, _ in unreadable] == ["unknown column"]
    for feed in (JSON, XML):
        one, two = (content_of(feed, tmp_path, given) for given in (ONE, TWO))
        found, unreadable, count = read(feed, one + two, tmp_path)
        assert TWO in [row[1:] for row in found] or ONE in [row[1:] for row in found]
        assert unreadable
        assert count == 2


RECORD = '{"no":"1","name":"a","note":"x"}'


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ('{"records":[%s],"more":[%s,%s]}', 2),
        ('{"more":[%s],"records":[%s],"z":[%s]}', 2),
        ('{"records":[%s],"records":[%s,%s]}', 2),
        ('{"records":[%s],"data":{"rows":[%s,%s]}}', 2),
        ('{"records":[%s]}{"records":[%s,%s]}', 2),
        ("[%s],[%s,%s]", 2),
    ],
)
def test_every_list_of_a_document_is_read_or_named(document, records, tmp_path) -> None:
    content = document.replace("%s", RECORD).encode()
    found, unreadable, count = read(JSON, content, tmp_path)
    assert [row[1:] for row in found] == [ONE]
    assert sum(n for _, _, n in unreadable) == records
    assert count == 3


def test_members_that_hold_no_records_are_let_be(tmp_path) -> None:
    content = f'{{"page":{{"of":[1,2]}},"records":[{RECORD}],"by":["a","b"],"n":1}}'.encode()
    assert read(JSON, content, tmp_path) == ([(1, *ONE)], [], 1)


def test_a_first_line_with_more_than_a_notice_is_a_record(tmp_path) -> None:
    feed = tiny_feed("jsonl")
    content = b'{"_notice":"x","no":"1","name":"a","note":"b"}\n' + RECORD.encode() + b"\n"
    found, unreadable, count = read(feed, content, tmp_path)
    assert ([row[0] for row in found], [line for line, _, _ in unreadable], count) == ([2], [1], 2)
    fixed = tiny_feed("fixed", width=2)
    found, unreadable, count = read(fixed, b"#1a x \n2 b y \n", tmp_path)
    assert (found, unreadable, count) == ([(1, "#1", "a", "x"), (2, *TWO)], [], 2)


def test_records_of_xml_within_other_elements_are_counted(tmp_path) -> None:
    record = "<record><no>1</no><name>a</name><note>x</note></record>"
    content = f"<records>{record}<page>{record}{record}</page></records>".encode()
    found, unreadable, count = read(XML, content, tmp_path)
    assert found == [(1, *ONE)]
    assert unreadable == [(2, "malformed XML: 'page' is no record", 2)]
    assert count == 3
    content = f"<records><!-- {record} -->{record}</records>".encode()
    assert read(XML, content, tmp_path) == ([(1, *ONE)], [], 1)


# --- quotes that swallow ------------------------------------------------------------------------

BETWEEN = [("1", "a", '"'), ("2", "b", ""), ("3", "c", '"'), ("4", "d", "")]


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8", ";"), ("gb18030", "；")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_within_a_value_are_named(encoding, delimiter, end, tmp_path) -> None:
    feed = tiny_feed("csv", encoding=encoding, delimiter=delimiter)
    lines = [feed.column_names, *BETWEEN]
    content = "".join(delimiter.join(line) + end for line in lines).encode(encoding)
    found, unreadable, count = read(feed, content, tmp_path)
    assert [row[:2] for row in found] == [(2, "1"), (5, "4")]
    reason = "a record within a value: a quote that line 2 opens closes on line 4"
    assert unreadable == [(3, reason, 1), (4, reason, 1)]
    assert count == 4


def test_a_text_of_several_lines_is_a_text(tmp_path) -> None:
    content = b'no,name,note\n1,a,"one, two\n\nthree"\n2,b,y\n'
    found, unreadable, count = read(CSV, content, tmp_path)
    assert found == [(2, "1", "a", "one, two\n\nthree"), (5, *TWO)]
    assert (unreadable, count) == ([], 2)


# --- bounds of memory ---------------------------------------------------------------------------


@pytest.fixture
def little_room(monkeypatch):
    """As if a packed file could unpack to no more than 100,000 bytes, or 200 times its size."""
    monkeypatch.setattr("sources.files.base.MOST_ALWAYS", 100_000)
    monkeypatch.setattr("sources.files.parquet.MOST_ALWAYS", 100_000)


def test_a_packed_file_that_unpacks_to_too_much(little_room, tmp_path) -> None:
    content = gzip.compress(RECORD.encode() + b"\n" + b" " * 10_000_000)
    assert refused(PACKED, content, tmp_path).startswith(f"too large: {len(content)} bytes unpack")


def test_a_workbook_that_unpacks_to_too_much(little_room, tmp_path) -> None:
    content = workbook(("一", [*HEAD, ONE, *[("x" * 30_000,)] * 60]))
    assert refused(XLSX, content, tmp_path).startswith("too large: ")
    data = io.BytesIO(content)
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("xl/media/picture.xml", b" " * 50_000_000)
    assert refused(XLSX, data.getvalue(), tmp_path).startswith("too large: ")


def test_a_long_text_said_often_in_a_workbook(little_room, tmp_path) -> None:
    content = workbook(("一", [*HEAD, *[(str(n), "x" * 20_000, None) for n in range(300)]]))
    assert refused(XLSX, content, tmp_path).endswith("bytes of text")


def test_a_long_text_said_often_in_a_parquet_file(little_room, tmp_path) -> None:
    once = pa.DictionaryArray.from_arrays(pa.array(np.zeros(1000, np.int32)), ["x" * 20_000])
    data = io.BytesIO()
    numbers = [str(n) for n in range(1000)]
    pq.write_table(pa.table({"no": numbers, "name": once, "note": numbers}), data)
    assert refused(PARQUET, data.getvalue(), tmp_path).startswith("too large: ")


def test_a_parquet_file_of_rows_without_end(little_room, tmp_path) -> None:
    nothing = pa.nulls(3_000_000, pa.string())
    data = io.BytesIO()
    pq.write_table(pa.table({"no": nothing, "name": nothing, "note": nothing}), data)
    assert refused(PARQUET, data.getvalue(), tmp_path).startswith("too large: ")


def test_a_stray_cell_far_from_the_table(tmp_path) -> None:
    def stray(book, sheet) -> None:
        sheet.write_string(1_048_575, 16_383, " ")

    assert refused(XLSX, workbook(("一", [*HEAD, ONE]), write=stray), tmp_path) == (
        "too large: sheet '一' has cells as far as row 1048576, column 16384; the table has 3 "
        "columns, and 8 cells are filled"
    )


def test_a_cell_that_names_a_row_far_from_its_own(tmp_path) -> None:
    """Within the bound by the rows there are, far beyond it by the row that the cell names."""
    content = repacked(workbook(("一", [*HEAD, ONE])), b'r="B3"', b'r="XFD1048576"')
    assert refused(XLSX, content, tmp_path).startswith(
        "too large: sheet '一' has cells as far as row"
    )


def test_formatted_but_empty_cells_far_from_the_table(tmp_path) -> None:
    def coloured(book, sheet) -> None:
        sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))

    content = workbook(("一", [*HEAD, ONE]), write=coloured)
    assert read(XLSX, content, tmp_path) == ([(3, *ONE)], [], 1)


@pytest.mark.parametrize(
    "place", ['r="xxxxxxxx"', 'r="AAAAAAAA1"', 's=">" r="xxxxxxxx"', 'r="A123456789012"']
)
def test_a_place_that_is_none(place, tmp_path) -> None:
    content = repacked(workbook(("一", [*HEAD, ONE])), b'r="A3"', place.encode())
    reason = refused(XLSX, content, tmp_path)
    assert reason == "cut off or no workbook: sheet '一' has cells that say no place"


def test_cells_that_say_no_place_in_a_row_far_off(tmp_path) -> None:
    def wide(book, sheet) -> None:
        sheet.write_string(2, 16_383, " ")

    content = workbook(("一", [*HEAD, ONE]), write=wide)
    content = repacked(content, b'<c r="A3"', b"<c")
    content = repacked(content, b'<row r="3"', b'<row r="1048576"')
    assert refused(XLSX, content, tmp_path).startswith("too large: sheet '一'")


def repacked(data: bytes, old: bytes, new: bytes) -> bytes:
    """A workbook with something in its first sheet exchanged."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(made, "w") as other:
        for name in whole.namelist():
            part = whole.read(name)
            assert "sheet1" not in name or old in part
            other.writestr(name, part.replace(old, new) if "sheet1" in name else part)
    return made.getvalue()


@pytest.mark.parametrize("by", [1, *(pytest.param(by, marks=pytest.mark.long) for by in (4, 0x80))])
def test_no_byte_of_a_footer_ends_the_process(by, tmp_path) -> None:
    """The library that reads Parquet ends the process over some contradictions in a footer."""
    content = content_of(PARQUET, tmp_path, ONE, TWO)
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    for at in range(start, len(content)):
        spoilt = content[:at] + bytes([content[at] ^ by]) + content[at + 1 :]
        found, unreadable, count = read(PARQUET, spoilt, tmp_path)
        if all(line for line, _, _ in unreadable):
            assert count == len(found) + len(unreadable)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_never_multiply(encoding, tmp_path) -> None:
    entities = '<!ENTITY a "x">' + "".join(
        f'<!ENTITY {chr(n + 1)} "{f"&{chr(n)};" * 10}">' for n in range(ord("a"), ord("j"))
    )
    content = (
        f"<!DOCTYPE records [{entities}]><records><record><no>&j;</no><name/><note/></record>"
        "</records>"
    ).encode(encoding)
    found, unreadable, _ = read(XML, content, tmp_path)
    assert found == []
    assert unreadable


@pytest.mark.parametrize("feed", [JSON, tiny_feed("jsonl"), XML], ids=lambda feed: feed.format)
def test_nothing_is_nested_too_deeply(feed, tmp_path) -> None:
    opening = b"<records>" if feed is XML else b'{"records":[' if feed is JSON else b""
    for deep in (b"[" * 200_000, b'{"a":' * 200_000, b"<a>" * 200_000):
        found, unreadable, _ = read(feed, opening + deep, tmp_path)
        assert found == []
        assert unreadable


# --- by another route ---------------------------------------------------------------------------


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@pytest.mark.parametrize("fault", ["lost", "twice"])
def test_a_reader_that_loses_or_repeats_a_row_is_found_out(
    format, encoding, delimiter, fault, tmp_path, monkeypatch
) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    content = content_of(feed, tmp_path, ONE, TWO, ("3", "c", "z"))
    assert read(feed, content, tmp_path)[2] == 3

    def broken(whole):
        def reading(*asked):
            table, *rest = whole(*asked)
            kept = table.slice(1) if fault == "lost" else pa.concat_tables([table, table.slice(2)])
            return kept, *rest

        return reading

    form = files.layout(feed) if files.is_text(feed) else files.TABLES[format]
    for name in ("parse", "careful", "read"):
        if hasattr(form, name):
            monkeypatch.setattr(form, name, broken(getattr(form, name)))
    given = 2 if fault == "lost" else 4
    assert refused(feed, content, tmp_path) == (
        f"not all read: by count the file holds 3 records, the reader gives {given} and 0 that it "
        "cannot read"
    )


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_large_files_are_counted_as_small_ones(format, encoding, delimiter, tmp_path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, width=60)
    given = [(str(n), "甲 乙" * (n % 9), None if n % 3 else "x") for n in range(2000)]
    content = content_of(feed, tmp_path, *given)
    found, unreadable, count = read(feed, content, tmp_path)
    assert (len(found), unreadable, count) == (2000, [], 2000)
