"""What is expected of each stage: derived from the contracts of feeds, and written down."""

from collections.abc import Iterable

from quality.belief import believed, rows_landed
from quality.expectations import Expectation
from quality.written import written
from schemas.contract import Feed

CHECKED_STAGES = (
    "landing",
    "conform",
    "resolve",
    "merge",
    "lists",
    "exchange",
    "consequences",
    "scores",
)


def stage_expectations(stage: str, feeds: Iterable[Feed]) -> tuple[Expectation, ...]:
    """Every expectation of a stage beyond the rows of landing, which a feed's own gate judges.

    Args:
        feeds: contracts of the feeds that take part.
    """
    if stage == "landing":
        return (*rows_landed(feeds), *written(stage))
    if stage == "conform":
        return (*written(stage), *(e for feed in feeds for e in believed(feed)))
    return written(stage)
