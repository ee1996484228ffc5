"""The report of `islands check`: what gates and checks found, as text and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from quality.gates import Engine
from quality.run import CheckResult

# What is said of a delivery that did not simply pass.
SAID = {"hold": "held", "warn": "warned"}


@dataclass(frozen=True)
class FeedCounts:
    """Where the rows of a feed went, and how many verdicts they drew."""

    feed: str
    landed: int
    conformed: int
    quarantined: int
    held: int
    unreadable: int  # pieces of files that could not be read
    warnings: int  # verdicts that keep the row
    held_deliveries: tuple[str, ...]  # days of the deliveries held


@dataclass(frozen=True)
class Delivery:
    """One delivery that did not simply pass, and the sentence that says why."""

    feed: str
    delivery: str
    rows: int
    outcome: str
    reason: str


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


@dataclass(frozen=True)
class Report:
    """Everything `islands check` tells."""

    # `feeds`, `deliveries`, `checks`, `validations`: what was found.
    feeds: tuple[FeedCounts, ...]
    deliveries: tuple[Delivery, ...]
    checks: tuple[CheckResult, ...]
    validations: tuple[Validation, ...] = ()
    docs: str | None = None  # the first of Great Expectations' pages; None if none were written
    # A sentence if the database was made by other models, network or codes than there are now.
    out_of_date: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: feeds, deliveries, checks by stage, Great Expectations' results, totals."""
        return {
            "feeds": [asdict(f) for f in self.feeds],
            "deliveries": [asdict(d) for d in self.deliveries],
            "checks": [asdict(c) for c in self.checks],
            "great_expectations": [asdict(v) for v in self.validations],
            "docs": self.docs,
            "out_of_date": self.out_of_date,
            "totals": {
                **{
                    count: sum(getattr(f, count) for f in self.feeds)
                    for count in ("landed", "conformed", "quarantined", "held", "unreadable")
                },
                "checks": len(self.checks),
                "checks_passed": sum(c.passed for c in self.checks),
                "validated": len(self.validations),
                "validated_successfully": sum(v.success for v in self.validations),
            },
        }

    def findings(self) -> list[str]:
        """A sentence for each delivery and each check that did not simply pass."""
        lines = [
            f"{d.feed} of {d.delivery} {SAID.get(d.outcome, d.outcome)}: {d.reason}"
            for d in self.deliveries
        ]
        lines += [
            f"{c.table}: {c.violations:,} rows break '{c.sentence}' ({c.outcome})"
            for c in self.checks
            if not c.passed
        ]
        lines += [
            f"{v.table}.{v.expectation} could not be judged: {v.error}"
            for v in self.validations
            if v.error
        ]
        return lines

    def stages(self) -> list[tuple[str, int, int]]:
        """Stage, checks made and checks passed, in the order of stages; Great Expectations last."""
        rows = [
            (stage, len(judged), sum(c.passed for c in judged))
            for stage in dict.fromkeys(c.stage for c in self.checks)
            if (judged := [c for c in self.checks if c.stage == stage])
        ]
        if self.validations:
            agreed = sum(v.success for v in self.validations)
            rows.append(("Great Expectations", len(self.validations), agreed))
        return rows

    def closing(self) -> str:
        """One sentence: whether the build kept its promises, and what was set aside."""
        failed = [c for c in self.checks if c.outcome == "fail"]
        if failed:
            return f"Promises broken: {len(failed)}. Do not believe this build."
        aside = sum(f.quarantined for f in self.feeds)
        held = sum(d.outcome == "hold" for d in self.deliveries)
        return (
            f"Nothing was lost. Rows kept aside: {aside:,}; deliveries held: {held:,}; "
            "each has its reason, and every entry leads back to a record."
        )


def report(
    engine: Engine,
    results: Sequence[CheckResult],
    validations: Sequence[Validation] = (),
) -> Report:
    """Gather what `judge`, `checks` and perhaps `great.validate` found.

    Args:
        results: what `quality.checks()` returned.
        validations: what `quality.great.validate` returned.
    """
    deliveries = tuple(
        Delivery(*row)
        for row in engine.fetch(
            'SELECT feed, delivery, "rows", outcome, reason FROM quality.deliveries '
            "WHERE outcome <> 'pass' ORDER BY feed, delivery"
        )
    )
    held: dict[str, list[str]] = {}
    for d in deliveries:
        if d.outcome == "hold":
            held.setdefault(d.feed, []).append(d.delivery)
    feeds = tuple(
        FeedCounts(*row, held_deliveries=tuple(held.get(row[0], ())))
        for row in engine.fetch(
            "SELECT c.feed, c.landed, c.conformed, c.quarantined, c.held, c.unreadable, "
            "(SELECT count(*) FROM quality.verdicts AS v "
            "WHERE v.feed = c.feed AND v.outcome = 'warn') AS warnings "
            "FROM quality.row_counts AS c ORDER BY c.feed"
        )
    )
    return Report(feeds, deliveries, tuple(results), tuple(validations))
