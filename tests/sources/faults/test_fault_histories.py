"""What is delivered of a record that goes wrong, and how its correction rides, by delivery mode.

Five weekly deliveries, days 1 to 5. The fault is a fine in the wrong unit; 0.5 becomes 5000.
"""

from __future__ import annotations

from datetime import date

import pytest

from schemas.contract import Column
from sources.faults import kind
from sources.faults.deliveries import Deliveries
from sources.faults.draw import Draw, Nobody
from sources.faults.history import corrected_history, faulty_history

D = [None] + [date(2024, 1, 1 + 7 * n) for n in range(5)]
DAYS = D[1:]
RIGHT, WRONG = "0.500000", "5000.000000"


def row(fine=RIGHT, mark=None, no="1"):
    made = {"no": no, "code": "91870101PDY00001XE", "name": "甲", "person": None, "fine": fine}
    return made | ({"mark": mark} if mark else {})


@pytest.fixture
def wrong_fine():
    """A free edit of the fine: the simplest of faults."""
    return kind("free_edit")


def spoilt(feed, fault, history, day, until=None, scope="source"):
    draw = Draw(1, ("t",), feed, values={"fine": WRONG} if fault.kind == "free_edit" else {})
    return faulty_history(fault, history, DAYS, day, until, scope, draw)


# --- a snapshot: every delivery says everything ------------------------------------------------


def test_snapshot_every_later_delivery_is_wrong_until_the_right_row(feed_of, wrong_fine):
    feed = feed_of("snapshot")
    clean = {d: [row()] for d in DAYS}
    never = spoilt(feed, wrong_fine, clean, D[2])
    assert [never[d][0]["fine"] for d in DAYS] == [RIGHT, WRONG, WRONG, WRONG, WRONG]
    until = spoilt(feed, wrong_fine, clean, D[2], until=D[4])
    fixed = corrected_history(feed, clean, until, D[4])
    assert [fixed[d][0]["fine"] for d in DAYS] == [RIGHT, WRONG, WRONG, RIGHT, RIGHT]


def test_snapshot_once_is_wrong_once(feed_of, wrong_fine):
    clean = {d: [row()] for d in DAYS}
    once = spoilt(feed_of("snapshot"), wrong_fine, clean, D[2], scope="once")
    assert [once[d][0]["fine"] for d in DAYS] == [RIGHT, WRONG, RIGHT, RIGHT, RIGHT]


# --- changes: a row only when something happens ---------------------------------------------------


def test_changes_a_correct_row_is_added_when_nothing_was_due(feed_of, wrong_fine):
    feed = feed_of()
    clean = {D[1]: [row(mark="A")]}
    until = spoilt(feed, wrong_fine, clean, D[1], until=D[3])
    assert until == {D[1]: [row(WRONG, "A")]}
    fixed = corrected_history(feed, clean, until, D[3])
    assert fixed == {D[1]: [row(WRONG, "A")], D[3]: [row(RIGHT, "C")]}


def test_changes_later_rows_of_the_record_carry_the_fault_too(feed_of, wrong_fine):
    feed = feed_of()
    clean = {D[1]: [row(mark="A")], D[2]: [row(mark="M") | {"name": "乙"}]}
    fixed = corrected_history(feed, clean, spoilt(feed, wrong_fine, clean, D[1], until=D[3]), D[3])
    assert fixed == {
        D[1]: [row(WRONG, "A")],
        D[2]: [row(WRONG, "M") | {"name": "乙"}],
        D[3]: [row(RIGHT, "C") | {"name": "乙"}],
    }


def test_changes_a_row_that_was_due_is_simply_right(feed_of, wrong_fine):
    feed = feed_of()
    clean = {D[1]: [row(mark="A")], D[3]: [row(mark="M") | {"name": "乙"}]}
    fixed = corrected_history(feed, clean, spoilt(feed, wrong_fine, clean, D[1], until=D[3]), D[3])
    assert fixed == {D[1]: [row(WRONG, "A")], D[3]: clean[D[3]]}


def test_changes_what_was_withdrawn_meanwhile_needs_no_correction(feed_of, wrong_fine):
    feed = feed_of()
    clean = {D[1]: [row(mark="A")], D[2]: [row(mark="D")]}
    fixed = corrected_history(feed, clean, spoilt(feed, wrong_fine, clean, D[1], until=D[4]), D[4])
    assert fixed == {D[1]: [row(WRONG, "A")], D[2]: [row(WRONG, "D")]}


def test_changes_a_wrong_key_is_withdrawn_and_the_right_one_comes_late(feed_of, wrong_fine):
    feed = feed_of()
    clean = {D[1]: [row(mark="A")]}
    draw = Draw(1, ("t",), feed, values={"no": "9"})
    until = faulty_history(wrong_fine, clean, DAYS, D[1], D[3], "source", draw)
    fixed = corrected_history(feed, clean, until, D[3])
    assert fixed == {
        D[1]: [row(mark="A", no="9")],
        D[3]: [row(mark="A"), row(mark="D", no="9")],
    }


# --- append: nothing is taken back --------------------------------------------------------------


