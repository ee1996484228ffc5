"""Scores: a keeper gives a subject one grade a day, and every change of points has a cause."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation
from quality.from_contract import shape_expectations
from schemas.contract import Feed

WRITTEN = (
    Expectation(
        name="one_grade_a_day",
        table="scores.grades",
        kind="no_overlap",
        arguments={"key": ("keeper", "subject_id")},
        outcome="warn",
        reason="A keeper gives a subject one grade at a time.",
    ),
    Expectation(
        name="every_change_has_a_cause",
        table="scores.points",
        kind="holds",
        arguments={"condition": "because IS NOT NULL"},
        outcome="fail",
        reason="Every change of points rests on a document: an event or an entry.",
    ),
)


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Everything expected of scores; it does not depend on the feeds."""
    return (*shape_expectations("grades"), *WRITTEN)
