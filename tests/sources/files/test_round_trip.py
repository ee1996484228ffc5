"""What is written is read back: every value, every format, and by the quick way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import files
from sources.files.base import SHEET_ERRORS
from tests.how_many import how_many
from tests.sources.files.tiny_contracts import FORMATS, rows, tiny_feed, values

PLAIN = [
    ("00123", "王小明", "91870101PDY00001XE"),
    ("870101198504120111", "云栖市青松路18号", None),
    (None, "A&B <科技>（集团）", "2019年07月13日"),
]
TRICKY = [
    ("1", 'said "no", twice', "a,b；c;d"),
    ("2", '"', '""'),
    ("3", "line one\nline two", "\r\n"),
    ("4", "\\n \\u0041 _x0041_", "&amp; &lt;b&gt; ]]>"),
    ("5", "tab\there", "#not a notice"),
]

# GB18030 knows every character, and so do the others; control characters are another test.
# What a spreadsheet shows in place of a value is not read as one.
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="￾￿")
).filter(lambda text: text not in SHEET_ERRORS)


def line_of_first(format: str) -> int:
    return {"json": 1, "xml": 1, "parquet": 1, "csv": 3, "xlsx": 3}.get(format, 2)


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_plain_rows_come_back(format, encoding, delimiter, tmp_path: Path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    path = tmp_path / f"tiny.{feed.extension}"
    files.write(feed, rows(feed, *PLAIN), path)
    table, unreadable = files.read(feed, path)
    first = line_of_first(format)
    assert values(table) == [(first + n, *row) for n, row in enumerate(PLAIN)]
    assert unreadable == []
    if files.is_text(feed):
        content = files.unpack(path.read_bytes()) if format == "jsonl.gz" else path.read_bytes()
        assert values(files.read_quickly(feed, [content])[0]) == values(table)


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_no_rows_come_back(format, encoding, delimiter, tmp_path: Path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    path = tmp_path / f"tiny.{feed.extension}"
    files.write(feed, rows(feed), path)
    table, unreadable = files.read(feed, path)
    assert table.column_names == ["line", "no", "name", "note"]
    assert (len(table), unreadable) == (0, [])


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_tricky_rows_come_back(format, encoding, delimiter, tmp_path: Path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    path = tmp_path / f"tiny.{feed.extension}"
    tricky = [row for row in TRICKY if format != "fixed" or row[0] != "3"]
    files.write(feed, rows(feed, *tricky), path)
    table, unreadable = files.read(feed, path)
    assert [row[1:] for row in values(table)] == tricky
    assert unreadable == []


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_every_file_says_it_is_synthetic(format, encoding, delimiter, tmp_path: Path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    path = tmp_path / f"tiny.{feed.extension}"
    files.write(feed, rows(feed, *PLAIN), path)
    if format == "xlsx":
        import python_calamine

        sheet = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
        start = sheet.to_python()[0][0]
    elif format == "parquet":
        import pyarrow.parquet

        start = pyarrow.parquet.read_schema(path).metadata[b"notice"].decode()
    else:
        data = path.read_bytes()
        start = (files.unpack(data) if format == "jsonl.gz" else data)[:200].decode(
            "ascii", "replace"
        )
    assert "SYNTHETIC DATA" in start


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_same_rows_same_bytes(format, encoding, delimiter, tmp_path: Path) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    one, two = tmp_path / f"one.{feed.extension}", tmp_path / f"two.{feed.extension}"
    files.write(feed, rows(feed, *PLAIN), one)
    files.write(feed, rows(feed, *PLAIN), two)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@settings(
    max_examples=how_many(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_text_comes_back(format, encoding, delimiter, tmp_path: Path, data) -> None:
    feed = tiny_feed(format, ("a", "b"), encoding=encoding, delimiter=delimiter, width=200)
    text = TEXT.map(lambda t: t[:20])
    if format == "fixed":
        text = text.map(lambda t: t.rstrip(" "))
    drawn = data.draw(st.lists(st.tuples(text, text), max_size=5))
    given_rows = [tuple(value or None for value in row) for row in drawn]
    kept = given_rows if format not in ("xlsx",) else [row for row in given_rows if any(row)]
    path = tmp_path / f"tiny.{feed.extension}"
    files.write(feed, rows(feed, *drawn), path)
    table, unreadable = files.read(feed, path)
    assert unreadable == []
    assert [row[1:] for row in values(table)] == kept


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@settings(
    max_examples=how_many(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_the_careful_way_reads_the_same(format, encoding, delimiter, tmp_path, data) -> None:
    feed = tiny_feed(format, ("a", "b"), encoding=encoding, delimiter=delimiter, width=200)
    if not files.is_text(feed):
        return
    text = TEXT.map(lambda t: t[:20].rstrip(" "))
    drawn = data.draw(st.lists(st.tuples(text, text), min_size=1, max_size=5))
    path = tmp_path / f"tiny.{feed.extension}"
    files.write(feed, rows(feed, *drawn), path)
    content = files.unpack(path.read_bytes()) if format == "jsonl.gz" else path.read_bytes()
    table, bad = files.layout(feed).careful(feed, content)
    assert bad == []
    assert values(table) == values(files.read(feed, path)[0])
