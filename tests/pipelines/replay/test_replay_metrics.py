"""The figures of a replay on hand-made cases. Days count from the first of the window."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.replay.compare import metrics
from pipelines.replay.compare import residue as residues

# Five cells about four subjects. The fault is published on day 5, the correction on day 20; the
# horizon is day 100.
#
#   court    debts  A   10 ............ 20                      right on the day of the correction
#   bank     debts  A   12 ............... 27                   waits a week
#   paper    debts  A   15 ......................... 100        never
#   wall     debts  A   18 ......................... 100        never, and nobody could
#   bank     debts  B            22 ...... 40                   first wrong after the correction
#   ncisp    debts  C   6 .. 9          30 .. 33                right on the eve, wrong again
RUNS = [
    ("court", "debts", "A", "wrongly_listed", 10, 20),
    ("bank", "debts", "A", "wrongly_listed", 12, 27),
    ("paper", "debts", "A", "wrongly_listed", 15, 100),
    ("wall", "debts", "A", "wrongly_listed", 18, 100),
    ("bank", "debts", "B", "wrongly_missing", 22, 40),
    ("ncisp", "debts", "C", "altered", 6, 9),
    ("ncisp", "debts", "C", "altered", 30, 33),
]


@pytest.fixture
def frame(hand):
    def make(rows=RUNS):
        columns = ["holder", "list", "subject_id", "kind", "from_day", "to_day"]
        made = pd.DataFrame([(*r[:4], hand.day(r[4]), hand.day(r[5])) for r in rows], None, columns)
        return made.assign(first_shows=None, second_shows="debt general")

    return make


def of_one(runs, day, horizon, irrevocable=()):
    return residues.residues({3: runs}, {3: day}, horizon, irrevocable)[3]


@pytest.fixture
def residue(frame, hand):
    return of_one(frame(), hand.day(20), hand.horizon, {("wall", "debts")})


def test_entry_days_are_summed_over_cells(frame):
    assert int(metrics.covered(frame(), metrics.CELL).sum()) == 10 + 15 + 85 + 82 + 18 + 3 + 3


def test_subject_days_are_days_on_which_a_subject_is_wrong_anywhere(frame):
    days = metrics.covered(frame(), ("subject_id",))
    assert days.to_dict() == {"A": 90, "B": 18, "C": 6}  # A: days 10 to 99, once each


def test_runs_that_overlap_are_counted_once(frame):
    rows = [("x", "l", "A", "altered", 0, 10), ("y", "l", "A", "altered", 5, 8),
            ("z", "l", "A", "altered", 7, 12), ("z", "l", "A", "altered", 20, 21)]  # fmt: skip
    assert metrics.covered(frame(rows), ("subject_id",)).to_dict() == {"A": 13}


def test_dwell_and_the_cut_at_the_horizon(frame, hand):
    cells = metrics.cells(frame(), hand.horizon).set_index(["holder", "subject_id"])
    assert cells["days"].to_dict() == {
        ("court", "A"): 10,
        ("bank", "A"): 15,
        ("bank", "B"): 18,
        ("ncisp", "C"): 6,
        ("paper", "A"): 85,
        ("wall", "A"): 82,
    }
    assert cells.index[cells["cut"]].tolist() == [("paper", "A"), ("wall", "A")]
    assert cells.loc[("bank", "A"), "first_day"] == hand.day(12)
    assert cells.loc[("bank", "A"), "last_day"] == hand.day(26)


def test_latency_is_from_the_fault_to_the_first_wrong_day(frame, hand):
    assert metrics.latency(frame(), hand.day(5)) == 1
    assert metrics.latency(frame([]), hand.day(5)) is None


def test_residue_is_of_the_cells_wrong_on_the_eve(residue):
    """Court, bank and paper are wrong on day 19; the wall is told apart."""
    assert residue.eve == 3
    assert residue.curve.to_dict("records") == [
        {"days_after": 0, "still": 2, "share": 2 / 3},
        {"days_after": 7, "still": 1, "share": 1 / 3},
    ]
    assert residue.share(0) == pytest.approx(2 / 3)
    assert residue.share(6) == pytest.approx(2 / 3)
    assert residue.share(7) == residue.share(79) == pytest.approx(1 / 3)
    assert residue.share(80) is None  # the horizon
    assert residue.half_life == 7


def test_late_spread_and_what_returns(residue):
    assert residue.late == 1  # the bank, about B
    assert residue.returned == 1  # ncisp, about C


def test_irrevocable_holders_are_counted_apart(residue):
    assert residue.irrevocable == 1
    assert residue.irrevocable_still == 1


def test_a_half_life_not_reached_is_censored(frame, hand):
    stays = [("paper", "debts", "A", "wrongly_listed", 15, 100)]
    found = of_one(frame(stays), hand.day(20), hand.horizon)
    assert found.half_life is None
    assert found.censored_at == 80
    assert found.share(79) == 1.0


def test_a_half_life_holds_from_then_on(frame, hand):
    """One of two cells is right for five days, wrong again, then right for good on day 40."""
    rows = [
        ("a", "l", "A", "altered", 10, 25),
        ("a", "l", "A", "altered", 30, 40),
        ("b", "l", "A", "altered", 10, 100),
    ]
    found = of_one(frame(rows), hand.day(20), hand.horizon)
    assert found.curve["share"].tolist() == [1.0, 0.5, 1.0, 0.5]
    assert found.half_life == 20


def test_all_right_at_once_is_a_half_life_of_nought(frame, hand):
    rows = [("a", "l", "A", "altered", 10, 20)]
    found = of_one(frame(rows), hand.day(20), hand.horizon)
    assert found.half_life == 0 and found.share(0) == 0.0


def test_nothing_wrong_on_the_eve_has_no_share(frame, hand):
    found = of_one(frame([]), hand.day(20), hand.horizon)
    assert found.eve == 0 and found.half_life is None and found.share(0) is None


def test_a_correction_after_the_horizon_has_no_share_on_any_day(frame, hand):
    found = of_one(frame(), hand.day(100), hand.horizon)
    assert [found.share(u) for u in (0, found.censored_at - 1)] == [None, None]


def test_kaplan_meier_against_figures_worked_out_by_hand():
    """Cells righted after 1, 3, 3 and 8 days; two never, watched for 5 and 10 days."""
    found = residues.kaplan_meier([1, 3, 3, 8, 5, 10], [False, False, False, False, True, True])
    assert found["days_after"].tolist() == [0, 1, 3, 8]
    assert found["at_risk"].tolist() == [6, 6, 5, 2]
    assert found["share"].tolist() == pytest.approx([1, 5 / 6, 5 / 6 * 3 / 5, 1 / 2 * 1 / 2])


@pytest.fixture
def followed(frame, hand):
    """Two replays of the same cells, corrected on day 20 and on day 30."""
    told = frame().assign(irrevocable=lambda f: f["holder"] == "wall")
    both = pd.concat(
        [told.assign(fault=n, correction_day=hand.day(c)) for n, c in ((1, 20), (2, 30))]
    )
    return residues.followed(both, hand.horizon, ("fault", *metrics.CELL))


def test_many_replays_are_followed_each_from_its_own_correction(followed):
    cells = followed.cells.set_index(["fault", "holder", "subject_id"])["since"]
    assert cells[1].to_dict() == {
        ("bank", "A"): "eve",
        ("bank", "B"): "late_spread",
        ("court", "A"): "eve",
        ("ncisp", "C"): "returned",
        ("paper", "A"): "eve",
        ("wall", "A"): "irrevocable",
    }
    assert cells[2].to_dict() == {  # the court and the bank are right about A before day 30
        ("bank", "B"): "eve",
        ("ncisp", "C"): "returned",
        ("paper", "A"): "eve",
        ("wall", "A"): "irrevocable",
    }


def test_the_curve_of_many_replays_has_one_denominator(followed):
    """Five cells of two eves: court, bank and paper; bank about B, and paper."""
    curve = residues.wrong_on_that_day(followed)
    assert curve.to_dict("list") == {
        "days_after": [0, 7, 10],
        "still": [4, 3, 2],
        "share": [4 / 5, 3 / 5, 2 / 5],
    }
    assert residues.half_life(curve) == 10
    counts = residues.wrong_counts(followed, [0, 7, 10], ["fault"])
    assert counts.loc[1].to_dict() == {"cells": 3, 0: 2, 7: 1, 10: 1}
    assert counts.loc[2].to_dict() == {"cells": 2, 0: 2, 7: 2, 10: 1}


def test_right_for_good_is_another_thing_than_right_on_that_day(frame, hand):
    """Right for five days and wrong again: on day 5 it is right, but not for good."""
    rows = [("a", "l", "A", "altered", 10, 25), ("a", "l", "A", "altered", 30, 40)]
    told = frame(rows).assign(irrevocable=False, correction_day=hand.day(20))
    found = residues.followed(told, hand.horizon)
    assert residues.share_on(residues.wrong_on_that_day(found), 5) == 0.0
    good = residues.not_yet_right(found)
    assert good["share"].tolist() == [1.0, 0.0] and good["days_after"].tolist() == [0, 20]


def test_days_until_right_for_good(followed):
    """The wall is in no curve: nobody could take it back."""
    cells = followed.of_the_eve().cells
    assert cells["right_after"].tolist() == [7, 0, 80, 10, 70]
    assert cells["cut"].tolist() == [False, False, True, False, True]


def test_rows_of_a_list_keep_their_residue_apart(frame, hand):
    """What only the correction spoils has a row with every column that the others have."""
    row = {"holder": "bank", "list": "debts", **metrics.LIST_ROW}
    row |= {"first_day": "2024-01-13", "last_day": "2024-03-30", "uncorrected_until": "2024-03-31"}
    wrong = [("bank", "debts", "A", "altered", 12, 27), ("ncisp", "debts", "A", "altered", 30, 40)]
    left = {("bank", "debts"): {"waits for the next sync": 2, "reinserted": 1}}
    key = ("holder", "list")
    bank, ncisp = metrics.corrected_rows([row], key, metrics.LIST_ROW, frame(wrong), left)
    assert bank["residue"] == 3
    assert bank["residue_by_cause"] == {"reinserted": 1, "waits for the next sync": 2}
    assert (bank["until"], bank["uncorrected_until"]) == ("2024-01-28", "2024-03-31")
    assert ncisp.keys() == bank.keys() and ncisp["holder"] == "ncisp"
    assert (ncisp["wrongly_listed"], ncisp["residue"], ncisp["residue_by_cause"]) == (0, 0, {})
    assert (ncisp["first_day"], ncisp["until"]) == ("2024-01-31", "2024-02-10")
    assert ncisp["last_day"] is None and ncisp["uncorrected_until"] is None
    (spared,) = metrics.corrected_rows([row], key, metrics.LIST_ROW, frame([]), {})
    assert spared["until"] is None and spared["first_day"] == "2024-01-13"


@pytest.mark.parametrize(
    ("rows", "nothing"),
    [("by_list", "LIST_ROW"), ("by_measure", "MEASURE_ROW"), ("by_keeper", "SCORE_ROW")],
)
def test_a_row_that_nothing_befell_has_every_column(rows, nothing, differs):
    for row in getattr(metrics, rows)(differs):
        assert set(getattr(metrics, nothing)) < set(row)
        names = set(row) - set(getattr(metrics, nothing))
        assert names <= {"holder", "list", "agency", "measure", "keeper"}


@pytest.fixture
def differs(frame, hand):
    """A difference with one list, one measure and one score."""
    from pipelines.replay.compare.diff import Difference

    listed = frame(RUNS[:1])
    measure = listed.rename(columns={"holder": "agency", "list": "measure"})
    score = listed.rename(columns={"holder": "keeper"}).drop(columns="list")
    return Difference(
        horizon=hand.horizon,
        lists=listed,
        ways=pd.DataFrame(),
        measures=measure,
        tied=measure[["agency", "measure", "subject_id"]].assign(link_path=""),
        scores=score.assign(first_shows="A 1000", second_shows="B 900"),
        points=pd.DataFrame(columns=["keeper", "side"]),
        whole=pd.DataFrame(columns=["holder", "list", "entry_days", "subject_days"]),
    )


def test_the_residue_of_many_is_that_of_each_alone(frame, hand):
    """Of one replay most is left, of one nothing, and one never did anything."""
    runs = {1: frame(), 5: frame([("court", "debts", "A", "altered", 3, 8)]), 7: frame([])}
    days = {1: hand.day(20), 5: hand.day(10), 7: hand.day(30)}
    together = residues.residues(runs, days, hand.horizon, {("wall", "debts")})
    assert list(together) == [1, 5, 7]
    for universe, found in together.items():
        alone = of_one(runs[universe], days[universe], hand.horizon, {("wall", "debts")})
        for name in ("cells", "curve"):
            pd.testing.assert_frame_equal(getattr(found, name), getattr(alone, name))
        assert (found.eve, found.censored_at) == (alone.eve, alone.censored_at)
    assert [together[u].eve for u in runs] == [3, 0, 0]
