"""Which rows are kept aside and which deliveries are held, and on what side of each edge."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

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
    verdicts_sql,
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
    ("8", "one_row", None, "warn"),
    ("nobody", "key_no", "no", "quarantine"),
}


def test_every_failing_key_is_named_with_every_expectation_it_breaks(bench, make_feed, land):
    feed = make_feed(columns=COLUMNS)
    land(bench, feed, {"2024-01-01": ROWS})
    judge(bench, [feed])
    found = bench.fetch("SELECT record_id, expectation, column_name, outcome FROM quality.verdicts")
    assert set(found) == VERDICTS
    assert len(found) == len(VERDICTS) + 2, "none of the three versions of record 7 is kept"
    lost = bench.fetch("SELECT version FROM quality.verdicts WHERE record_id = ?", ["7"])
    assert sorted(lost) == [("a",), ("b",), ("c",)]
    twice = bench.fetch("SELECT line FROM quality.verdicts WHERE record_id = ?", ["8"])
    assert twice == [(13,)]


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
    bench.put("codes.gate_policies", gate="landing.in_set", policy="off")
    bench.put("codes.gate_policies", gate="landing.present", policy="warn")
    found = "SELECT record_id, expectation, outcome FROM quality.verdicts ORDER BY ALL"
    kept = [("2", "valid_op", "quarantine"), ("3", "required_op", "quarantine")]
    assert bench.fetch(found) == kept
    judge(bench, [feed])
    assert bench.fetch(found) == kept, "no run can be told what a row without its code does"


def test_a_feed_without_a_key_has_no_conflicts(make_feed):
    names = {e.kind for e in landing_expectations(make_feed(natural_key=()))}
    assert not names & {"one_version", "one_row", "meets_record"}


def test_a_feed_that_promises_nothing_breaks_nothing(bench, make_feed, land):
    feed = make_feed(natural_key=(), columns=(Column("x", "", ""),), first_delivery={})
    land(bench, feed, {"2024-01-01": [{"x": None}]})
    judge(bench, {"permits": feed})
    assert bench.fetch("SELECT * FROM quality.verdicts") == []
    assert bench.fetch("SELECT outcome FROM quality.deliveries") == [("pass",)]


def test_a_row_said_twice_counts_once_and_a_row_kept_aside_not_at_all(bench, make_feed, land):
    feed = make_feed(columns=COLUMNS)
    land(bench, feed, {"2024-01-01": ROWS})
    judge(bench, [feed])
    found = bench.fetch('SELECT "rows", conformed, whole FROM quality.deliveries')
    assert found == [(12, 3, False)], "the row without a number may have been anybody's"
    land(bench, feed, {"2024-01-08": ROWS[:-1]})
    judge(bench, [feed])
    found = bench.fetch("SELECT whole FROM quality.deliveries ORDER BY delivery")
    assert found[1:] == [(True,)]


def test_a_row_its_gate_rejects_takes_no_good_rows_place(bench, make_feed, land):
    """Whatever the two say: what a row's id happens to be decides nothing."""
    feed = make_feed(columns=COLUMNS)
    for good, bad in (("a", "z"), ("z", "a")):
        bench.execute("DELETE FROM landing.deliveries")
        rows = [GOOD | {"version": good}, GOOD | {"version": bad, "kind": "dragon"}]
        land(bench, feed, {"2024-01-01": rows})
        judge(bench, [feed])
        found = bench.fetch("SELECT line, version, expectation FROM quality.verdicts")
        assert found == [(4, bad, "valid_kind")]


DAYS = (
    Column("no", "编号", "Number"),
    Column("done", "日期", "", parse="day"),
    Column("until", "有效期", "", parse="day", may_lie_ahead=True),
    Column("born", "出生", "", parse="day", not_before=date(1901, 1, 1)),
    Column("turned", "归还", "", parse="dotted_day"),
)
# column, what it says, the expectation it breaks
DAY_CASES = [
    ("done", "2024-06-01", None),
    ("done", "2024-06-02", "bounds_done"),
    ("done", "2204-01-01", "bounds_done"),
    ("done", "1949-10-01", None),
    ("done", "1949-09-30", "bounds_done"),
    ("done", "1023-11-07", "bounds_done"),
    ("done", "99991231", "parse_done"),
    ("done", "9999-12-31", "parse_done"),
    ("done", "8999-12-31", "bounds_done"),
    ("done", "0001-01-01", "parse_done"),
    ("until", "2024-06-02", None),
    ("until", "2099-12-31", None),
    ("until", "2124-06-03", "bounds_until"),
    ("until", "9999年12月31日", "parse_until"),
    ("until", "1900-01-01", "bounds_until"),
    ("born", "1934-05-18", None),
    ("born", "1900-12-31", "bounds_born"),
    ("turned", "01.06.2024", None),
    ("turned", "02.06.2024", "bounds_turned"),
    ("turned", "31.02.2024", "parse_turned"),
    ("turned", "1.6.2024", "parse_turned"),
]


