"""Kinds of fault that lose, repeat, move or invent a row: what is delivered of one record, day by day."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.contract import Column
from sources.faults import kind
from sources.faults.draw import Draw, Nobody
from sources.faults.history import corrected_history, faulty_history

D = [None] + [date(2024, 1, 1 + 7 * n) for n in range(5)]
DAYS = D[1:]
OTHER = "91870101PDY000028E"


def row(fine="0.500000", mark=None, no="1", **cells):
    made = {"no": no, "code": "91870101PDY00001XE", "name": "甲", "person": None, "fine": fine}
    return made | ({"mark": mark} if mark else {}) | cells


class Neighbours(Nobody):
    """One other firm, one other record that stands, and one that comes after each in order."""

    def codes(self, scheme, like):
        return [OTHER]

    def name(self, scheme, code):
        return "乙"

    def standing(self, feed, column, day):
        return ["1", "2"]

    def next_to(self, feed, given, day):
        return given | {"no": "2", "code": OTHER, "name": "乙", "fine": "0.700000"}


def befallen(feed, name, history, day, until=None, scope="source"):
    """What is delivered, and what if it is put right with the delivery of `until`."""
    draw = Draw(1, ("t",), feed, Neighbours())
    faulty = faulty_history(kind(name), history, DAYS, day, until, scope, draw)
    return faulty, corrected_history(feed, history, faulty, until) if until else None


def test_a_repeated_row_stands_twice_and_is_never_taken_back(feed_of):
    for mode, mark in (("changes", "A"), ("append", None)):
        clean = {D[1]: [row(mark=mark)]}
        faulty, fixed = befallen(feed_of(mode), "row_repeated", clean, D[1], D[3])
        assert faulty == fixed == {D[1]: clean[D[1]] * 2}
    clean = {d: [row()] for d in DAYS}
    faulty, fixed = befallen(feed_of("snapshot"), "row_repeated", clean, D[2], D[4])
    assert faulty == fixed == clean | {d: [row()] * 2 for d in D[2:4]}


def test_an_older_row_out_of_order_counts_as_the_later_word(feed_of):
    feed, fault = feed_of(), kind("out_of_order")
    assert not fault.fits(feed_of("append")) and not fault.fits(feed_of("snapshot"))
    old, new = row(mark="A"), row("0.600000", "M")
    clean = {D[1]: [old], D[3]: [new]}
    assert fault.places(feed, clean, DAYS) == [D[3]]
    faulty, fixed = befallen(feed, "out_of_order", clean, D[3], D[5])
    assert faulty == {D[1]: [old], D[3]: [new, old]}
    assert fixed == faulty | {D[5]: [row("0.600000", "C")]}


def test_what_was_withdrawn_and_came_again_out_of_order_is_withdrawn_again(feed_of):
    old = row(mark="A")
    clean = {D[1]: [old], D[3]: [row(mark="D")]}
    _, fixed = befallen(feed_of(), "out_of_order", clean, D[3], D[5])
    assert fixed[D[5]] == [row(mark="D")]


OPTIONAL = ("code", "name", "person", "fine")  # what a row need not have


def test_a_split_row_comes_in_part_and_then_whole(feed_of):
    whole = row(person="870101198504120111")
    parts = [whole | dict.fromkeys(OPTIONAL[n:]) for n in range(4)]
    for mode, mark, after in (("changes", "A", "M"), ("append", None, None)):
        marked = {"mark": mark} if mark else {}
        clean = {D[2]: [whole | marked]}
        faulty, _ = befallen(feed_of(mode), "split_between_deliveries", clean, D[2])
        (first,), (second,) = faulty.pop(D[2]), faulty.pop(D[3])
        assert not faulty and first in [part | marked for part in parts]
        assert second == whole | ({"mark": after} if after else {})
    gone = {D[1]: [row(mark="A")], D[2]: [row(mark="D")]}
    faulty, _ = befallen(feed_of(), "split_between_deliveries", gone, D[2])
    assert [faulty[d][0]["mark"] for d in (D[2], D[3])] == ["D", "D"]
    clean = {d: [whole] for d in D[2:]}
    faulty, _ = befallen(feed_of("snapshot"), "split_between_deliveries", clean, D[2])
    assert faulty.pop(D[2])[0] in parts and faulty == {d: [whole] for d in D[3:]}


def test_nothing_is_split_off_a_row_without_optional_cells(feed_of):
    bare = row() | dict.fromkeys(OPTIONAL)
    clean = {D[2]: [bare | {"mark": "A"}]}
    assert befallen(feed_of(), "split_between_deliveries", clean, D[2])[0] == clean
    assert DAYS[-1] not in kind("split_between_deliveries").places(feed_of(), {D[5]: [bare]}, DAYS)


def test_a_fulfilment_on_another_case_strikes_out_the_other(feed_of):
    feed, fault = feed_of(area="judicial"), kind("fulfilment_on_another_case")
    assert fault.fits(feed) and not fault.fits(feed_of())
    clean = {D[1]: [row(mark="A")], D[3]: [row(mark="D")]}
    assert fault.places(feed, clean, DAYS) == [D[3]]
    faulty, fixed = befallen(feed, "fulfilment_on_another_case", clean, D[3], D[4])
    assert faulty == clean | {D[3]: [row(mark="D", no="2")]}
    # The word of the fulfilment comes late; of the other case nobody says anything.
    assert fixed == faulty | {D[4]: [row(mark="D")]}


@pytest.mark.parametrize(("mode", "mark", "right"), [("changes", "A", "C"), ("append", None, None)])
def test_a_moved_row_has_its_own_key_and_the_neighbours_content(feed_of, mode, mark, right):
    clean = {D[1]: [row(mark=mark)]}
    faulty, fixed = befallen(feed_of(mode), "row_moved", clean, D[1], D[3])
    assert faulty == {D[1]: [row("0.700000", mark, code=OTHER, name="乙")]}
    assert fixed == faulty | {D[3]: [row(mark=right)]}


def test_an_invented_row_says_the_same_of_somebody_else_under_a_number_of_its_own(feed_of):
    person = {"person": "870101198504120111"}
    clean = {D[1]: [row(mark="A", **person)]}
    faulty, fixed = befallen(feed_of(), "row_invented", clean, D[1], D[3])
    made = row(mark="A", no="1-N", code=OTHER, name="乙")  # whole, but for what tells of the first
    assert faulty == {D[1]: [*clean[D[1]], made]}
    assert fixed[D[3]] == [made | {"mark": "D"}]


def test_an_invented_case_has_a_number_of_the_form_that_numbers_have(feed_of):
    number = Column("no", "序号", "Number.", required=True, pattern="^[0-9]{4}$")
    feed = feed_of(columns=(number, *feed_of().columns[1:]))
    clean = {D[1]: [row(mark="A", no="1170")]}
    faulty, _ = befallen(feed, "row_invented", clean, D[1])
    made = faulty[D[1]][1]
    assert len(made["no"]) == 4 and made["no"].isdigit() and made["no"] > "9"
    assert not kind("row_invented").fits(feed_of(registry="enterprise"))


def test_a_paid_removal_takes_back_what_is_bad_and_stands(feed_of):
    about = Column("about", "事由", "Reason.", valid_values="penalty_reasons")
    fault = kind("paid_removal")
    assert not fault.fits(feed_of()) and not fault.fits(feed_of("append"))
    feed = feed_of(columns=(*feed_of().columns, about))
    assert fault.fits(feed)
    bad = row(mark="A", about="超速行驶")
    clean = {D[2]: [bad]}
    assert fault.places(feed, clean, DAYS) == D[3:]
    faulty, fixed = befallen(feed, "paid_removal", clean, D[3], D[5])
    assert faulty == clean | {D[3]: [bad | {"mark": "D"}]}
    assert fixed == faulty | {D[5]: [bad | {"mark": "C"}]}
    gone = clean | {D[3]: [bad | {"mark": "D"}]}
    assert fault.places(feed, gone, DAYS) == []
    assert fault.places(feed, {D[2]: [bad | {"about": None}]}, DAYS) == []


def test_a_paid_removal_from_a_snapshot_is_an_absence(feed_of):
    about = Column("about", "事由", "Reason.", valid_values="penalty_reasons")
    feed = feed_of("snapshot", columns=(*feed_of("snapshot").columns, about))
    bad = row(about="超速行驶")
    clean = {d: [bad] for d in D[2:]}
    assert kind("paid_removal").places(feed, clean, DAYS) == D[3:]
    faulty, fixed = befallen(feed, "paid_removal", clean, D[3], D[5])
    assert faulty == clean | {D[3]: [], D[4]: []} == fixed
