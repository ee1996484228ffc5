"""Why something is still wrong after the correction: each of the nine causes, drawn by hand.

The record is put right on day 20; the horizon is day 100. `side` 1 is the clean state, 2 the
corrected one. The subject the record truly is about does not matter here: the wrong one is B.
"""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.replay.compare import causes
from pipelines.replay.compare.causes import (
    AT_THE_SOURCE,
    CAUSES,
    CLEAN,
    CORRECTED,
    COUNTED_TWICE,
    GATE,
    NOT_CARRIED,
    NOT_CORRECTED,
    OWN_TERM,
    REINSERTED,
    TAKEN,
    WAITS,
    Caused,
    Copy,
    Lineage,
    Point,
    Step,
    Wrong,
)
from pipelines.replay.compare.metrics import day_number

C = 20  # the day of the correction


@pytest.fixture
def n(hand):
    """A day of the window as a number."""
    return lambda day: day_number(hand.day(day))


def copy(n, path, first, end, entry="e", subject="B", side=CORRECTED, name="debts", says="debt"):
    holders = path.split(">")
    return Copy(
        side, holders[-1], name, entry, subject, says, "general", None, path, len(holders) - 1,
        n(first), n(end),
    )  # fmt: skip


def steps(modes, name="debts", readmitted=()):
    return {(name, path): Step(mode, path in readmitted) for path, mode in modes.items()}


def why(n, lineage, holder, day, name="debts", subject="B"):
    return lineage.cause((holder, name, subject), n(day))[0]


def by_cause(what, found):
    return causes.days_by_cause(pd.DataFrame(found, columns=causes.COLUMNS[what]))


def test_there_are_nine():
    assert len(set(CAUSES)) == 9


def test_copies_that_the_two_states_show_on_the_same_days_are_not_looked_at(n):
    alike = [copy(n, "court", 10, 20, side=side) for side in (CLEAN, CORRECTED)]
    longer = [copy(n, "court", 10, 20, "f", says="fine", side=CLEAN)]
    longer += [copy(n, "court", 10, 90, "f", says="fine")]
    beside = [copy(n, "court", 12, 15, "g", says="fine", side=CLEAN)]
    assert causes.not_alike([*alike, *longer, *beside]) == [*longer, *beside]
    assert causes.not_alike(alike) == []


def test_a_snapshot_waits_for_the_next_sync(n):
    lineage = Lineage(
        [copy(n, "court", 10, 20), copy(n, "court>bank", 12, 27)],
        steps({"court": "owner", "court>bank": "snapshot"}),
    )
    assert why(n, lineage, "bank", 25) == WAITS
    with pytest.raises(ValueError, match="right on day"):
        why(n, lineage, "court", 20)


def test_a_deletion_is_not_carried_over_an_edge_that_only_adds(n):
    for mode in ("append", "expire", "irrevocable"):
        lineage = Lineage(
            [copy(n, "court", 10, 20), copy(n, "court>paper", 12, 100)],
            steps({"court": "owner", "court>paper": mode}),
        )
        assert why(n, lineage, "paper", 60) == NOT_CARRIED


def test_what_is_missing_waits_whatever_the_mode(n):
    """In the clean state the paper has shown A since day 12; in the corrected one from day 27."""
    lineage = Lineage(
        [
            copy(n, "court", 10, 90, subject="A", side=CLEAN),
            copy(n, "court", 20, 90, subject="A"),
            copy(n, "court>paper", 12, 100, subject="A", side=CLEAN),
            copy(n, "court>paper", 27, 100, subject="A"),
        ],
        steps({"court": "owner", "court>paper": "append"}),
    )
    assert why(n, lineage, "paper", 25, subject="A") == WAITS


def test_what_is_over_before_it_comes_waits_for_nothing(n):
    """The court's entry is over on day 25. Of it the paper, put right, never hears, and in the clean state it
    shows it for good: from then on the two differ only in what was never taken down."""
    for mode in ("append", "expire"):
        lineage = Lineage(
            [
                copy(n, "court", 10, 25, subject="A", side=CLEAN),
                copy(n, "court", 20, 25, subject="A"),
                copy(n, "court>paper", 12, 100, subject="A", side=CLEAN),
                copy(n, "court>paper>shop", 14, 100, subject="A", side=CLEAN),
            ],
            steps({"court": "owner", "court>paper": mode, "court>paper>shop": "snapshot"}),
        )
        for holder in ("paper", "shop"):
            assert why(n, lineage, holder, 24, subject="A") == WAITS
            assert why(n, lineage, holder, 25, subject="A") == NOT_CARRIED