@pytest.mark.parametrize(("column", "said", "broken"), DAY_CASES)
def test_a_day_that_cannot_be_is_kept_aside(bench, make_feed, land, column, said, broken):
    feed = make_feed(columns=DAYS)
    land(bench, feed, {"2024-06-01": [{"no": "1", column: said}]})
    judge(bench, [feed])
    found = bench.fetch("SELECT expectation, column_name, outcome FROM quality.verdicts")
    assert found == ([(broken, column, "quarantine")] if broken else [])


AMOUNTS = (
    Column("no", "编号", "Number"),
    Column("fine", "罚款", "", parse="money"),
    Column("capital", "资金", "", parse="wan"),
    Column("count", "数", "", parse="integer"),
    Column("age", "年龄", "", parse="integer", at_most=Decimal(150)),
)
AMOUNT_CASES = [
    ("fine", "9999999999999.99", None),
    ("fine", "10000000000000.00", "bounds_fine"),
    ("fine", "999999999999999.99", "bounds_fine"),
    ("fine", "9999999999999999", "bounds_fine"),
    ("fine", "0", None),
    ("fine", "-0.01", "bounds_fine"),
    ("fine", "1e39", "parse_fine"),
    ("fine", "Infinity", "parse_fine"),
    ("fine", "nan", "parse_fine"),
    ("capital", "999999999.999999", None),
    ("capital", "1000000000", "bounds_capital"),
    ("capital", "99999999999.999999", "bounds_capital"),
    ("capital", "999999999999.999999", "bounds_capital"),
    ("count", "999999999999999", None),
    ("count", "999999999999999999", "bounds_count"),
    ("age", "150", None),
    ("age", "151", "bounds_age"),
]


@pytest.mark.parametrize(("column", "said", "broken"), AMOUNT_CASES)
def test_an_amount_that_cannot_be_is_kept_aside(bench, make_feed, land, column, said, broken):
    feed = make_feed(columns=AMOUNTS)
    land(bench, feed, {"2024-06-01": [{"no": "1", column: said}]})
    judge(bench, [feed])
    found = bench.fetch("SELECT expectation, column_name, outcome FROM quality.verdicts")
    assert found == ([(broken, column, "quarantine")] if broken else [])


def test_a_run_may_let_in_a_day_out_of_bounds_but_no_amount_that_cannot_be_added_up(
    bench, make_feed, land
):
    feed = make_feed(columns=(*DAYS[:2], AMOUNTS[1]))
    bench.put("codes.gate_policies", gate="landing.in_bounds", policy="off")
    rows = [{"no": "1", "done": "2204-01-01"}, {"no": "2", "fine": "9999999999999999"}]
    land(bench, feed, {"2024-06-01": rows})
    judge(bench, [feed])
    assert bench.fetch("SELECT record_id, expectation FROM quality.verdicts") == [
        ("2", "bounds_fine")
    ]


