"""Days as integers: days since 1970-01-01, as Arrow's DATE32 counts them.

`OPEN` stands for "still": the end of an interval that has not ended.
"""

from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

Days = NDArray[np.int64]

DAY0 = date(2024, 1, 1)  # first day of deliveries
CONDUCT_BEGINS = date(2018, 1, 1)  # six years earlier, so that five-year rules have a past
OPEN = 1 << 30
_EPOCH = date(1970, 1, 1)


def number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - _EPOCH).days


def day(of: int) -> date:
    """The date that is `of` days after 1970-01-01."""
    return _EPOCH + timedelta(days=int(of))


def years(n: ArrayLike) -> Days:
    """Days after which n years have surely passed, wherever the leap days fall."""
    return -(np.asarray(n, dtype=np.int64) * -146_097 // 400)


def workdays_after(days: ArrayLike, n: int) -> Days:
    """The n-th working day after each day, Monday to Friday, as time limits count them.

    Public holidays count as working days: the State Council moves them anew every year.

    >>> friday = number(date(2024, 3, 1))
    >>> day(workdays_after(friday, 1))
    datetime.date(2024, 3, 4)
    """
    stamps = np.asarray(days, dtype=np.int64).astype("datetime64[D]")
    # from a weekend, they count from its Friday on
    return np.busday_offset(stamps, n, roll="preceding").astype(np.int64)


def _month_number(days: ArrayLike) -> Days:
    stamps = np.asarray(days, dtype=np.int64).astype("datetime64[D]")
    return stamps.astype("datetime64[M]").astype(np.int64)


def first_of_month(days: ArrayLike, later: ArrayLike = 0) -> Days:
    """First day of the month each day lies in, or of the month `later` months after."""
    months = _month_number(days) + np.asarray(later, dtype=np.int64)
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def year_of(days: ArrayLike) -> Days:
    """The calendar year each day lies in."""
    stamps = np.asarray(days, dtype=np.int64).astype("datetime64[D]")
    return stamps.astype("datetime64[Y]").astype(np.int64) + 1970


def month_of(days: ArrayLike) -> Days:
    """The calendar month, 1 to 12, each day lies in."""
    return _month_number(days) % 12 + 1


def yyyymmdd(days: ArrayLike) -> Days:
    """Each day as the integer YYYYMMDD."""
    array = np.asarray(days, dtype=np.int64)
    in_month = array - first_of_month(array) + 1
    return year_of(array) * 10_000 + month_of(array) * 100 + in_month
