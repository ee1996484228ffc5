"""What causes are found from, read out of two databases of a few rows. The record is right from day 20 on."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.engine.databases import opened
from pipelines.replay.compare import causes, lineages
from pipelines.replay.compare.causes import TAKEN, WAITS
from pipelines.replay.compare.metrics import day_number
from pipelines.replay.compare.sides import as_sides

PATHS = [
    ("loan_arrears", "bureau", "bureau", 0, "owner", True, False),
    ("loan_arrears", "bureau>bank", "bank", 1, "snapshot", True, False),
    ("court_dishonest", "court", "court", 0, "owner", True, False),
    ("court_dishonest", "court>rater", "rater", 1, "snapshot", True, False),
]


@pytest.fixture
def read(tmp_path, hand):
    """`read(one, two, wrong, measures, scores)`: lineage and what measures rest on, from two databases."""

    def run(one, two, **wrong):
        a = hand.database(tmp_path / "a.duckdb", paths=PATHS, **one)
        b = hand.database(tmp_path / "b.duckdb", paths=PATHS, **two)
        keys = {
            "wrong": ("holder", "list", "subject_id"),
            "measures": ("agency", "measure", "subject_id"),
            "scores": ("keeper", "subject_id"),
        }
        with opened(one=a, two=b) as db:
            as_sides(db, "one", {1: "two"})
            frames = [
                pd.DataFrame([(1, *row) for row in wrong.get(name, ())], columns=["universe", *key])
                for name, key in keys.items()
            ]
            return lineages.load(db, *frames, hand.horizon, {1: []})[1]

    return run


def test_a_loan_not_given_waits_as_the_arrears_that_stand_against_it(read, hand):
    """A is on the city's red list; the bank shows arrears of A until the sync of day 27."""
    red = {
        "entries": [hand.entry("r.1", "city_red_list", "A", "grade", "positive")],
        "copies": [
            hand.shown("bank", "city_red_list", "r", "A", "city_portal>bank", 2, None, "r.1")
        ],
        "measures": [("m", "credit_loan", "bank", "city_red_list", "A", "r.1", "", 2, None)],
    }
    wrong = {
        "entries": [*red["entries"], hand.entry("w.1", "loan_arrears", "A")],
        "copies": [
            *red["copies"],
            hand.shown("bureau", "loan_arrears", "w", "A", "bureau", 10, 20, "w.1"),
            hand.shown("bank", "loan_arrears", "w", "A", "bureau>bank", 12, 27, "w.1"),
        ],
        "measures": [
            ("m", "credit_loan", "bank", "city_red_list", "A", "r.1", "", 2, 12),
            ("n", "credit_loan", "bank", "city_red_list", "A", "r.1", "", 27, None),
        ],
    }
    cell = ("bank", "credit_loan", "A")
    lineage, because = read(red, wrong, wrong=[("bank", "loan_arrears", "A")], measures=[cell])
    first, waited, end = (day_number(hand.day(day)) for day in (20, 27, 30))
    found = causes.of_measures([(*cell, first - 8, end)], because, lineage, first)
    assert found == [(*cell, first, waited, WAITS), (*cell, waited, end, TAKEN)]


def test_which_entries_points_rest_on(read, hand):
    """The rater shows P until day 27, and its partner B has fewer points for as long."""
    reason = "court_dishonest:business_partner:a>b"
    wrong = {
        "entries": [hand.entry("e.1", "court_dishonest", "P")],
        "copies": [hand.shown("rater", "court_dishonest", "e", "P", "court>rater", 12, 27, "e.1")],
        "points": [
            ("rater", "B", 12, -5, reason, "entry:e.1"),
            ("rater", "B", 27, 5, reason, "entry:e.1"),
        ],
    }
    cells = [("rater", "court_dishonest", "P")]
    lineage, _ = read({}, wrong, wrong=cells, scores=[("rater", "B")])
    assert lineage.entries == {"e.1": "e"}
    assert [point.change for point in lineage.reckoned["rater", "B"]] == [-5, 5]