def test_tables_exist_with_their_columns_before_there_is_data(bench):
    judge(bench, [])
    for name, columns in (
        ("row_verdicts", VERDICTS_COLUMNS),
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
    ("snapshot", 0, 0, "hold"),
    ("snapshot", 0, 1, "pass"),  # there is nothing yet to measure it against
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
    ratio = "previous_ratio" if mode == "snapshot" else "backlog_ratio"
    rule = "some_rows" if mode == "snapshot" and not second else ratio
    assert found[3:] == (second, second, True, rule, outcome, found[8])
    assert (found[8] is None) == (outcome == "pass")


def test_no_rows_are_never_believed_however_often_they_come(bench, make_feed):
    found = deliveries(bench, make_feed(), d01=0, d08=0, d15=10, d22=0, d29=0)
    assert [row[7] for row in found] == ["hold", "hold", "pass", "hold", "hold"]
    assert found[4][8] == (
        "The delivery has no row that can be believed. A register without a single record is a "
        "failed export, however often it comes."
    )


def test_no_rows_are_no_measure_for_the_rows_after_them(bench, make_feed):
    """Between two snapshots an empty one changes nothing: two rows after ten are as few as before."""
    feed = make_feed(previous_ratio={"min": 0.5, "max": 3, "reason": "As many every week."})
    found = deliveries(bench, feed, d01=10, d08=0, d15=2)
    assert [row[7] for row in found] == ["pass", "hold", "hold"]
    assert found[2][8].startswith("The delivery has 2 rows where the one before had 10, ")
    assert [row[7] for row in deliveries(bench, feed, d22=0, d29=2)][3:] == ["hold", "warn"]


def test_so_few_rows_a_second_time_are_believed_and_told(bench, make_feed):
    feed = make_feed(previous_ratio={"min": 0.5, "max": 3, "reason": "As many every week."})
    found = deliveries(bench, feed, d01=10, d08=4, d15=4, d22=4)
    assert [row[7] for row in found] == ["pass", "hold", "warn", "pass"]
    assert found[2][8] == (
        "The delivery has 4 rows and the one before had 4, where the one before that had 10, so "
        "each less than 0.5 of it. As many every week."
    )


def test_a_contract_may_say_why_no_rows_can_be_right(bench, make_feed):
    feed = make_feed(may_be_empty="Some weeks nobody has a permit.", previous_ratio={})
    assert [row[7] for row in deliveries(bench, feed, d01=10, d08=0)] == ["pass", "pass"]


def test_rows_are_counted_that_conform_and_not_that_landed(bench, make_feed, land):
    feed = make_feed(columns=COLUMNS, first_delivery={})
    good = [GOOD | {"no": str(n)} for n in range(10)]
    bad = [row | {"kind": "dragon"} for row in good]
    land(
        bench,
        feed,
        {"2024-01-01": good, "2024-01-08": good[:4] + bad[4:], "2024-01-15": good[:4] * 3},
    )
    judge(bench, [feed])
    found = bench.fetch(
        'SELECT "rows", conformed, outcome FROM quality.deliveries ORDER BY delivery'
    )
    assert found == [(10, 10, "pass"), (10, 4, "hold"), (12, 4, "warn")]
    land(bench, feed, {"2024-01-22": bad})
    judge(bench, [feed])
    ((reason,),) = bench.fetch(
        "SELECT reason FROM quality.deliveries WHERE delivery = '2024-01-22'"
    )
    assert reason.startswith("The delivery has no row that can be believed (10 kept aside).")


@pytest.mark.parametrize("mode", ["snapshot", "changes", "append"])
def test_a_small_first_delivery_only_warns(bench, make_feed, mode):
    feed = make_feed(mode=mode)
    (first,) = deliveries(bench, feed, d01=1)
    assert first[6:] == (
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
    assert [row[7] for row in found] == ["pass", "warn"]
    assert found[1][8].startswith("The delivery has 4 rows where the one before had 10")


def test_a_held_delivery_says_why(bench, make_feed):
    held = deliveries(bench, make_feed(), d01=10, d08=4)[1]
    assert held[8] == (
        "The delivery has 4 rows where the one before had 10, less than 0.5 of it. "
        "A week changes little."
    )


def test_a_snapshot_is_compared_with_the_delivery_before_it_held_or_not(bench, make_feed):
    found = deliveries(bench, make_feed(), d01=100, d08=10, d15=100, d22=99)
    assert [row[7] for row in found] == ["pass", "hold", "warn", "pass"]


def test_a_backlog_is_compared_with_the_first_delivery_however_long_ago(bench, make_feed):
    found = deliveries(bench, make_feed(mode="append"), d01=10, d08=0, d15=106, d22=105)
    assert [row[7] for row in found] == ["pass", "pass", "hold", "pass"]


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
    assert first[0] == "permits" and first[7] == "pass"


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
    assert [e.kind for e in delivery_expectations(feed)] == ["some_rows", "previous_ratio"]
    found = deliveries(bench, feed, d01=1, d08=1000)
    assert [row[6:8] for row in found] == [(None, "pass"), ("previous_ratio", "pass")]


@pytest.mark.parametrize("feed", feeds().values(), ids=lambda feed: feed.name)
def test_every_contract_compiles_for_both_engines(bench, feed):
    own = {"record_id": "VARCHAR", "version": "VARCHAR", "feed": "VARCHAR", "delivery": "VARCHAR"}
    own |= {"published": "DATE", "file": "VARCHAR", "line": "BIGINT"}
    bench.table(f"landing.{feed.name}", own | dict.fromkeys(feed.column_names, "VARCHAR"))
    judge(bench, [feed])
    for sql in (row_verdicts_sql(feed), delivery_verdicts_sql(feed), verdicts_sql(feed),
                row_counts_sql(feed)):  # fmt: skip
        assert sqlglot.transpile(sql, read="duckdb", write="spark")