def test_what_is_on_its_way_is_waited_for(n):
    """Seen on day 24 and shown two days later, though the court's entry was over meanwhile."""
    lineage = Lineage(
        [
            copy(n, "court", 10, 25, subject="A", side=CLEAN),
            copy(n, "court", 20, 25, subject="A"),
            copy(n, "court>paper", 12, 100, subject="A", side=CLEAN),
            copy(n, "court>paper", 26, 100, subject="A"),
        ],
        steps({"court": "owner", "court>paper": "append"}),
    )
    assert why(n, lineage, "paper", 25, subject="A") == WAITS


def test_the_first_wrong_step_of_the_way_decides(n):
    """The platform was right again on day 22; the paper behind it kept the entry."""
    lineage = Lineage(
        [
            copy(n, "court", 10, 20),
            copy(n, "court>ncisp", 12, 22),
            copy(n, "court>ncisp>paper", 14, 100),
            copy(n, "court>ncisp>paper>shop", 16, 100),
        ],
        steps(
            {
                "court": "owner",
                "court>ncisp": "snapshot",
                "court>ncisp>paper": "append",
                "court>ncisp>paper>shop": "snapshot",
            }
        ),
    )
    assert why(n, lineage, "shop", 21) == WAITS  # ncisp itself still waits
    assert why(n, lineage, "shop", 50) == NOT_CARRIED  # the paper's doing, not the shop's
    assert why(n, lineage, "paper", 50) == NOT_CARRIED


def test_an_adopted_entry_keeps_its_own_term(n):
    """ncisp made an entry of its own because of the court's, for 60 days from day 12."""
    lineage = Lineage(
        [
            copy(n, "court", 10, 20),
            copy(n, "court>ncisp", 12, 22),
            copy(n, "ncisp", 12, 72, "j", name="joint"),
            copy(n, "ncisp>bank", 15, 75, "j", name="joint"),
        ],
        steps({"court": "owner", "court>ncisp": "snapshot"})
        | steps({"ncisp": "owner", "ncisp>bank": "snapshot"}, "joint"),
        parents={"j": ["e"]},
    )
    assert why(n, lineage, "ncisp", 21, "joint") == WAITS  # what it adopted is still wrong itself
    assert why(n, lineage, "ncisp", 22, "joint") == OWN_TERM
    assert why(n, lineage, "bank", 50, "joint") == OWN_TERM
    assert (
        why(n, lineage, "bank", 73, "joint") == WAITS
    )  # ncisp's term is over, the bank's copy not


def test_a_list_made_of_grades_has_no_term_of_its_own(n):
    """The rater is right again on day 22, and gives the grade anew on the first of the month, day 31."""
    rated = "rated_weak"
    way = {"court": "owner", "court>rater": "snapshot"}

    def lineage(source=()):
        return Lineage(
            [
                copy(n, "court", 10, 20),
                copy(n, "court>rater", 12, 22),
                copy(n, "rater", 0, 31, "g", name=rated),
                copy(n, "rater>bank", 2, 33, "g", name=rated),
            ],
            steps(way) | steps({"rater": "owner", "rater>bank": "snapshot"}, rated),
            parents={"g": ["e"]},
            source=source,
        )

    for day in (21, 25):
        assert why(n, lineage(), "rater", day, rated) == WAITS
        assert why(n, lineage(), "bank", day, rated) == WAITS
    # A link that is believed wrongly moves the grade as well, whatever the entry says.
    linked = lineage([Wrong(n(8), n(100), AT_THE_SOURCE)])
    assert why(n, linked, "bank", 25, rated) == AT_THE_SOURCE


def test_an_adoption_of_an_adoption_is_walked_to_its_end(n):
    lineage = Lineage(
        [
            copy(n, "court", 10, 20),
            copy(n, "court>paper", 12, 100),
            copy(n, "paper", 13, 100, "p", name="paper_list"),
            copy(n, "paper", 14, 100, "q", name="second_list"),
        ],
        steps({"court": "owner", "court>paper": "append"})
        | steps({"paper": "owner"}, "paper_list")
        | steps({"paper": "owner"}, "second_list"),
        parents={"p": ["e"], "q": ["p"]},
    )
    assert why(n, lineage, "paper", 50, "second_list") == NOT_CARRIED


