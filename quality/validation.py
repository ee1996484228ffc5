"""What Great Expectations found of one expectation, as reports and pages tell it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Validation:
    """What Great Expectations found of one expectation."""

    table: str  # the table judged, `landing.court`
    expectation: str
    column: str | None
    kind: str  # our kind of it
    success: bool  # whether nothing breaks it
    unexpected: int
    examples: tuple[str, ...] = ()  # a few of the values that break it
    error: str | None = None  # what went wrong, if it could not be judged
