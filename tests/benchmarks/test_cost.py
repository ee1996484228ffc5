"""What a larger size would cost follows from two that were measured, by arithmetic alone."""

from __future__ import annotations

import pytest

from benchmarks.cost import Range, carried, power


@pytest.mark.parametrize(
    ("small", "large", "expected"),
    [(10, 100, 1.0), (10, 1000, 2.0), (10, 10, 0.0), (0, 10, 1.0), (10, 0, 1.0)],
    ids=["as the size", "its square", "not at all", "new", "gone"],
)
def test_by_which_power_a_stage_grew(small, large, expected) -> None:
    assert power(small, large, times=10) == pytest.approx(expected)


def test_stages_are_carried_on_each_by_its_own_power() -> None:
    small = {"like the size": 1.0, "faster": 1.0, "not at all": 9.0}
    large = {"like the size": 10.0, "faster": 100.0, "not at all": 9.0}
    found = carried(small, large, times=10, further=10)
    # Lower: 1 and 11 for each of 99 more of the smaller size. Upper: all by ten at least, what grew by the
    # square again so.
    assert found == Range(
        pytest.approx((1 + 1 * 99) + (1 + 11 * 99) + 9), pytest.approx(100 + 100 * 10**2 + 90)
    )
