"""Working days of the fictional province: no weekend, none of its holidays, but the days worked instead.

Its holidays, rows of the code list `holidays`, are invented after the kinds there are: a week in spring
and one in October, for each of which two days of a weekend are worked.

>>> plus_working_days(date(2024, 4, 26), 3)  # a Friday: Sunday the 28th is worked
datetime.date(2024, 4, 30)
>>> plus_working_days(date(2024, 4, 30), 1)  # after three days of holiday and a weekend
datetime.date(2024, 5, 6)
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from schemas.code_lists import CODES, read_csv

SATURDAY = 5  # of `date.weekday`


@lru_cache(maxsize=1)
def _named() -> Mapping[date, bool]:
    """The days that the code list names -> whether they are worked."""
    rows = read_csv(CODES / "holidays.csv", "works")
    return {date.fromisoformat(row["day"]): row["works"] == "yes" for row in rows}


def is_working_day(day: date) -> bool:
    """Whether offices work on a day.

    Raises:
        ValueError: if the code list knows no holiday of that year.
    """
    named = _named()
    if not min(named).year <= day.year <= max(named).year:
        raise ValueError(
            f"Nothing is known of the holidays of {day.year}; add its days to "
            "schemas/codes/holidays.csv."
        )
    return named.get(day, day.weekday() < SATURDAY)


def plus_working_days(day: date, n: int) -> date:
    """The n-th working day after a day, which is not counted itself; the day itself for 0.

    Raises:
        ValueError: as `is_working_day`.
    """
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day
