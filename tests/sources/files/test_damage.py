"""Files with bytes changed at random: never an exception, never a record lost or read twice."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import files
from sources.files.base import RAW_LIMIT
from tests.how_many import how_many
from tests.sources.files.tiny_contracts import FORMATS, rows, tiny_feed, values

GIVEN = [("1", "甲乙", "x"), ("2", 'a "b"', None), ("3", "c；d,e", "&<>"), ("4", "丁", "z")]
# Bytes that mean something to one format or another.
BYTES = b'",\n\r\x00\xff\xa3\xbb{}[]:<>/&;\\#=x1 u'
DAMAGE = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 3),
        st.lists(st.sampled_from(list(BYTES)), max_size=3).map(bytes),
    ),
    min_size=1,
    max_size=3,
)
QUICKLY = settings(
    max_examples=how_many(50),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
TEXT = [case for case in FORMATS if case[0] not in ("xlsx", "parquet", "jsonl.gz")]


def damaged(content: bytes, damage: list[tuple[float, int, bytes]]) -> bytes:
    """The content with some bytes at a place (a share of its length) exchanged for others."""
    for share, length, by in damage:
        at = int(share * len(content))
        content = content[:at] + by + content[at + length :]
    return content


def content_of(feed, path: Path) -> bytes:
    files.write(feed, rows(feed, *GIVEN), path)
    return path.read_bytes()


@pytest.mark.parametrize(("format", "encoding", "delimiter"), TEXT)
@QUICKLY
@given(damage=DAMAGE)
def test_what_the_quick_way_takes_the_careful_way_takes_alike(
    format, encoding, delimiter, tmp_path, damage
) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, width=12)
    content = damaged(content_of(feed, tmp_path / "file"), damage)
    try:
        quick, _ = files.read_quickly(feed, [content])
    except files.Irregular:
        return
    careful, bad = files.layout(feed).careful(feed, content)
    assert bad == []
    assert values(careful) == values(quick)


def see_that_nothing_is_lost(feed, path: Path, content: bytes) -> None:
    """Whatever a file holds: no exception, no place twice, and as many records as by count."""
    table, unreadable, counted = files.read_and_count(feed, path, content)
    lines = [*table.column("line").to_pylist(), *(u.line for u in unreadable)]
    assert len(lines) == len(set(lines))
    if None in lines:
        assert len(lines) == 1
    else:
        assert counted == len(table) + sum(u.records for u in unreadable)
    for one in unreadable:
        assert one.reason
        assert one.byte_from is None or 0 <= one.byte_from <= one.byte_to
        assert len(one.raw) <= 4 * RAW_LIMIT
        one.raw.encode("utf-8")
        assert "\x00" not in one.raw


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@QUICKLY
@given(damage=DAMAGE)
def test_damage_is_never_an_exception(format, encoding, delimiter, tmp_path, damage) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, width=12)
    path = tmp_path / "file"
    see_that_nothing_is_lost(feed, path, damaged(content_of(feed, path), damage))


CHUNKS = [
    b"",
    b"\x00" * 30,
    b"x" * 70_000,
    b"9" * 400,
    b'"',
    b'","",',
    b"\n\n",
    b"\xef\xbb\xbf",
    b"[" * 3000,
    b"<a>" * 300,
    b'{"records":[',
    b"]}",
    b"<record>",
    b"</records>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"<v>1e400</v>",
    b't="e"',
    b'r="XFD1048576"',
    b"PAR1",
    b"\\ud800",
]
# A place, how much from there on, and whether that is cut out, said twice, put in elsewhere, the end
# of the file, or exchanged for something.
WRECK = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 1),
        st.sampled_from(("cut", "twice", "moved", "end", "put", "flip")),
        st.sampled_from(CHUNKS),
    ),
    min_size=1,
    max_size=3,
)


def wrecked(content: bytes, wreck: list[tuple[float, float, str, bytes]]) -> bytes:
    """The content with larger pieces of it lost, repeated, moved or exchanged."""
    for share, much, what, chunk in wreck:
        at = int(share * len(content))
        to = at + int(much * (len(content) - at))
        piece = content[at:to]
        if what == "cut":
            content = content[:at] + content[to:]
        elif what == "twice":
            content = content[:to] + piece + content[to:]
        elif what == "moved":
            content = content[:at] + content[to:] + piece
        elif what == "end":
            content = content[:at]
        elif what == "put":
            content = content[:at] + chunk + content[at:]
        else:
            content = content[:at] + bytes(b ^ 1 for b in content[at : at + 3]) + content[at + 3 :]
    return content


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@QUICKLY
@given(wreck=WRECK, within=st.booleans(), other=st.sampled_from(FORMATS))
def test_a_wrecked_file_is_never_an_exception(
    format, encoding, delimiter, tmp_path, wreck, within, other
) -> None:
    """Also within what is packed, and read by the contract of another dialect."""
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, width=12)
    path = tmp_path / "file"
    content = content_of(feed, path)
    if within and format == "jsonl.gz":
        content = files.pack(wrecked(files.unpack(content), wreck))
    elif within and format == "xlsx":
        packed = io.BytesIO()
        with zipfile.ZipFile(path) as whole, zipfile.ZipFile(packed, "w") as made:
            for name in whole.namelist():
                part = whole.read(name)
                made.writestr(name, wrecked(part, wreck) if "sheet1" in name else part)
        content = packed.getvalue()
    else:
        content = wrecked(content, wreck)
    see_that_nothing_is_lost(feed, path, content)
    if other[0] == format or (files.is_text(feed) and other[0] in files.TEXT):
        dialect = tiny_feed(other[0], encoding=other[1], delimiter=other[2], width=12)
        see_that_nothing_is_lost(dialect, path, content)


def test_no_wreck_takes_much_memory(tmp_path) -> None:
    """Every chunk at some places of a file of each format, with a bound on what Python holds."""
    tracemalloc.start()
    for format, encoding, delimiter in FORMATS:
        feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, width=12)
        path = tmp_path / "file"
        content = content_of(feed, path)
        for chunk in CHUNKS:
            for quarter in range(1, 1 + how_many(3, at_least=1)):
                at = len(content) * quarter // 4
                see_that_nothing_is_lost(feed, path, content[:at] + chunk + content[at:])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100_000_000


@pytest.mark.parametrize("format", ["jsonl", "fixed", "csv"])
@QUICKLY
@given(damage=DAMAGE)
def test_every_line_is_read_or_unreadable(format, tmp_path, damage) -> None:
    """Lines read + lines unreadable = lines that are not blank, notice and header left out."""
    feed = tiny_feed(format, encoding="gb18030" if format == "fixed" else "utf-8", width=12)
    path = tmp_path / "file"
    content = content_of(feed, path)
    start = len(files.layout(feed).head(feed))
    head, body = content[:start], content[start:]
    body = damaged(body, damage)
    if format == "csv":  # with quotes a record may go over several lines
        body = body.replace(b'"', b"")
    table, unreadable = files.read(feed, path, head + body)
    if any(one.line is None for one in unreadable):
        assert len(table) == 0
        return
    found = sorted([*table.column("line").to_pylist(), *(one.line for one in unreadable)])
    lines = enumerate(body.split(b"\n"), start=head.count(b"\n") + 1)
    if format == "fixed":  # a line of spaces is a record whose values are all missing
        assert found == [n for n, line in lines if line.removesuffix(b"\r")]
    else:
        assert found == [n for n, line in lines if line.strip(b" \t\r")]


@pytest.mark.parametrize(("format", "encoding", "delimiter"), TEXT)
def test_in_pieces_as_in_one(format, encoding, delimiter, tmp_path, monkeypatch) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, width=12)
    given_rows = [*GIVEN, ("5", "a", "b"), ("6", "line", "x")] * 5
    if format != "fixed":
        given_rows[8] = ("8", "two\nlines", 'and "quotes"\n')
    path = tmp_path / "file"
    files.write(feed, rows(feed, *given_rows), path)
    whole = files.read(feed, path)
    for piece in (400, 700, 1500):
        monkeypatch.setattr(files, "PIECE", piece)
        table, counts = files.read_quickly(feed, [path.read_bytes()])
        assert values(table) == values(whole[0])
        assert counts.tolist() == [30]