def test_reinserted_by_taking_back_what_it_had_sent_out(n):
    """The portal uploads to ncisp what ncisp had sent it, after ncisp had put it right."""
    again = "court>ncisp>portal>ncisp"
    lineage = Lineage(
        [
            copy(n, "court", 10, 20),
            copy(n, "court>ncisp", 11, 21),
            copy(n, "court>ncisp>portal", 14, 29),
            copy(n, again, 16, 33),
            copy(n, again + ">bank", 18, 40),
        ],
        steps(
            {
                "court": "owner",
                "court>ncisp": "snapshot",
                "court>ncisp>portal": "snapshot",
                again: "snapshot",
                again + ">bank": "snapshot",
            },
            readmitted={again},
        ),
    )
    assert why(n, lineage, "portal", 25) == WAITS
    assert why(n, lineage, "ncisp", 20) == WAITS  # before ncisp was right there was nothing to undo
    assert why(n, lineage, "ncisp", 25) == REINSERTED
    assert why(n, lineage, "bank", 32) == REINSERTED
    assert why(n, lineage, "bank", 35) == WAITS  # ncisp is right for good, the bank not yet


def test_a_source_that_only_appends_cannot_take_back(n):
    lineage = Lineage(
        [copy(n, "county", 10, 100, name="fines"), copy(n, "county>ncisp", 12, 100, name="fines")],
        steps({"county": "owner", "county>ncisp": "snapshot"}, "fines"),
        source=[Wrong(n(8), n(100), AT_THE_SOURCE)],
    )
    assert why(n, lineage, "county", 50, "fines") == AT_THE_SOURCE
    assert why(n, lineage, "ncisp", 50, "fines") == AT_THE_SOURCE


def test_a_gate_that_held_the_correction(n):
    lineage = Lineage(
        [copy(n, "court", 10, 34)],
        steps({"court": "owner"}),
        source=[Wrong(n(8), n(34), GATE)],
    )
    assert why(n, lineage, "court", 30) == GATE


def test_what_is_left_of_a_corrected_fault_is_not_laid_on_another(n):
    """Two records of the court; of r1 it sent the right row on day 20, of r2 it never does."""
    wrong = [
        Wrong(n(8), n(20), NOT_CORRECTED, "r1"),
        Wrong(n(9), n(100), NOT_CORRECTED, "r2"),
    ]
    copies = [copy(n, "court", 10, 34), copy(n, "court", 10, 100, "f", subject="C")]
    taken = [copy(n, "court", 10, 34, "m", subject="D")]

    def lineage(source, made_from):
        return Lineage(
            [*copies, *taken], steps({"court": "owner"}), source=source, made_from=made_from
        )

    two = lineage(wrong, {"e": ["r1"], "f": ["r2"]})
    assert why(n, two, "court", 30) == TAKEN
    assert why(n, two, "court", 30, subject="C") == NOT_CORRECTED
    because = {("court", "watched", "B"): ["e"], ("court", "watched", "C"): ["f"]}
    wrong_days = [("court", "watched", who, n(95), n(100)) for who in "BC"]
    measures = causes.of_measures(wrong_days, because, two, n(C))
    assert [row[2:] for row in measures] == [
        ("B", n(95), n(100), TAKEN),
        ("C", n(95), n(100), NOT_CORRECTED),
    ]
    # Of a register no entry is made, so it may have decided of any; of what another act says, none is
    # made that is still wrong, and it has decided of nothing else.
    for of_act, cause in ((False, GATE), (True, TAKEN)):
        third = Wrong(n(8), n(100), GATE, "r3", of_act)
        three = lineage([*wrong, third], {"e": ["r1"], "f": ["r2"]})
        assert why(n, three, "court", 30) == cause


@pytest.mark.parametrize(("name", "cause"), [("good_faith_traders", GATE), ("debts", TAKEN)])
def test_a_place_on_a_red_list_may_be_lost_by_an_act_it_is_not_made_from(n, name, cause):
    source = [Wrong(n(8), n(20), NOT_CORRECTED, "r1"), Wrong(n(8), n(100), GATE, "fine", True)]
    owner = steps({"court": "owner"}, name)
    copies = [copy(n, "court", 10, 34, name=name)]
    lineage = Lineage(copies, owner, source=source, made_from={"e": ["r1"]})
    assert why(n, lineage, "court", 30, name) == cause


def test_a_list_that_keeps_what_its_records_no_longer_say(n):
    lineage = Lineage([copy(n, "court", 10, 34)], steps({"court": "owner"}), source=[])
    assert why(n, lineage, "court", 30) == TAKEN


def test_of_several_residual_copies_the_nearest_speaks(n):
    lineage = Lineage(
        [
            copy(n, "court", 10, 20),
            copy(n, "court>bank", 12, 27),
            copy(n, "court>paper", 12, 100),
            copy(n, "court>paper>bank", 14, 100),
        ],
        steps(
            {
                "court": "owner",
                "court>bank": "snapshot",
                "court>paper": "append",
                "court>paper>bank": "snapshot",
            }
        ),
    )
    assert why(n, lineage, "bank", 25) == WAITS
    assert why(n, lineage, "bank", 27) == NOT_CARRIED


