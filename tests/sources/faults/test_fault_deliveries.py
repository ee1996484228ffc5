"""Faults of whole deliveries: the file that goes out instead, on four days of a few rows."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from schemas.contract import Column
from sources.faults import kind, kinds
from sources.faults.day_form_changed import FORMS, in_form
from sources.faults.deliveries import NO_FILE, Deliveries
from sources.faults.draw import Draw
from sources.files import read, written

DAYS = [date(2024, 1, 1 + 7 * n) for n in range(4)]
COLUMNS = (
    Column("no", "文号", ""),
    Column("name", "名称", ""),
    Column("fine", "罚款金额", "", parse="wan"),
    Column("day", "决定日期", "", parse="day"),
    Column("court", "执行法院", ""),
    Column("mark", "变更标志", ""),
)
ONE, TWO = ("01", "甲", "0.5", "20240301", "东", "A"), ("02", "乙", "0.5", "20240302", "西", "A")
THREE, GONE = ("03", "丙", "2", "20240303", "东", "A"), ("01", "甲", "0.5", "20240301", "东", "D")
SENT = [[ONE], [TWO], [GONE, THREE], [TWO]]
CHANGES = {"natural_key": ("no",), "columns": COLUMNS}


@pytest.fixture
def outcome(feed_of):
    """What `send` gives for a day of a feed, each day drawn by the same seed."""

    def of(name, mode="changes", day=2, seed=1, begin=None, sent=SENT, **given):
        feed = feed_of(mode, **(CHANGES | given))
        names = feed.column_names
        files = {
            d: written(feed, pa.Table.from_pylist([dict(zip(names, r, strict=True)) for r in rows]))
            for d, rows in zip(DAYS, sent, strict=True)
        }
        delivered = Deliveries(feed, DAYS[day if begin is None else begin], files.get)
        draw = Draw(seed, ("t",), feed)
        assert kind(name).fits(feed)
        return feed, files, kind(name).module.send(DAYS[day], DAYS, delivered, draw)

    return of


def rows_of(feed, content):
    table, bad = read(feed, feed.folder, content)
    assert not bad
    return [tuple(r.values()) for r in table.drop(["line"]).to_pylist()]


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("volume_halved", 2, [GONE]),
        ("withdrawals_not_exported", 2, [THREE]),
        ("full_for_increment", 2, [TWO, THREE]),
        ("full_for_increment", 3, [TWO, THREE]),
        ("exported_as_numbers", 2, [("1", *GONE[1:]), ("3", *THREE[1:])]),
    ],
)
def test_the_rows_that_go_out(outcome, name, day, expected):
    codes = {"A": "assert", "D": "withdraw", "01": "change"}
    feed, _, content = outcome(name, day=day, effect_codes=codes)
    assert rows_of(feed, content) == expected


def test_of_a_snapshot_only_the_news(outcome):
    sent = [[ONE], [ONE, TWO], [ONE], [ONE]]
    feed, _, content = outcome("increment_for_full", "snapshot", day=1, sent=sent)
    assert rows_of(feed, content) == [TWO]


def test_a_full_delivery_of_a_feed_that_appends_is_all_that_ever_came(outcome):
    feed, _, content = outcome("full_for_increment", "append")
    assert rows_of(feed, content) == [ONE, TWO, GONE, THREE]


def test_an_export_stops_after_some_row(outcome):
    seen = {tuple(rows_of(*outcome("export_stopped", seed=n)[::2])) for n in range(20)}
    assert seen == {(), (GONE,)}


def test_a_truncated_file_is_its_beginning(outcome):
    sizes = set()
    for n in range(40):
        _, files, content = outcome("truncated_delivery", seed=n)
        assert files[DAYS[2]].startswith(content)
        sizes.add(len(content) / len(files[DAYS[2]]))
    assert min(sizes) > 0.19 and max(sizes) < 1 and len(sizes) > 20


def test_no_file_and_a_file_under_the_next_days_name(outcome):
    assert outcome("missing_delivery")[2] == NO_FILE
    assert outcome("misdated_delivery")[2] == NO_FILE
    _, files, content = outcome("misdated_delivery", day=3, begin=2)
    assert content == files[DAYS[2]]
    assert kinds()["misdated_delivery"].span == 2


@pytest.mark.parametrize(("agreed", "other"), [("utf-8-sig", "gb18030"), ("gb18030", "utf-8")])
def test_the_other_encoding(outcome, agreed, other):
    _, files, content = outcome("wrong_encoding", encoding=agreed)
    assert content.decode(other) == files[DAYS[2]].decode(agreed)


@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "涓�"), ("gb18030", "±û")])
def test_garbled_text_is_sound_and_gibberish(outcome, encoding, name):
    feed, _, content = outcome("garbled_text", encoding=encoding)
    assert rows_of(feed, content)[1][:3] == ("03", name, "2")


def test_columns_in_another_order_say_the_same(outcome):
    for n in range(8):
        feed, files, content = outcome("columns_reordered", seed=n)
        assert content != files[DAYS[2]] and rows_of(feed, content) == [GONE, THREE]


def test_swapped_columns_keep_key_and_effect(outcome):
    feed, _, content = outcome("columns_swapped")
    for found, right in zip(rows_of(feed, content), (GONE, THREE), strict=True):
        moved = [n for n, value in enumerate(right) if found[n] != value]
        assert len(moved) == 2 and not {0, 5} & {*moved}
        assert sorted(found) == sorted(right)


@pytest.mark.parametrize("name", ["column_renamed", "layout_switched"])
def test_another_layout_is_refused(outcome, name):
    for n in range(6):
        feed, _, content = outcome(name, seed=n)
        table, (bad,) = read(feed, feed.folder, content)
        assert not len(table) and bad.reason.startswith(("column gone", "unknown column"))


def test_one_office_is_wrong_throughout_and_no_other(outcome):
    sent = [[ONE], [TWO], [ONE, TWO, THREE], [TWO]]
    seen = set()
    for n in range(20):
        feed, _, content = outcome("office_in_another_unit", seed=n, sent=sent)
        seen.add(tuple(row[2] for row in rows_of(feed, content)) if content else None)
    # Down, 0.5 would not be written exactly with one decimal, nor 2 with none.
    assert seen == {("5000.0", "0.5", "20000"), ("0.5", "5000.0", "2"), None}


def test_days_in_another_form_can_not_be_taken_for_days(outcome):
    seen = set()
    for n in range(10):
        feed, _, content = outcome("day_form_changed", seed=n)
        seen.add(tuple(row[3] for row in rows_of(feed, content)))
    assert seen == {("01032024", "03032024"), ("45352", "45354")}


@pytest.mark.parametrize(
    ("text", "day_first", "days"),
    [
        ("2024-03-01", "01032024", "45352"),
        ("2024年03月01日", "01032024", "45352"),
        ("01.03.2024", "01032024", "45352"),
        ("20240231", "31022024", "20240231"),  # no day of the calendar cannot be counted
        ("-", "-", "-"),
        (None, None, None),
    ],
)
def test_a_day_of_any_form_that_feeds_use_is_written_in_another(text, day_first, days):
    assert [in_form(text, form) for form in FORMS] == [day_first, days]


def test_what_says_the_same_or_would_lose_something_stays(outcome, feed_of):
    assert outcome("volume_halved", day=1)[2] is None
    assert outcome("withdrawals_not_exported", day=1)[2] is None
    feed = feed_of("changes", **CHANGES)
    _, files, _ = outcome("volume_halved")
    spoilt = Deliveries(feed, DAYS[2], lambda d: files[d] + b"broken\n")
    assert len(spoilt.rows(DAYS[2])) == 2
    send = kind("volume_halved").module.send
    assert send(DAYS[2], DAYS, spoilt, Draw(1, ("t",), feed)) is None
