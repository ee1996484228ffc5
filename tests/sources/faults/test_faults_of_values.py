"""Kinds of fault that spoil a value: given a row, all that can come of it over many draws."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.contract import Column, feeds
from sources.faults import history, kind
from sources.faults.draw import Draw
from sources.faults.history import corrected_history, faulty_history

COLUMNS = (
    Column("no", "文号", "Document number.", required=True),
    Column("day", "日期", "Day.", required=True, parse="day"),
    Column("end", "有效期至", "End.", parse="day", may_lie_ahead=True),
    Column("fine", "罚款金额", "Fine in 10,000 yuan.", parse="wan"),
    Column("owed", "逾期金额", "Arrears.", parse="money", width=7),
    Column("fen", "金额（分）", "Fen.", parse="integer"),
    Column("case", "案由", "Case type.", valid_values="county_case_types"),
    Column("state", "账户状态", "State.", valid_values="account_status", width=6),
    Column("place", "区划", "Division.", valid_values="divisions", width=6),
    Column("about", "处罚事由", "Reason.", valid_values="penalty_reasons"),
    Column("mark", "变更标志", "What the row does."),
)
EMPTY = dict.fromkeys(column.name for column in COLUMNS) | {"no": "1", "mark": "A"}

# kind, cells of a row, every (column, text) that may stand in it instead
GIVEN = [
    ("day_and_month_swapped", {"day": "2024-03-04"}, {("day", "2024-04-03")}),
    ("day_and_month_swapped", {"day": "2024-03-13", "end": "2024/05/05"}, set()),
    ("day_and_month_swapped", {"day": "2018年11月02日"}, {("day", "2018年02月11日")}),
    (
        "wrong_century",
        {"day": "20190709", "end": "1985/02/13"},
        {("day", "19190709"), ("end", "2085/02/13")},
    ),
    ("wrong_century", {"day": "2000-02-29"}, set()),  # 1900 was no leap year
    ("impossible_day", {"day": "20240712"}, {("day", "20240230"), ("day", "20241312")}),
    ("one_day_off", {"day": "2024-03-01"}, {("day", "2024-02-29"), ("day", "2024-03-02")}),
    ("one_day_off", {"day": "2024-02-30"}, set()),  # no day to begin with
    (
        "far_day",
        {"day": "2024/07/12"},
        {("day", "1900/01/01"), ("end", "9999/12/31")},
    ),
    (
        "far_day",
        {"day": "2024年07月12日", "end": "20270101"},
        {("day", "1900年01月01日"), ("end", "19000101"), ("end", "99991231")},
    ),
    ("fen_for_yuan", {"owed": "40.00"}, {("owed", "4000.00"), ("owed", "0.40")}),
    ("fen_for_yuan", {"owed": "0.40"}, {("owed", "40.00")}),
    ("fen_for_yuan", {"owed": "4000.00"}, {("owed", "40.00")}),  # 400000.00 is too wide
    ("fen_for_yuan", {"fen": "15100", "fine": "0.1"}, {("fen", "1510000"), ("fen", "151")}),
    ("sign_flipped", {"fine": "0.100000", "fen": "7"}, {("fine", "-0.100000"), ("fen", "-7")}),
    ("sign_flipped", {"owed": "0.00"}, set()),
    (
        "decimal_point_moved",
        {"fine": "1.500000", "fen": "20"},
        {("fine", f"{n:.6f}") for n in map(Decimal, ("0.015", "0.15", "15", "150"))},
    ),
    ("retired_code", {"state": "1"}, {("state", n) for n in "03456789"}),
    ("retired_code", {"case": "A03"}, {("case", "A00")}),
    ("renumbered_code", {"case": "A03"}, {("case", "A02"), ("case", "A04")}),
    ("renumbered_code", {"state": "1"}, {("state", "2")}),
    ("renumbered_code", {"case": "?"}, set()),
    ("status_reversed", {"state": "1", "case": "A01"}, {("state", "2")}),
    ("status_reversed", {"state": "2"}, {("state", "1")}),
    ("text_for_code", {"state": "2", "place": "840000"}, {("state", "逾期")}),
    ("text_for_code", {"about": "超速行驶"}, {("about", "超速行驶等")}),
    ("score_lifted", {"about": "行人闯红灯"}, {("about", "不礼让行人")}),
    ("score_lifted", {"about": "不礼让行人", "state": "2"}, set()),
    ("case_made_lighter", {"state": "1", "owed": "100.00"}, set()),  # nothing bad is said
    (
        "case_made_lighter",
        {"state": "2", "owed": "1.00"},
        {("owed", text) for text in ("0.50", "0.25", "0.20", "0.10", "0.05", "0.04", "0.02")},
    ),
    (
        "default_for_missing",
        {"day": "20240712", "end": "20270101", "fine": "1", "owed": "1", "case": "A02"},
        {("fen", "0"), ("state", "1"), ("place", "840000"), ("about", "醉酒驾驶")},
    ),
    (
        "default_for_missing",
        EMPTY | {"day": "2024/07/12"} | dict.fromkeys(("fine", "owed", "fen"), "1")
        | {"case": "A02", "state": "1", "place": "840000", "about": "?"},
        {("end", "1900/01/01")},
    ),
]  # fmt: skip
KINDS = sorted({name for name, _, _ in GIVEN})


def spoilt(name, feed, row, seeds):
    fault = kind(name)
    return [history.spoilt(fault, dict(row), Draw(seed, ("test",), feed)) for seed in range(seeds)]


@pytest.mark.parametrize(
    ("name", "cells", "expected"), GIVEN, ids=[f"{g[0]}-{n}" for n, g in enumerate(GIVEN)]
)
def test_one_value_of_those_expected_stands_in_the_row_and_nothing_else_is_changed(
    feed_of, name, cells, expected
):
    feed, row = feed_of(columns=COLUMNS), EMPTY | cells
    found = [one for one in spoilt(name, feed, row, 60) if one is not None]
    changes = [{item for item in one.items() if item not in row.items()} for one in found]
    assert all(list(one) == list(row) for one in found) and {*map(len, changes)} <= {1}
    assert set().union(*changes) == expected
    assert {column for column, _ in expected} <= set(kind(name).columns(feed))
    assert bool(found) == bool(expected)


def test_a_default_that_the_column_cannot_hold_fills_nothing(feed_of):
    """Ten bytes hold 1900-01-01; written as the day beside it is, the day takes more."""
    narrow, beside = (
        Column("end", "到期日期", "", parse="day", width=10),
        Column("day", "日期", "", parse="day", required=True),
    )
    feed = feed_of(columns=(narrow, beside))
    (found,) = spoilt("default_for_missing", feed, {"end": None, "day": "2024-07-12"}, 1)
    assert found == {"end": "1900-01-01", "day": "2024-07-12"}
    assert spoilt("default_for_missing", feed, {"end": None, "day": "2024年07月12日"}, 1) == [None]


@pytest.mark.parametrize("mode", ["snapshot", "changes", "append"])
@pytest.mark.parametrize("name", KINDS)
def test_a_spoilt_value_is_put_right_as_the_mode_allows(feed_of, name, mode):
    feed = feed_of(mode, columns=COLUMNS, effect_column="mark" if mode == "changes" else None)
    fault = kind(name)
    row = next(EMPTY | cells for one, cells, expected in GIVEN if one == name and expected)
    days = [date(2024, 1, 1 + 7 * n) for n in range(4)]
    clean = {day: [row] for day in (days if mode == "snapshot" else days[:1])}
    draw = Draw(1, ("test",), feed)
    until = faulty_history(fault, clean, days, days[0], days[2], "source", draw)
    wrong = until[days[0]][0]
    assert mode in fault.correction and wrong != row
    fixed = corrected_history(feed, clean, until, days[2])
    right = {"changes": row | {"mark": "C"}}.get(mode, row)
    assert fixed[days[0]] == [wrong] and fixed[days[2]] == [right]


def test_a_code_of_many_points_gives_way_to_one_of_fewer_until_the_cheapest_is_reached(feed_of):
    """What a portal takes for drunk driving is most; for not yielding least."""
    row = EMPTY | {"about": "醉酒驾驶"}
    found = {one["about"] for one in spoilt("score_lifted", feed_of(columns=COLUMNS), row, 300)}
    assert "不礼让行人" in found and "醉酒驾驶" not in found and len(found) == 23


def test_a_grave_case_becomes_a_less_grave_one(feed_of):
    row = EMPTY | {"about": "严重超速"}
    found = {
        one["about"] for one in spoilt("case_made_lighter", feed_of(columns=COLUMNS), row, 300)
    }
    assert {"超速行驶", "行人闯红灯"} <= found
    assert not found & {"严重超速", "醉酒驾驶", "食品卫生不合格"}


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("score_lifted", {"central_bank", "city_penalties", "county_penalties", "honours"}),
        (
            "status_reversed",
            {
                "central_bank",
                "city_licences",
                "court",
                "market_registry",
                "messaging_platform",
                "payments_platform",
                "public_bodies",
            },
        ),
        (
            "case_made_lighter",
            {
                "central_bank",
                "city_penalties",
                "county_penalties",
                "court",
                "tax_violations",
                "utility_company",
            },
        ),
    ],
)
def test_a_kind_fits_where_the_contracts_have_something_of_it(name, where):
    assert {feed.name for feed in feeds().values() if kind(name).fits(feed)} == where