def test_append_the_right_row_comes_in_addition(feed_of, wrong_fine):
    feed = feed_of("append")
    clean = {D[2]: [row()]}
    until = spoilt(feed, wrong_fine, clean, D[2], until=D[4])
    assert until == {D[2]: [row(WRONG)]}
    assert corrected_history(feed, clean, until, D[4]) == {D[2]: [row(WRONG)], D[4]: [row()]}


def test_append_without_a_key_the_content_is_the_key(feed_of, wrong_fine):
    feed = feed_of("append", natural_key=())
    clean = {D[2]: [row()]}
    until = spoilt(feed, wrong_fine, clean, D[2], until=D[4])
    assert corrected_history(feed, clean, until, D[4])[D[4]] == [row()]


# --- rows lost, doubled, late; withdrawals lost ---------------------------------------------------


def test_a_lost_withdrawal_of_changes_never_comes_or_comes_late(feed_of):
    feed = feed_of()
    clean = {D[1]: [row(mark="A")], D[3]: [row(mark="D")]}
    fault = kind("lost_withdrawal")
    assert fault.places(feed, clean, DAYS) == [D[3]]
    assert spoilt(feed, fault, clean, D[3]) == {D[1]: [row(mark="A")], D[3]: []}
    until = spoilt(feed, fault, clean, D[3], until=D[5])
    assert corrected_history(feed, clean, until, D[5])[D[5]] == [row(mark="D")]


def test_a_lost_withdrawal_of_a_snapshot_is_a_row_that_stays(feed_of):
    feed = feed_of("snapshot")
    clean = {D[1]: [row()], D[2]: [row()]}
    fault = kind("lost_withdrawal")
    assert fault.places(feed, clean, DAYS) == [D[3]]
    assert spoilt(feed, fault, clean, D[3]) == {d: [row()] for d in DAYS}
    until = spoilt(feed, fault, clean, D[3], until=D[5])
    fixed = corrected_history(feed, clean, until, D[5])
    assert fixed == {d: [row()] for d in D[1:5]}


def test_only_the_withdrawals_from_the_fault_on_are_lost(feed_of):
    """The record was away on day 2, came back, and left again on day 4: only that is missed."""
    feed = feed_of("snapshot")
    clean = {D[1]: [row()], D[3]: [row()]}
    fault = kind("lost_withdrawal")
    assert fault.places(feed, clean, DAYS) == [D[2], D[4]]
    assert spoilt(feed, fault, clean, D[4]) == clean | {D[4]: [row()], D[5]: [row()]}


def test_a_feed_that_only_appends_has_no_withdrawal_to_lose(feed_of):
    assert not kind("lost_withdrawal").fits(feed_of("append"))


def test_a_lost_row_comes_late_with_its_own_word(feed_of):
    feed = feed_of()
    clean = {D[2]: [row(mark="A")]}
    until = spoilt(feed, kind("row_lost"), clean, D[2], until=D[4])
    assert until == {D[2]: []}
    assert corrected_history(feed, clean, until, D[4])[D[4]] == [row(mark="A")]


def test_a_doubled_row_has_a_key_of_its_own_and_is_withdrawn(feed_of):
    feed = feed_of()
    clean = {D[2]: [row(mark="A")]}
    until = spoilt(feed, kind("row_doubled"), clean, D[2], until=D[4])
    assert until == {D[2]: [row(mark="A"), row(mark="A", no="1-2")]}
    assert corrected_history(feed, clean, until, D[4])[D[4]] == [row(mark="D", no="1-2")]
    append = feed_of("append")
    clean = {D[2]: [row()]}
    until = spoilt(append, kind("row_doubled"), clean, D[2], until=D[4])
    assert D[4] not in corrected_history(append, clean, until, D[4])


def test_a_late_row_comes_with_the_next_delivery(feed_of):
    fault = kind("late")
    clean = {D[2]: [row(mark="A")]}
    assert spoilt(feed_of(), fault, clean, D[2]) == {D[2]: [], D[3]: [row(mark="A")]}
    newer = clean | {D[3]: [row(mark="M")]}
    assert spoilt(feed_of(), fault, newer, D[2]) == {D[2]: [], D[3]: [row(mark="M")]}
    clean = {d: [row()] for d in D[2:]}
    assert spoilt(feed_of("snapshot"), fault, clean, D[2]) == clean | {D[2]: []}


def test_a_stale_delivery_is_an_earlier_file(feed_of):
    send = kind("stale_delivery").module.send
    files = {d: f"file {n}".encode() for n, d in enumerate(DAYS)}
    sent = Deliveries(feed_of(), D[3], files.get)
    drawn = {send(D[3], DAYS, sent, Draw(n, ("t",), feed_of())) for n in range(20)}
    assert drawn == {b"file 0", b"file 1"}
    assert send(D[1], DAYS, sent, Draw(1, ("t",), feed_of())) is None
    same = Deliveries(feed_of(), D[3], dict.fromkeys(DAYS, b"one").get)
    assert send(D[3], DAYS, same, Draw(1, ("t",), feed_of())) is None


# --- what a gate keeps aside leaves nothing believed ----------------------------------------------