def test_matching_by_name_is_followed_to_the_entry_it_came_from(n):
    """The paper shows everyone of the name; its input is the entry, whoever that is about."""
    lineage = Lineage(
        [
            copy(n, "court", 10, 20, subject="A"),
            copy(n, "court>paper", 12, 100, subject="A"),
            copy(n, "court>paper", 12, 100, subject="B"),
        ],
        steps({"court": "owner", "court>paper": "append"}),
    )
    assert why(n, lineage, "paper", 50, subject="B") == NOT_CARRIED


@pytest.fixture
def whole(n):
    """One case with every kind of wrong day, and the runs that a comparison would give of it."""
    lineage = Lineage(
        [
            copy(n, "court", 10, 20),
            copy(n, "court>ncisp", 12, 22),
            copy(n, "court>ncisp>paper", 14, 100),
            copy(n, "ncisp", 12, 72, "j", name="joint"),
        ],
        steps({"court": "owner", "court>ncisp": "snapshot", "court>ncisp>paper": "append"})
        | steps({"ncisp": "owner"}, "joint"),
        parents={"j": ["e"]},
    )
    rows = [
        ("court", "debts", "B", 10, 20),
        ("ncisp", "debts", "B", 12, 22),
        ("paper", "debts", "B", 14, 100),
        ("ncisp", "joint", "B", 12, 72),
    ]
    return lineage, [(*cell, n(first), n(end)) for *cell, first, end in rows]


def test_the_causes_of_all_wrong_days_are_a_partition(whole, n):
    lineage, wrong = whole
    found = causes.of_lists(wrong, lineage, n(C))
    told = {
        (r.holder, r.list, r.first - n(0), r.end - n(0), r.cause) for r in found if r.cause != WAITS
    }
    assert ("ncisp", "joint", 22, 72, OWN_TERM) in told
    assert by_cause("lists", found) == {
        WAITS: 2 + 2 + 2,  # ncisp's copy, what the paper and the adoption had of it
        NOT_CARRIED: 78,  # the paper from day 22 on
        OWN_TERM: 50,  # the adoption from day 22 to 71
    }
    assert sum(r.end - r.first for r in found) == (22 - 20) + (100 - 20) + (72 - 20)


def test_cells_by_cause_on_a_day(whole, n):
    lineage, wrong = whole
    found = pd.DataFrame(causes.of_lists(wrong, lineage, n(C)), columns=causes.COLUMNS["lists"])
    assert causes.on_day(found, ("holder", "list"), n(21)) == {
        ("ncisp", "debts"): {WAITS: 1},
        ("paper", "debts"): {WAITS: 1},
        ("ncisp", "joint"): {WAITS: 1},
    }
    assert causes.on_day(found, ("holder", "list"), n(80)) == {("paper", "debts"): {NOT_CARRIED: 1}}


def test_a_measure_lends_the_cause_of_its_list_or_is_already_taken(whole, n):
    """A post barred for 60 days from day 14, because of what ncisp showed until day 22."""
    lineage, _ = whole
    cell = ("ncisp", "post_barred", "B")
    found = causes.of_measures([(*cell, n(14), n(74))], {cell: ["e"]}, lineage, n(C))
    assert by_cause("measures", found) == {WAITS: 2, TAKEN: 52}


def test_a_score_lends_the_cause_of_the_keepers_list(whole, n):
    lineage, wrong = whole
    lists = causes.of_lists(wrong, lineage, n(C))
    found = causes.of_scores([("ncisp", "B", n(12), n(80))], lists, lineage, n(C))
    # Both lists until day 22, the adopted one until day 72, then what was given for a term.
    assert by_cause("scores", found) == {WAITS: 2, OWN_TERM: 50, TAKEN: 8}


def test_a_score_does_not_rest_on_the_list_made_of_it(n):
    """The rater shows the court's list rightly from day 22 on; its own list of the weak from 31 on."""
    lists = [
        Caused("rater", "debts", "B", n(12), n(22), NOT_CARRIED, "court>rater"),
        Caused("rater", "rated_weak", "B", n(12), n(31), OWN_TERM, "rater"),
    ]
    points = [
        Point(CORRECTED, "rater", "B", n(d), by, "debts", "entry:v") for d, by in ((0, -5), (31, 5))
    ]
    lineage = Lineage([], {}, points=points)
    found = causes.of_scores([("rater", "B", n(12), n(31))], lists, lineage, n(C))
    assert by_cause("scores", found) == {NOT_CARRIED: 2, WAITS: 9}


