"""Run the checks of every stage.

Expectations that judge rows one by one share a scan a table; each other is a query. Only what is
broken is looked at again, for examples.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from quality.expectations import (
    DELIVERY_KINDS,
    ROW_KINDS,
    BrokenPromise,
    Expectation,
    breaks_sql,
    expect,
    sentence,
    violations_sql,
)
from quality.from_contract import landing_expectations
from quality.gates import Engine, listed
from quality.suites import CHECKED_STAGES, stage_expectations
from schemas.contract import Feed
from schemas.contract import feeds as all_feeds

EXAMPLES = 3


@dataclass(frozen=True)
class CheckResult:
    """How one expectation of a stage fared."""

    stage: str  # the stage it belongs to
    expectation: str  # its name, unique within the table
    table: str
    column: str | None
    violations: int
    outcome: str  # `pass`, or what follows: `warn`, `quarantine`, `fail`
    sentence: str  # what is expected, in plain English
    reason: str
    examples: tuple[str, ...] = ()  # a few of the rows that break it, as `column=value` text

    @property
    def passed(self) -> bool:
        """Whether nothing breaks the expectation."""
        return self.violations == 0


def check_promises(
    engine: Engine, feeds: Mapping[str, Feed] | Iterable[Feed] | None = None
) -> list[CheckResult]:
    """Judge only what fails a build: conservation and evidence. Writes nothing.

    Args:
        feeds: the feeds of the build; by default every feed that has a table in landing.

    Raises:
        BrokenPromise: naming the first broken one, how many rows break it and an example.
    """
    if feeds is None:
        landed = frozenset(engine.tables())
        feeds = [f for f in all_feeds().values() if f"landing.{f.name}" in landed]
    return checks(engine, feeds, promises_only=True)


def checks(
    engine: Engine,
    feeds: Mapping[str, Feed] | Iterable[Feed],
    stages: Sequence[str] | None = None,
    progress: Callable[[str], None] | None = None,
    promises_only: bool = False,
) -> list[CheckResult]:
    """Judge every table that exists. Writes nothing.

    An expectation whose tables are not all there is left out: a stage not yet built has not broken
    anything. Rows of landing are not scanned again: what the gates found stands in
    `quality.verdicts`.

    Args:
        progress: called with the name of each stage before it is judged.
        promises_only: judge only what fails the build when broken.

    Raises:
        BrokenPromise: if conservation or evidence is broken.
    """
    feeds, stages = listed(feeds), tuple(stages or CHECKED_STAGES)
    present = frozenset(engine.tables())
    results: list[CheckResult] = []
    for stage in stages:
        if progress:
            progress(stage)
        if stage == "landing" and "quality.verdicts" in present and not promises_only:
            results.extend(_judged_by_gates(engine, feeds))
        wanted = [
            e
            for e in stage_expectations(stage, feeds)
            if (e.outcome == "fail" or not promises_only) and e.reads <= present
        ]
        results.extend(_run(engine, stage, wanted))
    keep_promises(results)
    return results


def check_keys(
    engine: Engine,
    keys: Mapping[str, Sequence[str]],
    progress: Callable[[str], None] | None = None,
) -> list[CheckResult]:
    """Whether the columns that a model's header calls its key name one row each.

    Args:
        engine: where the tables are; one that is not there is left out.
        keys: table -> its key.
        progress: called once before the tables are judged.
    """
    if progress:
        progress("keys")
    present = frozenset(engine.tables())
    reason = "A replay tells rows apart by the key that the model's header declares."
    wanted = [
        expect(table, "declared_key_once", "unique", "warn", reason, key=tuple(key))
        for table, key in keys.items()
        if key and table in present
    ]
    return [result for e in wanted for result in _run(engine, e.table.partition(".")[0], [e])]


def keep_promises(results: Iterable[CheckResult]) -> None:
    """Say nothing if promises 2 and 3 are kept.

    Raises:
        BrokenPromise: naming the first broken one, how many rows break it and an example.
    """
    for result in results:
        if result.outcome == "fail":
            example = f" (for example {result.examples[0]})" if result.examples else ""
            raise BrokenPromise(
                f"{result.table}: {result.violations} rows break {result.expectation!r}{example}. "
                f"{result.reason}"
            )


def _run(engine: Engine, stage: str, expectations: Sequence[Expectation]) -> list[CheckResult]:
    counts = _count(engine, expectations)
    return [
        _result(stage, e, counts[e.table, e.name], lambda e=e: _examples(engine, e))
        for e in expectations
    ]


def _result(
    stage: str, e: Expectation, violations: int, examples: Callable[[], tuple[str, ...]]
) -> CheckResult:
    return CheckResult(
        stage=stage,
        expectation=e.name,
        table=e.table,
        column=e.column,
        violations=violations,
        outcome=e.outcome if violations else "pass",
        sentence=sentence(e),
        reason=e.reason,
        examples=examples() if violations else (),
    )


def _judged_by_gates(engine: Engine, feeds: Iterable[Feed]) -> list[CheckResult]:
    """The row expectations of landing, counted from the verdicts the gates gave."""
    counts = {
        (feed, name): int(violations)
        for feed, name, violations in engine.fetch(
            "SELECT feed, expectation, count(*) FROM quality.verdicts "
            "WHERE stage = 'landing' GROUP BY feed, expectation"
        )
    }
    examples: dict[tuple[str, str], list[str]] = {}
    for feed, name, delivery, line in engine.fetch(
        "SELECT feed, expectation, delivery, line FROM (SELECT *, row_number() OVER "
        "(PARTITION BY feed, expectation ORDER BY delivery, line) AS nth FROM quality.verdicts) "
        f"AS v WHERE nth <= {EXAMPLES} ORDER BY feed, expectation, nth"
    ):
        examples.setdefault((feed, name), []).append(f"delivery={delivery}, line={line}")
    return [
        _result(
            "landing",
            e,
            counts.get((feed.name, e.name), 0),
            lambda key=(feed.name, e.name): tuple(examples[key]),
        )
        for feed in feeds
        for e in landing_expectations(feed)
    ]


def _count(engine: Engine, expectations: Sequence[Expectation]) -> dict[tuple[str, str], int]:
    """Violations of each expectation by table and name: one scan a table for those of single rows."""
    by_table: dict[str, list[Expectation]] = {}
    counts: dict[tuple[str, str], int] = {}
    for e in expectations:
        if e.kind in ROW_KINDS:
            by_table.setdefault(e.table, []).append(e)
        elif e.kind not in DELIVERY_KINDS:
            ((count,),) = engine.fetch(f"SELECT count(*) AS n FROM ({violations_sql(e)}) AS v")
            counts[e.table, e.name] = count
    for table, group in by_table.items():
        sums = ", ".join(
            f"coalesce(sum(CASE WHEN {breaks_sql(e)} THEN 1 ELSE 0 END), 0) AS s{n}"
            for n, e in enumerate(group)
        )
        (broken,) = engine.fetch(f"SELECT {sums} FROM {table}")
        counts |= {(table, e.name): int(n) for e, n in zip(group, broken, strict=True)}
    return counts


def _examples(engine: Engine, expectation: Expectation) -> tuple[str, ...]:
    """A few violating rows, the same ones whatever the order of rows in the table."""
    rows = engine.query(
        f"SELECT * FROM ({violations_sql(expectation)}) AS v ORDER BY ALL LIMIT {EXAMPLES}"
    )
    return tuple(
        ", ".join(f"{column}={value}" for column, value in row.items() if value is not None)
        for row in rows.to_pylist()
    )
