"""Deliveries written to files and read back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from sources import deliver_files, files
from sources.deliver_files import file_name, write_deliveries
from tests.sources.files.tiny_contracts import FORMATS, rows, tiny_feed, values

DAYS = [date(2024, 1, 1), date(2024, 1, 8), date(2024, 1, 15)]


def batches(feed, *given) -> list[pa.RecordBatch]:
    """Rows `(enters, leaves, …columns)`, a batch each."""
    found = []
    for enters, leaves, *columns in given:
        table = rows(feed, columns)
        numbers = pa.table({"enters": pa.array([enters]), "leaves": pa.array([leaves])})
        for name in table.column_names:
            numbers = numbers.append_column(name, table.column(name))
        found += numbers.to_batches()
    return found


def read_back(feed, folder: Path) -> list[list[tuple]]:
    found = []
    for day in DAYS:
        table, unreadable = files.read(feed, folder / file_name(feed, day))
        assert unreadable == []
        found.append([row[1:] for row in values(table)])
    return found


def test_a_file_is_named_after_its_feed_and_day() -> None:
    assert file_name(tiny_feed("fixed"), date(2024, 3, 9)) == "tiny_20240309.txt"
    assert file_name(tiny_feed("jsonl.gz"), date(2024, 3, 9)) == "tiny_20240309.jsonl.gz"


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@pytest.mark.parametrize("block", [1, 2, 100])
def test_snapshots(format, encoding, delimiter, block, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(deliver_files, "BLOCK", block)
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter)
    told: list[None] = []
    given = batches(feed, (0, 3, "1", "甲", None), (0, 1, "2", "乙", "x"), (2, 3, "3", "丙", "y"))
    count = write_deliveries(feed, DAYS, given, tmp_path, lambda: told.append(None))
    one, two, three = ("1", "甲", None), ("2", "乙", "x"), ("3", "丙", "y")
    assert read_back(feed, tmp_path) == [[one, two], [one], [one, three]]
    assert (count, len(told)) == (5, 3)


@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
@pytest.mark.parametrize("block", [1, 2, 100])
def test_one_by_one(format, encoding, delimiter, block, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(deliver_files, "BLOCK", block)
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, mode="append")
    given = batches(feed, *((0, 1, str(n), "甲", None) for n in range(5)), (2, 3, "5", "乙", "x"))
    count = write_deliveries(feed, DAYS, given, tmp_path)
    backlog = [(str(n), "甲", None) for n in range(5)]
    assert read_back(feed, tmp_path) == [backlog, [], [("5", "乙", "x")]]
    assert count == 6


@pytest.mark.parametrize("mode", ["snapshot", "append"])
@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_pieces_make_the_same_file_as_the_whole(
    format, encoding, delimiter, mode, tmp_path, monkeypatch
) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, mode=mode)
    given = [(0, 1, str(n), "甲", "x") for n in range(7)]
    for block in (2, 3, 100):
        monkeypatch.setattr(deliver_files, "BLOCK", block)
        write_deliveries(feed, DAYS, batches(feed, *given), tmp_path / str(block))
    files.write(feed, rows(feed, *(row[2:] for row in given)), tmp_path / "whole")
    for block in (2, 3, 100):
        path = tmp_path / str(block) / file_name(feed, DAYS[0])
        assert path.read_bytes() == (tmp_path / "whole").read_bytes()


@pytest.mark.parametrize("mode", ["snapshot", "append"])
@pytest.mark.parametrize(("format", "encoding", "delimiter"), FORMATS)
def test_a_delivery_without_rows_is_still_a_file(
    format, encoding, delimiter, mode, tmp_path
) -> None:
    feed = tiny_feed(format, encoding=encoding, delimiter=delimiter, mode=mode)
    assert write_deliveries(feed, DAYS, [], tmp_path) == 0
    assert read_back(feed, tmp_path) == [[], [], []]


def test_a_value_that_does_not_fit_stops_it(tmp_path) -> None:
    feed = tiny_feed("fixed", width=2)
    with pytest.raises(files.UnwritableError):
        write_deliveries(feed, DAYS, batches(feed, (0, 1, "123", "", "")), tmp_path)
