"""Days as integers, against the standard library."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sources.world import days

DATES = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@given(DATES)
def test_numbers_are_days_since_1970(when: date):
    assert days.day(days.number(when)) == when
    assert days.number(when) == (when - date(1970, 1, 1)).days


@given(DATES, st.integers(1, 40))
def test_workdays_are_counted_one_by_one(when: date, n: int):
    expected, left = when, n
    while left:
        expected += timedelta(days=1)
        left -= expected.weekday() < 5
    assert days.day(days.workdays_after(days.number(when), n)) == expected


@given(DATES, st.integers(0, 30))
def test_months(when: date, later: int):
    month = when.year * 12 + when.month - 1 + later
    expected = date(month // 12, month % 12 + 1, 1)
    assert days.day(days.first_of_month(days.number(when), later)) == expected


@given(DATES)
def test_parts_of_a_date(when: date):
    number = days.number(when)
    assert int(days.year_of(number)) == when.year
    assert int(days.month_of(number)) == when.month
    assert str(int(days.yyyymmdd(number))) == when.strftime("%Y%m%d").lstrip("0")
