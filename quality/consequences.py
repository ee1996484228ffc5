"""Checks of consequences: an agency acts on an entry it holds a copy of, while the rule allows it."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation
from quality.from_contract import shape_expectations
from schemas.contract import Feed

NOT_HELD = """SELECT m.measure_id, m.agency, m.because_entry_version, m.from_day
FROM consequences.measures AS m
WHERE NOT EXISTS (
    SELECT 1
    FROM exchange.copies AS c
    WHERE c.holder = m.agency
        AND c.entry_version = m.because_entry_version
        AND c.from_day <= m.from_day
        AND m.from_day < until(c.to_day)
)"""

WRITTEN = (
    Expectation(
        name="because_of_an_entry",
        table="consequences.measures",
        kind="refers_to",
        arguments={
            "key": ("because_entry_version",),
            "table": "exchange.entries",
            "columns": ("entry_version",),
        },
        outcome="fail",
        reason="Nothing is done to anybody without an entry that moved the agency.",
    ),
    Expectation(
        name="agency_holds_a_copy",
        table="consequences.measures",
        kind="no_rows",
        arguments={"query": NOT_HELD},
        outcome="fail",
        reason="An agency acts on what it shows on the day it acts.",
    ),
    Expectation(
        name="measure_known",
        table="consequences.measures",
        kind="refers_to",
        arguments={"key": ("measure",), "table": "codes.measures", "columns": ("measure",)},
        outcome="warn",
        reason="A measure has a basis, an agency and a least severity.",
    ),
)


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Everything expected of consequences; it does not depend on the feeds."""
    return (*shape_expectations("measures"), *WRITTEN)
