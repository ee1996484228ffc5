"""What is wrong with a file is named to the line and byte, and every good row around it lands."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from sources import files
from tests.sources.files.tiny_contracts import FORMATS, rows, tiny_feed, values

GOOD = [("1", "甲", "x"), ("2", "乙", "y"), ("3", "丙", "z")]
COMMA, SEMICOLON = tiny_feed("csv"), tiny_feed("csv", encoding="gb18030", delimiter="；")
JSONL, JSON, XML = tiny_feed("jsonl"), tiny_feed("json"), tiny_feed("xml")
FIXED = tiny_feed("fixed", encoding="gb18030", width=4)
XLSX, PARQUET = tiny_feed("xlsx"), tiny_feed("parquet")


def read(feed, content: bytes, tmp_path: Path):
    """Good rows as (line, values…) and what was unreadable, of a file with that content."""
    path = tmp_path / f"tiny_20240101.{feed.extension}"
    path.write_bytes(content)
    table, unreadable = files.read(feed, path)
    for one in unreadable:
        assert one.file == path.name
        if one.byte_from is not None and one.raw and feed.format != "jsonl.gz":
            assert 0 <= one.byte_from <= one.byte_to <= len(content)
    return values(table), unreadable


def cut(content: bytes, unreadable) -> bytes:
    """The bytes a record that could not be read stands on."""
    return content[unreadable.byte_from : unreadable.byte_to]


def written(feed, tmp_path: Path, *given) -> bytes:
    path = tmp_path / f"written.{feed.extension}"
    files.write(feed, rows(feed, *(given or GOOD)), path)
    return path.read_bytes()


# --- whole files --------------------------------------------------------------------------------


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_an_empty_file(format, encoding, delimiter, tmp_path) -> None:
    found, unreadable = read(
        tiny_feed(format, encoding=encoding, delimiter=delimiter), b"", tmp_path
    )
    assert found == []
    assert [(u.line, u.byte_from, u.byte_to) for u in unreadable] == [(None, 0, 0)]
    assert unreadable[0].reason.startswith("empty file: ")


@pytest.mark.parametrize(
    ("format", "content"), [("csv", "no,name\n1,张三\n"), ("fixed", "1       张三  \n")]
)
def test_utf_8_that_says_so_is_not_read_as_gb18030(format, content, tmp_path) -> None:
    """Of the bytes of two characters GB18030 makes three others: 寮犱笁."""
    feed = tiny_feed(format, ("no", "name"), "gb18030", width=8)
    found, unreadable = read(feed, b"\xef\xbb\xbf" + content.encode(), tmp_path)
    assert found == []
    assert [u.reason for u in unreadable] == [
        "undecodable bytes: the file begins with the mark of UTF-8, and is to be gb18030"
    ]


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_noise_never_raises(format, encoding, delimiter, tmp_path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    for content in (b"\x00\xff\xfe\x80", b"\n\n\n", b"PK\x03\x04", b"{", b'"', b"<", b"\x1f\x8b"):
        found, unreadable = read(feed, content, tmp_path)
        assert found == []
        assert unreadable


@pytest.mark.parametrize("format", ["jsonl.gz", "xlsx", "parquet"])
def test_a_container_cut_off_is_refused_whole(format, tmp_path) -> None:
    feed = tiny_feed(format)
    content = written(feed, tmp_path)
    found, unreadable = read(feed, content[: len(content) * 2 // 3], tmp_path)
    assert found == []
    assert len(unreadable) == 1
    assert unreadable[0].reason.startswith("cut off")
    assert unreadable[0].line is None


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_a_column_more_or_less_is_the_whole_file(format, encoding, delimiter, tmp_path) -> None:
    feed = tiny_feed(format, ("no", "name"), encoding=encoding, delimiter=delimiter, width=4)
    more = tiny_feed(format, ("no", "name", "new"), encoding=encoding, delimiter=delimiter, width=4)
    given = rows(more, ("1", "甲", "x"), ("2", "乙", "y"), ("3", "丙", None))
    for writer, reader, word in ((more, feed, "unknown"), (feed, more, "gone")):
        path = tmp_path / f"tiny.{feed.extension}"
        files.write(writer, given.select(list(writer.column_names)), path)
        table, unreadable = files.read(reader, path)
        assert len(table) == 0
        assert [u.line for u in unreadable] == [None]
        assert word in unreadable[0].reason
        assert format == "fixed" or "'new'" in unreadable[0].reason


# --- tolerated ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_line_ends_of_windows_are_tolerated(format, encoding, delimiter, tmp_path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    if format in ("xlsx", "parquet", "jsonl.gz"):
        return
    content = written(feed, tmp_path)
    plain, _ = read(feed, content, tmp_path)
    found, unreadable = read(feed, content.replace(b"\n", b"\r\n"), tmp_path)
    assert (found, unreadable) == (plain, [])


def test_line_ends_of_windows_beside_quotes(tmp_path) -> None:
    content = b'no,name,note\r\n1,"a\r\nb",\r\n2,"c",d\r\n'
    found, unreadable = read(COMMA, content, tmp_path)
    assert found == [(2, "1", "a\r\nb", None), (4, "2", "c", "d")]
    assert unreadable == []


@pytest.mark.parametrize(
    ("feed", "content"),
    [
        (COMMA, b"no,name,note\n1,\xe7\x94\xb2,x\n"),
        (COMMA, b"\xef\xbb\xbfno,name,note\n1,\xe7\x94\xb2,x\n"),
        (COMMA, b"note,no,name\nx,1,\xe7\x94\xb2\n"),
        (COMMA, b"# other words\nno,name,note\n\n1,\xe7\x94\xb2,x\n\n"),
        (SEMICOLON, "no；name；note\n1；甲；x\n".encode("gb18030")),
        (JSONL, '{"no":"1","name":"甲","note":"x"}\n'.encode()),
        (JSONL, '\ufeff{"note": "x", "no": 1, "name": "甲"}'.encode()),
        (JSON, '{"records": [{"no":"1","name":"甲","note":"x"}]}'.encode()),
        (JSON, '\ufeff[{"no":"1","name":"\\u7532","note":"x"}]\n'.encode()),
        (JSON, '{"n": [1], "records": [\n {"no":1,\n"name":"甲","note":"x"} ], "z": 1}'.encode()),
        (
            XML,
            "<records><record><no>1</no><name>甲</name><note>x</note></record></records>".encode(),
        ),
        (
            XML,
            (
                '<?xml version="1.0" encoding="gb18030"?><records>\n<!-- hand made -->\n'
                "<record>\n  <note><![CDATA[x]]></note>\n  <no>1</no><name>甲</name>\n"
                "</record></records>"
            ).encode("gb18030"),
        ),
        (FIXED, "1   甲  x   \n".encode("gb18030")),
        (FIXED, "1   甲  x   ".encode("gb18030")),
    ],
)
def test_files_of_other_people(feed, content, tmp_path) -> None:
    found, unreadable = read(feed, content, tmp_path)
    assert [row[1:] for row in found] == [("1", "甲", "x")]
    assert unreadable == []


def test_numbers_and_dates_typed_into_a_workbook(tmp_path) -> None:
    import datetime

    path = tmp_path / "tiny.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for place, name in enumerate(("no", "name", "note")):
            sheet.write_string(0, place, name)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_number(1, 0, 870101100000014)
        sheet.write_datetime(1, 1, datetime.datetime(2024, 3, 9), day)
        sheet.write_number(1, 2, 12.5)
        sheet.write_string(3, 0, "007")
        sheet.write_boolean(3, 1, True)
        sheet.write_string(4, 0, "8")
        sheet.write_string(4, 5, "beside the table")
    table, unreadable = files.read(XLSX, path)
    assert values(table) == [
        (2, "870101100000014", "20240309", "12.5"),
        (4, "007", "true", None),
    ]
    assert [(u.line, u.reason) for u in unreadable] == [
        (5, "wrong column count: a value beyond the 3 columns")
    ]


def test_typed_columns_of_a_parquet_file(tmp_path) -> None:
    import datetime

    path = tmp_path / "tiny.parquet"
    table = pa.table(
        {
            "note": pa.array([1.0, 2.5, None]),
            "no": pa.array([910000000000000001, 2, 3]),
            "name": pa.array([datetime.date(2024, 3, 9), None, None]),
        }
    )
    pq.write_table(table, path)
    found, unreadable = files.read(PARQUET, path)
    assert values(found) == [
        (1, "910000000000000001", "20240309", "1"),
        (2, "2", None, "2.5"),
        (3, "3", None, None),
    ]
    assert unreadable == []


# --- csv ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"1,a", "wrong column count: 2 values for 3 columns"),
        (b"1,a,b,c", "wrong column count: 4 values for 3 columns"),
        (b"1,\xff,b", "undecodable bytes: byte 15 of the file is no utf-8"),
        (b"1,\x00,b", "NUL byte: in the record"),
        (b'1,a"b,c', "malformed quoting: a quote inside a value, at character 4"),
        (b'1,"a"b,c', "malformed quoting: text after a closing quote, at character 6"),
        (b'1,"a,c', "malformed quoting: a quote is left open"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_bad_line_of_csv(bad, reason, end, tmp_path) -> None:
    content = end.join([b"no,name,note", bad, b"2,b,", b'3,"c,c",d', b""])
    found, unreadable = read(COMMA, content, tmp_path)
    assert found == [(3, "2", "b", None), (4, "3", "c,c", "d")]
    (one,) = unreadable
    assert one.line == 2
    assert cut(content, one) == bad
    if end == b"\n" or "byte 15" not in reason:
        assert one.reason == reason


def test_a_last_line_without_an_end_is_not_trusted(tmp_path) -> None:
    content = b"no,name,note\n1,a,b\n2,b,100"
    found, unreadable = read(COMMA, content, tmp_path)
    assert found == [(2, "1", "a", "b")]
    assert [(u.line, u.reason, u.raw) for u in unreadable] == [
        (3, "cut off: the last line has no line end", "2,b,100")
    ]
    found, unreadable = read(COMMA, b'no,name,note\n2,b,"100"', tmp_path)
    assert found == [(2, "2", "b", "100")]


def test_utf8_in_a_gb18030_file_and_the_reverse(tmp_path) -> None:
    content = "no；name；note\n1；a；b\n".encode("gb18030") + "2；甲；b\n".encode()
    found, unreadable = read(SEMICOLON, content, tmp_path)
    assert found == [(2, "1", "a", "b")]
    assert [u.line for u in unreadable] == [3]
    content = b"no,name,note\n" + "1,甲,b\n".encode("gb18030") + b"2,a,b\n"
    found, unreadable = read(COMMA, content, tmp_path)
    assert found == [(3, "2", "a", "b")]
    assert unreadable[0].reason.startswith("undecodable bytes")
    assert "\\x" in unreadable[0].raw


def test_a_delimiter_inside_quotes_and_of_several_bytes(tmp_path) -> None:
    content = 'no；name；note\n1；"a；b"；c\n'.encode("gb18030")
    assert read(SEMICOLON, content, tmp_path) == ([(2, "1", "a；b", "c")], [])


@pytest.mark.parametrize("content", [b"# only a notice\n", b"# only a notice", b"no,name\n1,2\n"])
def test_csv_without_its_header(content, tmp_path) -> None:
    found, unreadable = read(COMMA, content, tmp_path)
    assert found == []
    assert unreadable[0].reason.startswith("column gone")


def test_csv_with_a_column_twice(tmp_path) -> None:
    found, unreadable = read(COMMA, b"no,name,no,note\n1,2,3,4\n", tmp_path)
    assert found == []
    assert unreadable[0].reason == "column twice: 'no'"


# --- fixed width --------------------------------------------------------------------------------


def test_bad_lines_of_fixed_width(tmp_path) -> None:
    good = "2   乙  y   ".encode("gb18030")
    bad = [
        (b"1   a   x  ", "wrong column count: 11 bytes where the columns take 12"),
        (b"1   \xbc\x20  x   ", "undecodable bytes: byte 56 of the file, in 'name', is no gb18030"),
        (b"1   a\x00  x   ", "NUL byte: in the record"),
        ("1   \u4e01\u4e01\u4e01x  ".encode("gb18030")[:11] + b"\xb6", None),
    ]
    lines = [b"# notice"]
    for line, _ in bad:
        lines += [good, line]
    content = b"\n".join([*lines, good, b"3   \xb1\xfb"])
    found, unreadable = read(FIXED, content, tmp_path)
    assert [row[0] for row in found] == [2, 4, 6, 8, 10]
    assert {row[1:] for row in found} == {("2", "乙", "y")}
    assert [u.line for u in unreadable] == [3, 5, 7, 9, 11]
    assert [cut(content, u) for u in unreadable] == [*(line for line, _ in bad), b"3   \xb1\xfb"]
    assert [u.reason for u in unreadable][0] == bad[0][1]
    assert [u.reason for u in unreadable][2] == bad[2][1]
    assert unreadable[1].reason.startswith("undecodable bytes: byte ")
    assert unreadable[3].reason.startswith("undecodable bytes: byte ")
    assert unreadable[4].reason == "cut off: 6 bytes where the columns take 12"


def test_a_value_wider_than_its_column_is_not_written(tmp_path) -> None:
    for value in ("五個字太長", "a\nb"):
        with pytest.raises(files.UnwritableError, match="tiny.name"):
            files.write(FIXED, rows(FIXED, ("1", value, None)), tmp_path / "x")


# --- json lines ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"no":"1","name":"a","note":"b"', "malformed JSON: "),
        (b'{"no":"1","name":"a","no":"2","note":"b"}', "duplicate key: 'no' stands more than once"),
        (b'{"no":"1","name":"a"}', "column gone: 'note' promised by the contract"),
        (b'{"no":"1","name":"a","note":"b","new":"c"}', "unknown column: 'new' not in"),
        (b'{"no":"1","name":["a"],"note":"b"}', "malformed JSON: 'name' holds a list"),
        (b'{"no":"1","name":"\xb1\xfb","note":"b"}', "undecodable bytes: byte "),
        (b'{"no":"1","name":"\\u0000","note":"b"}', "NUL byte: in the value of 'name'"),
        (b'{"no":"1","name":"\\ud800","note":"b"}', "undecodable bytes: half a character"),
        (b'{"no":"1","name":"\x01","note":"b"}', "malformed JSON: Invalid control character"),
        (b'{"no":NaN,"name":"a","note":"b"}', "malformed JSON: NaN is no JSON value"),
        (b'{"no":"1","name":"a","note":"b"} x', "malformed JSON: text after the object"),
        (b"[1]", "malformed JSON: the record is no object"),
        (b"[" * 5000, "malformed JSON: "),
    ],
)
def test_a_bad_line_of_json(bad, reason, tmp_path) -> None:
    good = b'{"no":"%d","name":"a","note":null}'
    content = b"\n".join([b'{"_notice":"x"}', good % 1, bad, good % 2, b""])
    found, unreadable = read(JSONL, content, tmp_path)
    assert found == [(2, "1", "a", None), (4, "2", "a", None)]
    (one,) = unreadable
    assert one.line == 3
    assert one.reason.startswith(reason)
    assert cut(content, one) == bad


def test_json_lines_cut_off(tmp_path) -> None:
    content = written(JSONL, tmp_path)
    found, unreadable = read(JSONL, content[:-8], tmp_path)
    assert [row[1:] for row in found] == GOOD[:2]
    assert unreadable[0].line == 4
    assert unreadable[0].reason.startswith("cut off: the file ends inside this line")


def test_two_objects_on_one_line_and_one_on_two(tmp_path) -> None:
    one = b'{"no":"1","name":"a","note":"b"}'
    found, unreadable = read(
        JSONL, one + one + b"\n" + b'{"no":"1",\n"name":"a","note":"b"}\n', tmp_path
    )
    assert found == []
    assert [u.line for u in unreadable] == [1, 2, 3]


def test_places_in_a_packed_file_are_places_in_its_content(tmp_path) -> None:
    feed = tiny_feed("jsonl.gz")
    content = b'{"no":"1","name":"a","note":"b"}\n{"no"\n'
    found, unreadable = read(feed, gzip.compress(content), tmp_path)
    assert len(found) == 1
    assert [cut(content, u) for u in unreadable] == [b'{"no"']


# --- a json document ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ('{"no":"1","name":"甲}', "malformed JSON: "),
        ('{"no":"1" "name":"甲","note":"b"}', "malformed JSON: Expecting ',' delimiter"),
        ('{"no":"1","name":"甲","no":"2","note":"b"}', "duplicate key: 'no'"),
        ('{"no":"1","name":"甲"}', "column gone: 'note'"),
        ('{"no":"1","name":{"甲":1},"note":"b"}', "malformed JSON: 'name' holds a list or an"),
        ('"text"', "malformed JSON: the record is no object"),
    ],
)
def test_a_bad_record_of_a_document(bad, reason, tmp_path) -> None:
    text = (
        '{"notice":"乙","records":[\n{"no":"1","name":"甲","note":null},\n%s,\n'
        '{"no":"3","name":"c","note":"d"}\n]}\n'
    )
    content = (text % bad).encode()
    found, unreadable = read(JSON, content, tmp_path)
    assert found == [(1, "1", "甲", None), (3, "3", "c", "d")]
    (one,) = unreadable
    assert one.line == 2
    assert one.reason.startswith(reason)
    assert cut(content, one).decode() == bad


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"NaN", "malformed JSON: NaN is no JSON value"),
        (b"012", "malformed JSON: Expecting ',' delimiter"),
        (b'"', "malformed JSON: Invalid control character at"),
    ],
)
def test_a_bad_last_record_of_a_whole_document_is_not_called_cut_off(
    value, reason, tmp_path
) -> None:
    content = written(JSON, tmp_path)
    at = content.rindex(b'"note":') + len(b'"note":')
    content = content[:at] + value + content[content.rindex(b"}", 0, content.rindex(b"]")) :]
    found, unreadable = read(JSON, content, tmp_path)
    assert [row[1:] for row in found] == GOOD[:2]
    assert [(u.line, u.reason) for u in unreadable] == [(3, reason)]


def test_the_reason_of_bad_xml_is_one_line(tmp_path) -> None:
    content = written(XML, tmp_path)
    at = content.rindex(b"<note>") + len(b"<note>")
    _, unreadable = read(XML, content[:at] + b"<![CDATA[\n\n" + content[at:], tmp_path)
    assert unreadable and "\n" not in unreadable[-1].reason


def test_a_document_cut_off(tmp_path) -> None:
    content = written(JSON, tmp_path)
    within = content.rindex(b'"note"')
    found, unreadable = read(JSON, content[:within], tmp_path)
    assert [row[1:] for row in found] == GOOD[:2]
    assert unreadable[0].line == 3
    assert unreadable[0].reason.startswith("cut off: the file ends inside this record")
    after = content.rindex(b"]")
    for end, kept in ((after, 3), (after + 1, 3)):
        found, unreadable = read(JSON, content[:end], tmp_path)
        assert len(found) == kept
        assert [u.line for u in unreadable] == [4]
        assert unreadable[0].reason.startswith("cut off: ")


@pytest.mark.parametrize(
    "content", [b'{"other": []}', b'{"records": {}}', b'"x"', b'{"a" 1}', b"{}"]
)
def test_a_document_without_records(content, tmp_path) -> None:
    found, unreadable = read(JSON, content, tmp_path)
    assert found == []
    assert unreadable[0].reason.startswith("malformed JSON: ")
    assert unreadable[0].line is None


def test_a_document_with_undecodable_bytes(tmp_path) -> None:
    content = '{"records":[{"no":"甲","name":"ÿ","note":"b"},{"no":"2","name":"a","note":"b"}]}'
    content = content.encode().replace("ÿ".encode(), b"\xff")
    found, unreadable = read(JSON, content, tmp_path)
    assert found == [(2, "2", "a", "b")]
    assert unreadable[0].reason.startswith("undecodable bytes: ")
    assert cut(content, unreadable[0]).startswith(b'{"no":"') and b"\xff" in cut(
        content, unreadable[0]
    )


# --- xml ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("<record><no>1</no><name>A&B</name><note/></record>", "malformed XML: "),
        ("<record><no>1</no><name>A<B</name><note/></record>", "malformed XML: "),
        ("<record><no>1</no><name>甲</nam><note/></record>", "malformed XML: "),
        ("<record><no>1</no><name>甲<note/></record>", "malformed XML: "),
        ("<record><no>1</no><name>&evil;</name><note/></record>", "malformed XML: "),
        ("<record><no>1</no><name>\x00</name><note/></record>", "NUL byte: "),
        ("<record><no>1</no><name><b>甲</b></name><note/></record>", "malformed XML: 'name' holds"),
        ("<record><no>1</no><no>2</no><name/><note/></record>", "duplicate key: 'no'"),
        ("<record><no>1</no><name>甲</name></record>", "column gone: 'note'"),
        ("<record><no>1</no>free<name>甲</name><note/></record>", "malformed XML: text beside"),
        (
            "<record><no>1</no><name unit='x'>甲</name><note/></record>",
            "unknown column: 'name/@unit'",
        ),
        (
            "<record id='7'><no>1</no><name>甲</name><note/></record>",
            "unknown column: '@id' not in",
        ),
    ],
)
def test_a_bad_record_of_xml(bad, reason, tmp_path) -> None:
    good = "<record><no>%d</no><name>甲</name><note></note></record>"
    content = "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            "<records>",
            good % 1,
            bad,
            good % 3,
            "</records>",
        ]
    ).encode()
    found, unreadable = read(XML, content, tmp_path)
    assert found == [(1, "1", "甲", None), (3, "3", "甲", None)]
    (one,) = unreadable
    assert one.line == 2
    assert one.reason.startswith(reason)
    assert cut(content, one).decode() == bad


def test_attributes_of_every_record_of_xml_are_columns_of_the_file(tmp_path) -> None:
    """As in other formats, a column that no contract knows and every record has refuses the file."""
    content = written(XML, tmp_path).replace(b"<record>", b'<record state="deleted">')
    found, unreadable = read(XML, content, tmp_path)
    assert found == []
    assert [u.reason for u in unreadable] == ["unknown column: '@state' not in the contract"]


@pytest.mark.parametrize("before", ["<record>", "</records>"])
def test_text_between_records_of_xml_is_told(before, tmp_path) -> None:
    """Before the first record, after one and after the last; every record lands."""
    content = written(XML, tmp_path).replace(before.encode(), b"4 5 6 " + before.encode())
    found, unreadable = read(XML, content, tmp_path)
    assert len(found) == len(GOOD)
    assert [u.reason for u in unreadable] == ["malformed XML: text beside the records"]


def test_an_empty_value_of_xml_may_say_that_it_is_none(tmp_path) -> None:
    nil = b'<note xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"></note>'
    content = written(XML, tmp_path, ("1", "甲", None)).replace(b"<note></note>", nil)
    assert nil in content
    found, unreadable = read(XML, content, tmp_path)
    assert len(found) == 1 and not unreadable


def test_xml_cut_off(tmp_path) -> None:
    content = written(XML, tmp_path)
    found, unreadable = read(XML, content[: content.rindex(b"<note>") + 3], tmp_path)
    assert [row[1:] for row in found] == GOOD[:2]
    assert [(u.line, u.reason) for u in unreadable] == [
        (3, "cut off: the file ends inside this record")
    ]
    found, unreadable = read(XML, content[: content.rindex(b"</records>")], tmp_path)
    assert [row[1:] for row in found] == GOOD
    assert [(u.line, u.reason) for u in unreadable] == [
        (4, "cut off: the closing tag of the document is missing")
    ]


def test_xml_with_undecodable_bytes(tmp_path) -> None:
    content = written(XML, tmp_path).replace("乙".encode(), b"\xd2\xd2")
    found, unreadable = read(XML, content, tmp_path)
    assert [row[0] for row in found] == [1, 3]
    assert unreadable[0].reason.startswith("undecodable bytes: ")


def test_xml_never_fetches_nor_expands(tmp_path) -> None:
    (tmp_path / "secret").write_text("secret")
    content = (
        f'<!DOCTYPE records [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
        "<records><record><no>&e;</no><name/><note/></record></records>"
    ).encode()
    found, unreadable = read(XML, content, tmp_path)
    assert found == []
    assert unreadable[0].reason == "malformed XML: a document type declaration, which is never read"
    assert unreadable[0].line is None


def test_xml_of_another_feed(tmp_path) -> None:
    found, unreadable = read(XML, b"<others><other/></others>", tmp_path)
    assert found == []
    assert "the root is 'others'" in unreadable[0].reason


@pytest.mark.parametrize(
    "odd",
    [
        "<record><no>1</no><name>甲</name> <note></note></record>",
        "<record> <no>1</no><name>甲</name><note></note></record>",
        "<record><no>1</no><name>&#x7532;</name><note></note></record>",
        "<record><note></note><no>1</no><name>甲</name></record>",
        "<record>\n<no>1</no><name>甲</name><note/></record>",
        "<record><no>1</no><name><!-- -->甲</name><note></note></record>",
    ],
)
def test_xml_laid_out_another_way(odd, tmp_path) -> None:
    content = f"<records>\n{odd}\n</records>\n".encode()
    found, unreadable = read(XML, content, tmp_path)
    if "<!--" in odd:
        assert unreadable[0].reason.startswith("malformed XML: ")
    else:
        assert (found, unreadable) == ([(1, "1", "甲", None)], [])


# --- parquet and xlsx ---------------------------------------------------------------------------


def test_bad_values_of_a_parquet_file(tmp_path) -> None:
    path = tmp_path / "tiny.parquet"
    binary = pa.array([b"1", b"\xff", b"a\x00"], pa.binary())
    texts = pa.Array.from_buffers(pa.string(), 3, binary.buffers())
    pq.write_table(pa.table({"no": texts, "name": ["a", "b", "c"], "note": ["a", "b", "c"]}), path)
    found, unreadable = files.read(PARQUET, path)
    assert values(found) == [(1, "1", "a", "a")]
    assert [(u.line, u.reason) for u in unreadable] == [
        (2, "undecodable bytes: in the value of 'no'"),
        (3, "undecodable bytes: in the value of 'no'"),
    ]


def test_a_sheet_holds_no_longer_cell(tmp_path) -> None:
    with pytest.raises(files.UnwritableError, match="tiny.name"):
        files.write(XLSX, rows(XLSX, ("1", "a" * 40_000, None)), tmp_path / "tiny.xlsx")


# --- several files at once ----------------------------------------------------------------------


def test_a_record_never_goes_from_one_file_into_the_next(tmp_path) -> None:
    head = b"no,name,note\n"
    one, two = head + b'1,a,"b\n', head + b'c",d,e\n3,"f",g\n'
    with pytest.raises(files.Irregular):
        files.read_quickly(COMMA, [one, two])


def test_lines_are_counted_file_by_file(tmp_path) -> None:
    one = b'no,name,note\n1,a,"b\nb"\n2,a,b\n'
    two = b"# notice\nno,name,note\n"
    three = b'# notice\nno,name,note\n3,"a",b\n'
    table, counts = files.read_quickly(COMMA, [one, two, three])
    assert values(table) == [(2, "1", "a", "b\nb"), (4, "2", "a", "b"), (3, "3", "a", "b")]
    assert counts.tolist() == [2, 0, 1]
