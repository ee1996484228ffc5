"""The checks of every stage, and the module that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from quality import (
    conform,
    consequences,
    exchange,
    landing,
    lists,
    merge,
    resolve,
    scores,
)
from quality.expectations import Expectation
from quality.from_contract import interval_expectation
from schemas.contract import Feed

STAGE_SUITES: dict[str, ModuleType] = {
    "landing": landing,
    "conform": conform,
    "resolve": resolve,
    "merge": merge,
    "lists": lists,
    "exchange": exchange,
    "consequences": consequences,
    "scores": scores,
}

# Tables of intervals that no contract of a shape describes; a test holds this against the models.
INTERVALS: dict[str, tuple[str, ...]] = {
    "resolve": (
        "candidates",
        "decisions",
        "fuzzy",
        "identifiers",
        "mentions",
        "names",
        "unmatched",
    ),
    "lists": (
        "administrative_penalties",
        "court_dishonest",
        "serious_violations",
        "special_attention",
        "tax_a_class",
        "tax_violations",
    ),
    "exchange": ("entries", "shown"),
    "consequences": ("called", "kinds", "relations"),
    "scores": ("acts", "told", "totals"),
}


def stage_expectations(stage: str, feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Every expectation of a stage beyond the rows of landing, derived from contracts and written.

    Raises:
        KeyError: if no such stage has a suite.
    """
    return (
        *STAGE_SUITES[stage].expectations(feeds),
        *(interval_expectation(f"{stage}.{table}") for table in INTERVALS.get(stage, ())),
    )
