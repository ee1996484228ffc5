"""What Great Expectations found of one expectation, as reports and pages tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Validation:
    """What Great Expectations found of one expectation.

    Attributes:
        table: the table judged, `landing.court`.
        kind: our kind of it.
        success: whether nothing breaks it.
        examples: a few of the values that break it.
        error: what went wrong, if it could not be judged.
    """

    table: str
    expectation: str
    column: str | None
    kind: str
    success: bool
    unexpected: int
    examples: tuple[str, ...] = ()
    error: str | None = None
