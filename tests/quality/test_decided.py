"""What somebody decided of rows kept aside and deliveries held, as the gates heed it."""

from __future__ import annotations

import pytest

from quality.gates import judge
from schemas.contract import Column

JAN, FEB = "2024-01-01", "2024-01-08"
COLUMNS = (
    Column("no", "编号", "Number", required=True),
    Column("holder", "持有人", "Holder", required=True),
)


@pytest.fixture
def judged(bench, make_feed, land):
    """`judged(deliveries, *(delivery, version, decision))`: the database, judged after that."""

    def do(deliveries, *decisions, **given):
        feed = make_feed(**{"columns": COLUMNS} | given)
        bench.table(
            "codes.decisions",
            dict.fromkeys(
                ("feed", "delivery", "delivered", "version", "decision", "says"), "VARCHAR"
            ),
        )
        for delivery, version, decision in decisions:
            bench.put(
                "codes.decisions",
                feed="permits",
                delivery=delivery,
                delivered=version,
                version=version,
                decision=decision,
            )
        land(bench, feed, deliveries)
        bench.execute("UPDATE landing.deliveries SET digest = 'file of ' || delivery")
        judge(bench, [feed], {"permits"} if decisions else ())
        return bench

    return do


ROWS = {JAN: [{"no": "1", "holder": "a"}, {"no": "2"}, {"no": "3"}]}
VERDICTS = "SELECT line, expectation, outcome FROM quality.verdicts ORDER BY ALL"
COUNTS = "SELECT landed, conformed, quarantined, held FROM quality.row_counts"


@pytest.mark.parametrize(
    ("decision", "verdicts", "counts"),
    [
        ("correct", [(4, "required_holder", "quarantine")], (3, 1, 2, 0)),
        ("release", [(4, "required_holder", "released")], (3, 2, 1, 0)),
        (
            "discard",
            [(4, "discarded", "quarantine"), (4, "required_holder", "quarantine")],
            (3, 1, 2, 0),
        ),
    ],
)
def test_a_row_kept_aside(decision, verdicts, counts, judged):
    """Line 4 is decided of, line 5 says the same of another record; each is counted once."""
    bench = judged(ROWS, (JAN, "2|None", decision))
    assert bench.fetch(VERDICTS) == [*verdicts, (5, "required_holder", "quarantine")]
    assert bench.fetch(COUNTS) == [counts]


def test_two_rows_corrected_to_say_the_same_have_one_verdict_each(judged):
    bench = judged(ROWS, (JAN, "2|None", "release"), (JAN, "2|None", "correct"))
    assert bench.fetch(VERDICTS)[:1] == [(4, "required_holder", "released")]
    assert bench.fetch(COUNTS) == [(3, 2, 1, 0)]


def test_a_decision_is_of_one_delivery_and_one_content(judged):
    rows = {
        JAN: [{"no": "1", "holder": "a"}, {"no": "2"}],
        FEB: [{"no": "1", "holder": "a"}, {"no": "2"}],
    }
    bench = judged(rows, (JAN, "2|None", "release"), (JAN, "1|other", "discard"))
    found = "SELECT delivery, outcome FROM quality.verdicts ORDER BY ALL"
    assert bench.fetch(found) == [(JAN, "released"), (FEB, "quarantine")]


def test_what_nobody_can_work_with_is_not_let_in_by_a_release(judged):
    """A fine out of bounds, a code of no effect, no code and no number; the last row lacks a holder alone."""
    columns = (*COLUMNS, Column("fine", "罚款", "", parse="money"), Column("op", "操作", ""))
    bad = [
        {"no": "1", "fine": "99999999999999.99"},
        {"no": "2", "op": "9"},
        {"no": "3", "op": None},
    ]
    bad += [{"no": None}, {"no": "5"}]
    rows = [{"op": "1", "version": f"v{n}"} | row for n, row in enumerate(bad, start=1)]
    released = [(JAN, f"v{n}", "release") for n in range(1, 6)]
    codes = {"effect_column": "op", "effect_codes": {"1": "assert", "3": "withdraw"}}
    bench = judged({JAN: rows}, *released, columns=columns, mode="changes", **codes)
    assert bench.fetch(
        "SELECT line, expectation FROM quality.verdicts WHERE outcome = 'quarantine' ORDER BY ALL"
    ) == [(3, "bounds_fine"), (4, "valid_op"), (5, "required_op"), (6, "key_no")]
    assert bench.fetch(COUNTS) == [(5, 1, 4, 0)]


def test_of_two_that_contradict_each_other_the_one_left_counts(judged):
    rows = {JAN: [{"no": "1", "holder": "a"}, {"no": "1", "holder": "b"}]}
    both = [(3, "one_version", "quarantine"), (4, "one_version", "quarantine")]
    assert judged(rows).fetch(VERDICTS) == both
    # A release does not settle which of them is right.
    assert judged(rows, (JAN, "1|a", "release")).fetch(VERDICTS) == both
    bench = judged(rows, (JAN, "1|b", "discard"))
    assert bench.fetch(VERDICTS) == [(4, "discarded", "quarantine")]


@pytest.mark.parametrize(
    ("decisions", "outcome"),
    [
        ((), "hold"),
        (((FEB, f"file of {FEB}", "release"),), "released"),
        (((FEB, "file of another content", "release"),), "hold"),
        (((FEB, f"file of {FEB}", "discard"),), "hold"),
    ],
)
def test_a_delivery_held(decisions, outcome, judged):
    rows = [{"no": str(n), "holder": "a"} for n in range(4)]
    bench = judged({JAN: rows, FEB: rows[:1]}, *decisions)
    found = "SELECT delivery, outcome FROM quality.deliveries ORDER BY delivery"
    assert bench.fetch(found) == [(JAN, "pass"), (FEB, outcome)]
    assert bench.fetch(COUNTS) == [(5, 4, 0, 1) if outcome == "hold" else (5, 5, 0, 0)]
