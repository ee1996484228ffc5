"""Which rows are kept aside and which deliveries are held, and on what side of each edge."""

from __future__ import annotations

import random

import pytest
import sqlglot

from quality import judge
from quality.from_contract import delivery_expectations, landing_expectations
from quality.gates import (
    DELIVERIES_COLUMNS,
    ROW_COUNTS_COLUMNS,
    VERDICTS_COLUMNS,
    delivery_verdicts_sql,
    row_counts_sql,
    row_verdicts_sql,
)
from schemas.contract import Column, feeds

COLUMNS = (
    Column("no", "编号", "Number", required=True),
    Column("code", "信用代码", "Code", scheme="uscc"),
    Column("fine", "罚款", "Fine", parse="money"),
    Column("day", "日期", "Day", parse="day", required=True),
    Column("kind", "类别", "Kind", valid_values="subject_kinds"),
    Column("door", "门牌", "Door", pattern="[0-9]{1,4}号"),
)
GOOD = {
    "no": "1",
    "code": "91870101PDY00001XE",
    "fine": "12.50",
    "day": "20240101",
    "kind": "resident",
    "door": "12号",
}
ROWS = [
    GOOD,
    GOOD | {"no": "2", "code": "91870101PDY00001X0"},
    GOOD | {"no": "3", "fine": "1.234"},
    GOOD | {"no": "4", "day": None},
    GOOD | {"no": "5", "day": "20240230", "kind": "dragon"},
    GOOD | {"no": "6", "door": "12号院"},
    GOOD | {"no": "7", "version": "b"},
    GOOD | {"no": "7", "version": "c"},
    GOOD | {"no": "7", "version": "a"},
    GOOD | {"no": "8", "version": "same"},
    GOOD | {"no": "8", "version": "same"},
    GOOD | {"no": None, "record": "nobody"},
]
VERDICTS = {
    ("2", "check_code", "code", "warn"),
    ("3", "parse_fine", "fine", "quarantine"),
    ("4", "required_day", "day", "quarantine"),
    ("5", "parse_day", "day", "quarantine"),
    ("5", "valid_kind", "kind", "quarantine"),
    ("6", "pattern_door", "door", "quarantine"),
    ("7", "one_version", None, "quarantine"),
    ("nobody", "key_no", "no", "quarantine"),
}


def test_every_failing_key_is_named_with_every_expectation_it_breaks(bench, make_feed, land):
    feed = make_feed(columns=COLUMNS)
    land(bench, feed, {"2024-01-01": ROWS})
    judge(bench, [feed])
    found = bench.fetch("SELECT record_id, expectation, column_name, outcome FROM quality.verdicts")
    assert set(found) == VERDICTS
    assert len(found) == len(VERDICTS) + 1, "record 7 loses two of its three versions"
    lost = bench.fetch("SELECT version FROM quality.verdicts WHERE record_id = '7'")
    assert sorted(lost) == [("a",), ("b",)]


def test_rows_and_nothing_else_decide_the_verdicts(bench, make_feed, land):
    feed = make_feed(columns=COLUMNS)
    found = []
    for seed in range(3):
        rows = ROWS[:]
        random.Random(seed).shuffle(rows)
        bench.execute("DELETE FROM landing.deliveries")
        land(bench, feed, {"2024-01-01": rows})
        judge(bench, [feed])
        found.append(
            sorted(
                bench.fetch(
                    "SELECT record_id, version, expectation, column_name, outcome "
                    "FROM quality.verdicts"
                ),
                key=str,
            )
        )
    assert found[0] == found[1] == found[2]


def test_versions_of_different_deliveries_do_not_conflict(bench, make_feed, land):
    feed = make_feed(columns=COLUMNS)
    land(
        bench,
        feed,
        {"2024-01-01": [GOOD | {"version": "a"}], "2024-01-08": [GOOD | {"version": "b"}]},
    )
    judge(bench, [feed])
    assert bench.fetch("SELECT * FROM quality.verdicts") == []


