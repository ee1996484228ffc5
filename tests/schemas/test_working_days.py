"""Working days: weekends, holidays that move nothing else, and days of a weekend worked instead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from schemas.code_lists import CODES, read_csv
from schemas.working_days import is_working_day, plus_working_days

# A Saturday to the Sunday after the holiday of 1 to 3 May 2024, for which the two marked days are worked.
AROUND_MAY = {
    "2024-04-27": "Sa", "2024-04-28": "Su, worked", "2024-04-29": "Mo", "2024-04-30": "Tu",
    "2024-05-01": "holiday", "2024-05-02": "holiday", "2024-05-03": "holiday", "2024-05-04": "Sa",
    "2024-05-05": "Su", "2024-05-06": "Mo", "2024-05-07": "Tu", "2024-05-08": "We", "2024-05-09": "Th",
    "2024-05-10": "Fr", "2024-05-11": "Sa, worked", "2024-05-12": "Su",
}  # fmt: skip
FREE = {"Sa", "Su", "holiday"}


def test_day_by_day_around_a_holiday():
    worked = {day for day, what in AROUND_MAY.items() if what not in FREE}
    assert {day for day in AROUND_MAY if is_working_day(date.fromisoformat(day))} == worked


@pytest.mark.parametrize(
    ("day", "n", "then"),
    [
        ("2024-04-27", 0, "2024-04-27"),  # a Saturday, but nothing is to be waited for
        ("2024-04-27", 1, "2024-04-28"),
        ("2024-04-26", 3, "2024-04-30"),
        ("2024-04-30", 1, "2024-05-06"),
        ("2024-05-01", 1, "2024-05-06"),
        ("2024-05-09", 3, "2024-05-13"),
        ("2024-12-31", 1, "2025-01-02"),
    ],
)
def test_the_nth_working_day_after_a_day(day, n, then):
    assert plus_working_days(date.fromisoformat(day), n) == date.fromisoformat(then)


def test_every_year_a_world_can_cover_has_its_holidays():
    from schemas.contract import HORIZON_DAYS
    from sources.deliver import MOST_DAYS
    from sources.world import DAY0

    years = {row["day"][:4] for row in read_csv(CODES / "holidays.csv")}
    last = DAY0 + timedelta(days=MOST_DAYS + HORIZON_DAYS)
    assert years >= {str(year) for year in range(DAY0.year, last.year + 1)}


def test_of_each_year_as_many_days_are_worked_instead():
    rows = read_csv(CODES / "holidays.csv")
    assert len({row["day"] for row in rows}) == len(rows)
    for year in sorted({row["day"][:4] for row in rows}):
        mine = [row for row in rows if row["day"].startswith(year)]
        worked = [date.fromisoformat(row["day"]) for row in mine if row["works"] == "yes"]
        assert len(worked) == 6 and all(day.weekday() > 4 for day in worked)


def test_of_a_year_without_holidays_nothing_is_made_up():
    with pytest.raises(ValueError, match="Nothing is known of the holidays of 1999; add its days"):
        plus_working_days(date(1999, 3, 1), 2)
