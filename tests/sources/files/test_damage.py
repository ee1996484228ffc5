"""Files with bytes changed at random: never an exception, never a record lost or read twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources import files
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
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
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
    except files.Odd:
        return
    careful, bad = files.layout(feed).careful(feed, content)
    assert bad == []
    assert values(careful) == values(quick)


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@QUICKLY
@given(damage=DAMAGE)
def test_damage_is_never_an_exception(format, encoding, delimiter, tmp_path, damage) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, width=12)
    path = tmp_path / "file"
    content = damaged(content_of(feed, path), damage)
    table, unreadable = files.read(feed, path, content)
    lines = [*table.column("line").to_pylist(), *(u.line for u in unreadable)]
    assert len(lines) == len(set(lines))
    for one in unreadable:
        assert one.reason
        assert one.byte_from is None or 0 <= one.byte_from <= one.byte_to
        one.raw.encode("utf-8")
        assert "\x00" not in one.raw


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