def test_an_unknown_effect_code_is_kept_aside(bench, make_feed, land):
    feed = make_feed(
        mode="changes",
        effect_column="op",
        effect_codes={"1": "assert", "3": "withdraw"},
        columns=(Column("no", "编号", ""), Column("op", "操作", "")),
    )
    rows = [{"no": "1", "op": "1"}, {"no": "2", "op": "9"}, {"no": "3", "op": None}]
    land(bench, feed, {"2024-01-01": rows})
    judge(bench, [feed])
    found = bench.fetch("SELECT record_id, expectation FROM quality.verdicts ORDER BY ALL")
    assert found == [("2", "valid_op"), ("3", "required_op")]


def test_a_feed_without_a_key_has_no_conflicts(make_feed):
    names = {e.kind for e in landing_expectations(make_feed(natural_key=()))}
    assert "one_version" not in names


def test_a_feed_that_promises_nothing_breaks_nothing(bench, make_feed, land):
    feed = make_feed(natural_key=(), columns=(Column("x", "", ""),), first_delivery={})
    land(bench, feed, {"2024-01-01": [{"x": None}]})
    judge(bench, {"permits": feed})
    assert bench.fetch("SELECT * FROM quality.verdicts") == []
    assert bench.fetch("SELECT outcome FROM quality.deliveries") == [("pass",)]


def test_tables_exist_with_their_columns_before_there_is_data(bench):
    judge(bench, [])
    for name, columns in (
        ("verdicts", VERDICTS_COLUMNS),
        ("deliveries", DELIVERIES_COLUMNS),
        ("row_counts", ROW_COUNTS_COLUMNS),
    ):
        found = bench.fetch(f"SELECT column_name, column_type FROM (DESCRIBE quality.{name})")
        assert dict(found) == columns
        assert bench.count(f"quality.{name}") == 0


# mode, rows of the first delivery, of the second, what becomes of the second
EDGES = [
    ("snapshot", 10, 5, "pass"),
    ("snapshot", 10, 4, "hold"),
    ("snapshot", 10, 0, "hold"),
    ("snapshot", 10, 30, "pass"),
    ("snapshot", 10, 31, "warn"),
    ("snapshot", 0, 0, "pass"),
    ("snapshot", 0, 1, "warn"),
    ("changes", 10, 105, "pass"),
    ("changes", 10, 106, "hold"),
    ("changes", 10, 0, "pass"),
    ("append", 1000, 600, "pass"),
    ("append", 1000, 601, "hold"),
    ("append", 0, 100, "pass"),
    ("append", 0, 101, "hold"),
]


def delivered(bench, feed, day: int, rows: int) -> None:
    """A delivery of a day in January, of so many rows."""
    text = f"2024-01-{day:02}"
    bench.put("landing.deliveries", feed=feed.name, delivery=text, published=text, rows=rows)


def deliveries(bench, feed, **rows: int) -> list[tuple]:
    """Verdicts on deliveries of the given sizes; the keyword `d08` is the eighth of January."""
    bench.heed()
    for day, count in rows.items():
        delivered(bench, feed, int(day[1:]), count)
    return bench.fetch(f"{delivery_verdicts_sql(feed)} ORDER BY delivery")


@pytest.mark.parametrize(("mode", "first", "second", "outcome"), EDGES)
def test_a_delivery_is_judged_by_earlier_ones(bench, make_feed, mode, first, second, outcome):
    feed = make_feed(mode=mode, effect_column="no" if mode == "changes" else None)
    found = deliveries(bench, feed, d01=first, d08=second)[1]
    assert found[3:6] == (
        second,
        "previous_ratio" if mode == "snapshot" else "backlog_ratio",
        outcome,
    )
    assert (found[6] is None) == (outcome == "pass")


@pytest.mark.parametrize("mode", ["snapshot", "changes", "append"])
def test_a_small_first_delivery_only_warns(bench, make_feed, mode):
    feed = make_feed(mode=mode)
    (first,) = deliveries(bench, feed, d01=1)
    assert first[4:] == (
        "first_rows",
        "warn",
        "The first delivery has 1 rows; at least 2 were expected. "
        "An office has two permits at least.",
    )


