"""What a name and a masked number leave to guess, on a handful of residents."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.contract import ROOT
from tests.pipelines.models.conftest import rows_of

QUERY = (ROOT / "labs" / "masked_numbers.sql").read_text(encoding="utf-8")
# Two who were born in one division and year with one running number and check character, the first of them
# under a name that a third bears, who was born a year later.
ALIKE = "840101199001010024", "840101199001280024"
LATER = "84010119910101003X"


def check_character(body: str) -> str:
    """The last character of a resident number, ISO 7064 MOD 11-2, from its first 17."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return "10X98765432"[total % 11]


def masked(number: str) -> str:
    return f"{number[:10]}****{number[14:]}"


@pytest.fixture
def guessed(lab):
    """`guessed(told, people)`: the query over people by number, of some of whom the public is told."""

    def ask(told, people):
        for number, name in people.items():
            lab.given(
                "merge.subjects", [{"subject_id": number, "name": name, "resident_no": number}]
            )
        for number in told:
            lab.given(
                "publication.names",
                [{"audience": a, "subject_id": number, "name": people[number], "number": n}
                 for a, n in (("public", masked(number)), ("limited", number))],
            )  # fmt: skip
        found = lab.engine.query(QUERY).to_pylist()
        return rows_of(found, "name", "number", "people", "namesakes"), found

    return ask


def test_the_numbers_are_alike_but_for_the_birthday():
    assert masked(ALIKE[0]) == masked(ALIKE[1]) != masked(LATER)
    assert all(check_character(number[:17]) == number[17] for number in (*ALIKE, LATER))


def test_a_name_tells_two_of_one_masked_number_apart(guessed):
    one, other = ALIKE
    told, _ = guessed([one], {one: "周明", other: "陆小满", LATER: "周明"})
    assert told == [("周明", masked(one), 2, 1)]


def test_namesakes_of_one_masked_number_stay_two(guessed):
    told, _ = guessed(ALIKE, dict.fromkeys((*ALIKE, LATER), "周明"))
    assert told == [("周明", masked(ALIKE[0]), 2, 2)] * 2


def test_of_an_organisation_nothing_is_masked(lab, guessed):
    lab.given(
        "publication.names",
        [{"audience": "public", "subject_id": "f", "name": "面馆", "number": "91840103PDY0061207"}],
    )
    assert guessed([LATER], {LATER: "周明"})[0] == [("周明", masked(LATER), 1, 1)]


@pytest.mark.parametrize("number", ["840101199001010024", "84010119960229001X"])
def test_the_check_character_leaves_every_eleventh_day_of_the_year(guessed, number):
    """As many numbers as days of the year have this check character, counted here one by one."""
    number = number[:17] + check_character(number[:17])
    year = int(number[6:10])
    days = (
        date(year, 1, 1) + timedelta(n)
        for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    )
    fit = [
        d for d in days if check_character(f"{number[:6]}{d:%Y%m%d}{number[14:17]}") == number[17]
    ]
    _, [row] = guessed([number], {number: "周明"})
    assert row["numbers"] == len(fit) and 25 < len(fit) < 40
