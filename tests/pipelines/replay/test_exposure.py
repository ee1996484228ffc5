"""Could have been seen, was seen: given wrong cells, expected figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from pipelines.replay.compare import exposure as module
from pipelines.replay.compare.diff import About, Difference, nothing
from pipelines.replay.compare.exposure import FIGURES, enquiries, exposure, exposures
from pipelines.replay.compare.metrics import numbered
from schemas.code_lists import CODES, read_csv


def differing(*cells: tuple[str, str, str, str, str]) -> Difference:
    """A difference of cells: holder, list, subject, from and to."""
    alike = nothing(About(date(2027, 1, 1), {}, {}, pd.DataFrame()))
    columns = ["holder", "list", "subject_id", "from_day", "to_day"]
    lists = pd.DataFrame(cells, columns=columns).assign(kind="wrongly_listed")
    days = {name: lists[name].astype("datetime64[us]") for name in ("from_day", "to_day")}
    return replace(alike, lists=lists.assign(**days))


def asked_of(difference: Difference) -> pd.DataFrame:
    """The enquiries that met a difference."""
    return enquiries(numbered(difference.lists).assign(of=0))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank and Credit China are asked about everybody every day, and nobody else ever is."""
    chances = {"bank": module.MILLION, "credit_china": module.MILLION}
    monkeypatch.setattr(module, "asked_per_million", lambda: chances)


CASES = {
    "nothing is wrong": ((), (0, 0, 0, 0, 0)),
    "a public site shows two lists of one subject: two cells, one enquiry a day": (
        (
            ("credit_china", "court_dishonest", "a", "2024-01-01", "2024-01-03"),
            ("credit_china", "tax_violations", "a", "2024-01-02", "2024-01-05"),
        ),
        (2, 1, 5, 4, 1),
    ),
    "days of one cell count once": (
        (
            ("credit_china", "court_dishonest", "a", "2024-01-01", "2024-01-03"),
            ("credit_china", "court_dishonest", "a", "2024-01-02", "2024-01-04"),
        ),
        (1, 1, 3, 3, 1),
    ),
    "a bank is no public place, but is asked": (
        (("bank", "court_dishonest", "a", "2024-01-01", "2024-01-03"),),
        (0, 0, 0, 2, 1),
    ),
    "an owner tells a public list to the public": (
        (("court", "court_dishonest", "a", "2024-01-01", "2024-01-03"),),
        (1, 1, 2, 0, 0),
    ),
    "an agency to which it is handed does not": (
        (("ncisp", "court_dishonest", "a", "2024-01-01", "2024-01-03"),),
        (0, 0, 0, 0, 0),
    ),
}


@pytest.mark.parametrize(("cells", "expected"), CASES.values(), ids=CASES)
def test_figures(asked: None, cells: tuple, expected: tuple[int, ...]) -> None:
    told = exposure(differing(*cells))
    assert tuple(told[name] for name in FIGURES) == expected
    for name in ("public_cells", "public_entry_days", "enquiries"):
        assert sum(row[name] for row in told["by_holder"]) == told[name]


def test_many_at_once_are_told_as_each_alone(asked: None) -> None:
    differences = [differing(*cells) for cells, _ in CASES.values()]
    told = exposures([one.lists for one in differences])
    assert [tuple(one.values()) for one in told] == [expected for _, expected in CASES.values()]
    assert [list(one) for one in told] == [list(FIGURES)] * len(CASES)
    assert exposures([]) == []


def test_days_are_drawn_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many subjects there are, memory stays small, and the same days are drawn."""
    cells = [("necips", "court_dishonest", f"{n}", "2024-01-01", "2026-01-01") for n in range(50)]
    told = exposure(differing(*cells))
    monkeypatch.setattr(module, "_AT_ONCE", 1000)
    assert exposure(differing(*cells)) == told and told["enquiries"] > 0


def test_holders_are_told_by_name(asked: None) -> None:
    told = exposure(
        differing(
            ("credit_china", "court_dishonest", "a", "2024-01-01", "2024-01-03"),
            ("bank", "court_dishonest", "b", "2024-01-01", "2024-01-02"),
        )
    )
    assert [
        (row["holder"], row["public_cells"], row["enquiries"]) for row in told["by_holder"]
    ] == [
        ("bank", 0, 1),
        ("credit_china", 1, 2),
    ]


def test_who_asks_does_not_depend_on_what_is_wrong() -> None:
    """The same holder is asked about the same subject on the same days, whichever list is wrong."""
    one = differing(("republisher", "court_dishonest", "a", "2020-01-01", "2026-01-01"))
    other = differing(
        ("republisher", "tax_violations", "a", "2022-01-01", "2024-01-01"),
        ("bank", "tax_violations", "a", "2022-01-01", "2024-01-01"),
    )
    first, second = asked_of(one), asked_of(other)
    low, high = ((date(year, 1, 1) - date(1970, 1, 1)).days for year in (2022, 2024))
    within = first[(first["day"] >= low) & (first["day"] < high)]
    at_the_site = second[second["holder"] == "republisher"]
    assert list(within["day"]) == list(at_the_site["day"])
    assert 0 < len(within) < len(first)


def test_as_often_as_the_code_list_says() -> None:
    """A thousand subjects over a year: the number drawn is near the rate (five standard deviations)."""
    day = date(2024, 1, 1)
    cells = [
        ("necips", "court_dishonest", f"{n}", day, day + timedelta(days=365)) for n in range(1000)
    ]
    (rate,) = (
        int(row["per_1000_a_year"])
        for row in read_csv(CODES / "enquiries.csv")
        if row["holder"] == "necips"
    )
    assert abs(len(asked_of(differing(*cells))) - rate) < 5 * rate**0.5


def test_every_holder_asked_is_one() -> None:
    known = {row["holder"] for row in read_csv(CODES / "holders.csv")}
    assert {row["holder"] for row in read_csv(CODES / "enquiries.csv")} <= known
