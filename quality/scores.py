"""Checks of scores: one grade a keeper, subject and day, and a cause for every change of points."""

from __future__ import annotations

from collections.abc import Iterable

from quality.expectations import Expectation
from quality.from_contract import shape_expectations
from schemas.contract import Feed

# Changes of points on a day on which their cause was not yet told, or not yet done.
NOT_TOLD = """SELECT p.keeper, p.subject_id, p.day, p.because
FROM scores.points AS p
LEFT JOIN (
    SELECT t.because AS because, t.subject_id AS subject_id,
        min(greatest(t.from_day, t.event_day)) AS day
    FROM scores.told AS t
    GROUP BY t.because, t.subject_id
) AS c
    ON c.because = p.because
    AND c.subject_id = p.subject_id
WHERE p.because IS NOT NULL
    AND (c.day IS NULL OR p.day < c.day)"""

# Changes that begin after the term of every rule they could follow is over. The first of a month
# may be as late as a month after.
TOO_LATE = """SELECT p.keeper, p.subject_id, p.day, p.because
FROM scores.points AS p
INNER JOIN scores.acts AS a
    ON a.because = p.because
    AND a.subject_id = p.subject_id
    AND a.trigger_kind = 'event'
INNER JOIN codes.points AS r
    ON r.keeper = p.keeper
    AND r.trigger_kind = 'event'
    AND r.trigger = a.trigger_name
    AND (r.ground IS NULL OR r.ground = a.ground)
GROUP BY p.keeper, p.subject_id, p.day, p.because
HAVING p.day > max(until(CASE r.effective
    WHEN 'next_month' THEN month_after(a.event_day + CAST(r.term_days AS INTEGER))
    ELSE a.event_day + CAST(r.term_days AS INTEGER)
END))"""

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
    Expectation(
        name="not_before_its_cause",
        table="scores.points",
        kind="no_rows",
        arguments={"query": NOT_TOLD},
        outcome="warn",
        reason="Points change when an act is done and believed, or an entry is shown, not before.",
    ),
    Expectation(
        name="not_after_its_term",
        table="scores.points",
        kind="no_rows",
        arguments={"query": TOO_LATE},
        outcome="warn",
        reason="An act counts for its term, which runs from the day of the act.",
    ),
)


def expectations(feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Everything expected of scores; it does not depend on the feeds."""
    return (*shape_expectations("grades"), *WRITTEN)
