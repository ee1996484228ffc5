"""How many random cases a test tries: a part of them in every run, all with the long tests."""

from __future__ import annotations

import os

LONG = "ISLANDS_TEST_LONG"  # set where the long tests run too


def how_many(cases: int, at_least: int = 4) -> int:
    """A fifth of the cases, or all where the long tests run too."""
    return cases if os.environ.get(LONG) else min(cases, max(at_least, cases // 5))