def test_a_policy_lets_a_delivery_out_of_bounds_through_with_a_warning(bench, make_feed):
    bench.put("codes.run", out_of_bounds="warn")
    feed = make_feed()
    for day, rows in ((1, 10), (8, 4)):
        delivered(bench, feed, day, rows)
    found = bench.fetch(f"{delivery_verdicts_sql(feed)} ORDER BY delivery")
    assert [row[5] for row in found] == ["pass", "warn"]
    assert found[1][6].startswith("The delivery has 4 rows where the one before had 10")


def test_a_held_delivery_says_why(bench, make_feed):
    held = deliveries(bench, make_feed(), d01=10, d08=4)[1]
    assert held[6] == (
        "The delivery has 4 rows where the one before had 10, less than 0.5 of it. "
        "A week changes little."
    )


def test_a_snapshot_is_compared_with_the_delivery_before_it_held_or_not(bench, make_feed):
    found = deliveries(bench, make_feed(), d01=100, d08=10, d15=100, d22=99)
    assert [row[5] for row in found] == ["pass", "hold", "warn", "pass"]


def test_a_backlog_is_compared_with_the_first_delivery_however_long_ago(bench, make_feed):
    found = deliveries(bench, make_feed(mode="append"), d01=10, d08=0, d15=106, d22=105)
    assert [row[5] for row in found] == ["pass", "pass", "hold", "pass"]


def test_later_deliveries_change_no_verdict(bench, make_feed):
    feed = make_feed()
    sizes = {"d01": 10, "d08": 4, "d15": 12, "d22": 40}
    seen: list[list[tuple]] = []
    for day, size in sizes.items():
        seen.append(deliveries(bench, feed, **{day: size}))
    assert all(seen[-1][: len(earlier)] == earlier for earlier in seen)


def test_feeds_are_judged_apart(bench, make_feed):
    bench.put(
        "landing.deliveries", feed="other", delivery="2023-12-01", published="2023-12-01", rows=9
    )
    (first,) = deliveries(bench, make_feed(), d01=5)
    assert first[0] == "permits" and first[5] == "pass"


def test_each_landed_row_is_counted_once(bench, make_feed, land):
    feed = make_feed(columns=COLUMNS)
    land(
        bench,
        feed,
        {
            "2024-01-01": [GOOD | {"no": str(n)} for n in range(8)]
            + [GOOD | {"no": "x", "day": ""}],
            "2024-01-08": [GOOD | {"no": "9", "kind": "dragon"}],
        },
    )
    bench.put("quality.unreadable", feed="permits", delivery="2024-01-01", line=99)
    judge(bench, [feed])
    assert bench.fetch("SELECT * FROM quality.row_counts") == [("permits", 10, 8, 1, 1, 1)]


def test_bounds_a_contract_leaves_out_are_not_checked(bench, make_feed):
    feed = make_feed(first_delivery={}, previous_ratio={"min": 0.5, "reason": "Why."})
    assert [e.kind for e in delivery_expectations(feed)] == ["previous_ratio"]
    found = deliveries(bench, feed, d01=0, d08=1000)
    assert [row[4:6] for row in found] == [(None, "pass"), ("previous_ratio", "pass")]


@pytest.mark.parametrize("feed", feeds().values(), ids=lambda feed: feed.name)
def test_every_contract_compiles_for_both_engines(bench, feed):
    own = {"record_id": "VARCHAR", "version": "VARCHAR", "feed": "VARCHAR", "delivery": "VARCHAR"}
    own |= {"published": "DATE", "file": "VARCHAR", "line": "BIGINT"}
    bench.table(f"landing.{feed.name}", own | dict.fromkeys(feed.column_names, "VARCHAR"))
    judge(bench, [feed])
    for sql in (row_verdicts_sql(feed), delivery_verdicts_sql(feed), row_counts_sql(feed)):
        assert sqlglot.transpile(sql, read="duckdb", write="spark")
