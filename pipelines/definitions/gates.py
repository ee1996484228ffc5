"""The gates as asset checks: one a table, with every expectation of it, and one step a stage.

What a gate kept aside or held is reported, and never fails a run; a promise that is broken does.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import dagster as dg

from pipelines.definitions.laboratory import Laboratory
from pipelines.definitions.names import FEEDS, VERDICTS, asset_of, key
from pipelines.engine.base import Engine
from quality import CheckResult, Expectation, checks
from quality.from_contract import landing_expectations
from quality.suites import STAGE_SUITES, stage_expectations

GATE = "gate"


def expected_of(stage: str) -> dict[str, list[Expectation]]:
    """Asset -> all that is expected of it at a stage."""
    found = defaultdict(list)
    if stage == "landing":
        for feed in FEEDS.values():
            found[f"landing.{feed.name}"] += landing_expectations(feed)
    for expectation in stage_expectations(stage, FEEDS.values()):
        found[asset_of(expectation.table) or VERDICTS].append(expectation)
    return dict(found)


def stage_gate(stage: str) -> dg.AssetChecksDefinition:
    """The checks of one stage's tables."""
    expected = expected_of(stage)

    def spec(table: str, expectations: Iterable[Expectation]) -> dg.AssetCheckSpec:
        others = {asset_of(read) for e in expectations for read in e.reads} - {table, None}
        if stage == "landing":
            others |= {VERDICTS} - {table}
        return dg.AssetCheckSpec(
            name=GATE,
            asset=key(table),
            additional_deps=[key(other) for other in sorted(others)],
            description="; ".join(dict.fromkeys(e.name.replace("_", " ") for e in expectations)),
        )

    @dg.multi_asset_check(
        name=f"{stage}_gates",
        specs=[spec(table, found) for table, found in expected.items()],
        can_subset=True,
        description=f"What is expected of the tables of {stage}, counted.",
    )
    def judged(
        context: dg.AssetCheckExecutionContext, lab: Laboratory
    ) -> Iterator[dg.AssetCheckResult]:
        work = lab.work
        with work.step(f"{stage} gates"):
            found = defaultdict(list)
            for result in checks(work.engine, work.feeds, [stage], write=False):
                found[asset_of(result.table) or VERDICTS].append(result)
            held = held_of(work.engine) if stage == "landing" else {}
            chosen = {".".join(key.asset_key.path) for key in context.selected_asset_check_keys}
            for table in expected:
                if table in chosen:
                    yield told(table, found[table], held.get(table, []))

    return judged


def held_of(engine: Engine) -> dict[str, list[tuple[str, str, str]]]:
    """Landing table -> its deliveries that did not simply pass: day, outcome, reason."""
    found = defaultdict(list)
    for feed, *told_of in engine.fetch(
        "SELECT feed, delivery, outcome, reason FROM quality.deliveries "
        "WHERE outcome <> 'pass' ORDER BY feed, delivery"
    ):
        found[f"landing.{feed}"].append(tuple(told_of))
    return found


def told(
    table: str, results: list[CheckResult], held: list[tuple[str, str, str]]
) -> dg.AssetCheckResult:
    """The result of one table's check, with a line an expectation and a line a held delivery."""
    broken = [r for r in results if not r.passed]
    rows = [
        dg.TableRecord(
            {
                "expected": r.sentence,
                "rows that break it": r.violations,
                "what follows": r.outcome,
                "why": r.reason,
                "for example": "; ".join(r.examples),
            }
        )
        for r in sorted(results, key=lambda r: -r.violations)
    ]
    metadata = {
        "violations": sum(r.violations for r in results),
        "expectations": dg.MetadataValue.table(rows) if rows else "none of this table here",
    }
    if held:
        metadata["deliveries"] = dg.MetadataValue.table(
            [
                dg.TableRecord({"delivery": day, "outcome": outcome, "reason": reason})
                for day, outcome, reason in held
            ]
        )
    said = [f"{len(results) - len(broken)} of {len(results)} expectations are met."]
    said += [f"{r.violations} rows break: {r.sentence}." for r in broken[:3]]
    said += [f"{len(held)} deliveries are held or out of bounds."] if held else []
    return dg.AssetCheckResult(
        asset_key=key(table),
        check_name=GATE,
        passed=not broken and not held,
        severity=dg.AssetCheckSeverity.ERROR
        if any(r.outcome == "fail" for r in broken)
        else dg.AssetCheckSeverity.WARN,
        description=" ".join(said),
        metadata=metadata,
    )


GATES = [stage_gate(stage) for stage in STAGE_SUITES]