def with_mark(history):
    """A gate that keeps aside every row without a mark."""
    return {d: [r for r in rows if r.get("mark")] for d, rows in history.items()}


def test_changes_a_row_kept_aside_is_sent_again_though_it_says_the_same(feed_of):
    feed = feed_of()
    clean = {D[1]: [row(mark="A")]}
    unmarked = {D[1]: [row() | {"mark": None}]}
    assert corrected_history(feed, clean, unmarked, D[3]) == unmarked
    fixed = corrected_history(feed, clean, unmarked, D[3], with_mark)
    assert fixed == unmarked | {D[3]: [row(mark="C")]}


def test_changes_a_withdrawal_kept_aside_is_sent_again(feed_of):
    feed = feed_of()
    clean = {D[1]: [row(mark="A")], D[2]: [row(mark="D")]}
    unmarked = clean | {D[2]: [row() | {"mark": None}]}
    fixed = corrected_history(feed, clean, unmarked, D[3], with_mark)
    assert fixed == unmarked | {D[3]: [row(mark="D")]}


def test_changes_a_wrong_row_is_corrected_by_one_that_the_gate_will_keep_aside(feed_of):
    """The source means what it means, whether or not a gate lets its right row through."""
    feed = feed_of()

    def but_right(history):
        return {d: [r for r in rows if r["fine"] != RIGHT] for d, rows in history.items()}

    clean, wrong = {D[1]: [row(mark="A")]}, {D[1]: [row(WRONG, "A")]}
    fixed = corrected_history(feed, clean, wrong, D[3], but_right)
    assert fixed == wrong | {D[3]: [row(mark="C")]}


def test_changes_nothing_is_sent_where_the_gate_keeps_both_rows_aside(feed_of):
    feed = feed_of()
    clean, wrong = {D[1]: [row(mark="A")]}, {D[1]: [row(WRONG, "A")]}
    assert (
        corrected_history(feed, clean, wrong, D[3], lambda rows: dict.fromkeys(rows, [])) == wrong
    )


def test_append_a_row_kept_aside_is_still_owed(feed_of):
    feed = feed_of("append")
    clean = {D[1]: [row() | {"mark": "A"}]}
    unmarked = {D[1]: [row() | {"mark": None}]}
    fixed = corrected_history(feed, clean, unmarked, D[3], with_mark)
    assert fixed[D[3]] == [row() | {"mark": "A"}]


# --- sources that lie, and sources without proof -------------------------------------------------------


class Neighbours(Nobody):
    """One other firm, and one other record that stands."""

    def codes(self, scheme, like):
        return ["91870101PDY00001XE", "91870101PDY000028E"]

    def name(self, scheme, code):
        return "乙"

    def standing(self, feed, column, day):
        return ["1", "2"]


def befallen(feed, fault, history, day, until=None):
    draw = Draw(1, ("t",), feed, Neighbours())
    return faulty_history(kind(fault), history, DAYS, day, until, "source", draw)


def test_a_tip_off_says_the_same_of_somebody_else_and_is_withdrawn(feed_of):
    feed = feed_of(takes_tip_offs=True)
    assert kind("unfounded_tip_off").fits(feed) and not kind("unfounded_tip_off").fits(feed_of())
    clean = {D[1]: [row(mark="A") | {"person": "870101198504120111"}]}
    told = row(mark="A", no="1-T") | {"code": "91870101PDY000028E", "name": "乙", "person": None}
    until = befallen(feed, "unfounded_tip_off", clean, D[1], until=D[3])
    assert until == {D[1]: [*clean[D[1]], told]}
    assert corrected_history(feed, clean, until, D[3])[D[3]] == [told | {"mark": "D"}]


def test_a_payment_booked_to_another_loan_strikes_out_the_other(feed_of):
    owed = Column("owed", "逾期金额", "Arrears.", parse="money")
    feed = feed_of(columns=(*feed_of().columns, owed))
    fault = kind("payment_misbooked")
    assert fault.fits(feed) and not fault.fits(feed_of())
    paid = {D[1]: [row(mark="A") | {"owed": "9.00"}], D[3]: [row(mark="D") | {"owed": "9.00"}]}
    assert fault.places(feed, paid, DAYS) == [D[3]]
    until = befallen(feed, "payment_misbooked", paid, D[3], until=D[4])
    assert until == paid | {D[3]: [paid[D[3]][0] | {"no": "2"}]}
    # The word of the repayment comes late; of the other's arrears nobody says anything.
    assert corrected_history(feed, paid, until, D[4])[D[4]] == paid[D[3]]
    loan = {d: [rows[0] | {"owed": None}] for d, rows in paid.items()}
    assert befallen(feed, "payment_misbooked", loan, D[3]) == loan


def test_a_merit_not_documented_comes_late_if_somebody_sees_to_it(feed_of):
    feed = feed_of("append", area="social")
    clean = {D[2]: [row()]}
    until = befallen(feed, "merit_undocumented", clean, D[2], until=D[4])
    assert until == {D[2]: []}
    assert corrected_history(feed, clean, until, D[4])[D[4]] == [row()]
