"""Which module says what is expected of which stage."""

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


def stage_expectations(stage: str, feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Every expectation of a stage beyond the rows of landing, derived from contracts and written.

    Raises:
        KeyError: if no such stage has a suite.
    """
    return STAGE_SUITES[stage].expectations(feeds)