def test_a_score_lends_the_cause_of_what_the_keeper_shows_of_a_partner(n):
    """P is listed wrongly at the rater until day 27, and costs its partner B points for as long."""
    lineage = Lineage(
        [copy(n, "court", 10, 20, subject="P"), copy(n, "court>rater", 12, 27, subject="P")],
        steps({"court": "owner", "court>rater": "snapshot"}),
        points=[
            Point(CORRECTED, "rater", "B", n(12), -5, "debts:business_partner:a>b", "entry:v"),
            Point(CORRECTED, "rater", "B", n(27), 5, "debts:business_partner:a>b", "entry:v"),
        ],
        entries={"v": "e"},
    )
    lists = causes.of_lists([("rater", "debts", "P", n(12), n(27))], lineage, n(C))
    found = causes.of_scores([("rater", "B", n(12), n(27))], lists, lineage, n(C))
    assert by_cause("scores", found) == {WAITS: 7}


def of_score(n, points, source=(), last=80, records=None):
    """Causes of a score of B that is wrong from day 10 to day `last`; points as (side, day, …)."""
    lineage = Lineage(
        [],
        {},
        source=[Wrong(n(a), n(b), why, "r") for a, b, why in source],
        points=[Point(side, "portal", "B", n(d), by, "act", what) for side, d, by, what in points],
        records=records or {},
    )
    found = causes.of_scores([("portal", "B", n(10), n(last))], [], lineage, n(C))
    return by_cause("scores", found)


def test_a_score_waits_for_the_first_of_the_month_and_no_longer(n):
    """The record is right from day 20, 21 January; points change on 1 February, day 31."""
    points = [(CORRECTED, 0, -5, "entry:w"), (CORRECTED, 31, 5, "entry:w")]
    assert of_score(n, points, last=31) == {WAITS: 11}
    for_a_term = [(CORRECTED, 0, -5, "entry:w"), (CORRECTED, 60, 5, "entry:w")]
    assert of_score(n, for_a_term, last=60) == {WAITS: 11, TAKEN: 29}


def test_a_score_reckoned_at_once_waits_for_nothing(n):
    points = [(CORRECTED, 10, -5, "entry:w"), (CORRECTED, 50, 5, "entry:w")]
    assert of_score(n, points, last=50) == {TAKEN: 30}


def test_a_wrong_row_that_counts_beside_the_right_one_is_counted_twice(n):
    """The records that entries were made from tell."""
    source = [(10, 100, AT_THE_SOURCE)]
    wrong = (CORRECTED, 10, -5, "entry:w")
    made_from = {"w": ["r"], "k": ["r"], "x": ["another"]}
    assert of_score(n, [wrong], source, records=made_from) == {AT_THE_SOURCE: 60}
    for right, why in (("k", COUNTED_TWICE), ("x", AT_THE_SOURCE)):
        beside = [(side, 20, -5, f"entry:{right}") for side in (CLEAN, CORRECTED)]
        assert of_score(n, [wrong, *beside], source, records=made_from) == {why: 60}


def test_a_score_of_a_record_that_a_gate_kept_aside_is_the_gates(n):
    missing, made_from = [(CLEAN, 10, -5, "entry:k")], {"k": ["r"]}
    for why in (GATE, NOT_CORRECTED):
        found = of_score(n, missing, [(10, 100, why)], records=made_from)
        assert found == {why: 60}


def test_pieces_are_cut_inside_only():
    assert list(causes.pieces(5, 10, [1, 5, 7, 10, 12])) == [(5, 7), (7, 10)]
    assert list(causes.pieces(5, 10, [])) == [(5, 10)]
    assert list(causes.pieces(10, 10, [3])) == []


class Delivery(list):
    """What is wrong at the source, and how often all of it was gone through."""

    passes = 0

    def __iter__(self):
        self.passes += 1
        return super().__iter__()


def test_a_wrong_delivery_is_not_gone_through_again_for_each_cell(n):
    """A thousand records are wrong from day 10 to day 40, and so are two cells."""
    source = Delivery(Wrong(n(10), n(40), GATE, f"r{k}") for k in range(1000))
    lineage = Lineage([copy(n, "court", 10, 40)], {}, source=source)
    before = source.passes
    for entry in ("e", "f"):
        assert lineage.turns_behind([entry])[-1] == n(40)
        assert lineage.at_source_of([entry], n(20)) == GATE
        assert lineage.at_source_of([entry], n(40)) is None
    assert source.passes == before
