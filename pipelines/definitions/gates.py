"""The gates as asset checks: one an expectation, said in words, and one step a stage.

What a gate kept aside or held is reported, and never fails a run; a promise that is broken does.
`named` is the name that the expectation has in `quality.verdicts` and in `islands check`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.definitions.home import default_home
from pipelines.definitions.laboratory import Laboratory
from pipelines.definitions.names import FEEDS, VERDICTS, asset_of, key
from pipelines.engine.base import Engine
from pipelines.home import Home
from pipelines.model import STAGES
from quality import CheckResult, Expectation, checks
from quality.expectations import DELIVERY_KINDS, sentence, violations_sql
from quality.from_contract import feed_expectations
from quality.gates import BACKLOG_ALLOWANCE
from quality.suites import CHECKED_STAGES, stage_expectations
from schemas.contract import Feed
from schemas.sql import literal

FOLLOWS = {
    "warn": "A row that breaks it stays, and is reported.",
    "quarantine": "A row that breaks it is kept aside and not believed.",
    "hold": "A delivery that breaks it is held and not believed; the one before it stays in force.",
    "fail": "If a row breaks it, the build stops and the last good database stays in force.",
}
OF_DELIVERIES = {**FOLLOWS, "warn": "A delivery that breaks it is believed, and reported."}
READS = {
    "day": "a_day",
    "dotted_day": "a_day",
    "money": "an_amount",
    "wan": "an_amount",
    "integer": "a_whole_number",
}
NAMES = {
    "present": "{column}_is_present",
    "in_set": "{column}_is_a_known_value",
    "matches": "{column}_has_the_right_form",
    "in_bounds": "{column}_lies_within_bounds",
    "check_digit": "{column}_passes_its_check",
    "one_version": "delivery_says_one_thing_of_a_record",
    "one_row": "delivery_gives_a_record_in_one_row",
    "meets_record": "what_is_withdrawn_or_corrected_is_believed",
    "some_rows": "delivery_has_rows",
    "first_rows": "first_delivery_has_enough_rows",
    "previous_ratio": "rows_fit_the_delivery_before",
    "backlog_ratio": "rows_fit_the_first_delivery",
}


def in_words(e: Expectation) -> str:
    """An expectation's name in words, with no other characters than Dagster allows.

    >>> in_words(Expectation("parse_d", "landing.x", "reads_as", "warn", "", "d", {"as": "day"}))
    'd_reads_as_a_day'
    """
    if e.kind == "reads_as":
        name = f"{e.column}_reads_as_{READS.get(e.arguments['as'], e.arguments['as'])}"
    else:
        name = NAMES.get(e.kind, e.name).format(column=e.column)
    return re.sub(r"[^A-Za-z0-9_]", "_", name)


def expected(e: Expectation) -> str:
    """What is expected, in a sentence."""
    arguments = e.arguments
    if e.kind == "some_rows":
        said = "a delivery has rows"
    elif e.kind == "first_rows":
        said = f"the first delivery has at least {arguments['min_rows']:,} rows"
    elif e.kind == "previous_ratio":
        bounds = [
            f"at {word} {arguments[edge] / 1000:g} times"
            for word, edge in (("least", "min"), ("most", "max"))
            if edge in arguments
        ]
        said = f"a delivery has {' and '.join(bounds)} the rows of the one before"
    elif e.kind == "backlog_ratio":
        said = (
            f"a delivery has at most {arguments['max'] / 1000:g} times the rows of the first one, "
            f"and {BACKLOG_ALLOWANCE}"
        )
    else:
        said = sentence(e)
    return f"Expected: {said}."


@dataclass(frozen=True)
class Check:
    """One expectation as a check of the asset it is about."""

    asset: str  # the table whose step makes what is judged
    name: str  # of the check, unique within the asset
    expectation: Expectation
    by_gate: bool  # whether the gate of landing judges it, row by row or delivery by delivery

    @property
    def of_deliveries(self) -> bool:
        """Whether whole deliveries are judged, not rows."""
        return self.expectation.kind in DELIVERY_KINDS

    @property
    def description(self) -> str:
        """What is expected, why, and what follows for what breaks it."""
        e = self.expectation
        follows = (OF_DELIVERIES if self.of_deliveries else FOLLOWS)[e.outcome]
        return " ".join(filter(None, (expected(e), e.reason, follows)))

    @property
    def severity(self) -> dg.AssetCheckSeverity:
        """An error is what stops a build: everything else is kept aside, held or noted."""
        if self.expectation.outcome == "fail":
            return dg.AssetCheckSeverity.ERROR
        return dg.AssetCheckSeverity.WARN

    @property
    def sql(self) -> str:
        """A query for all that breaks it."""
        e = self.expectation
        if self.of_deliveries:
            return (
                f"SELECT * FROM quality.deliveries WHERE feed = {literal(e.table.split('.')[1])} "
                f"AND expectation = {literal(e.name)} AND outcome <> 'pass'"
            )
        if self.by_gate:
            return (
                f"SELECT l.* FROM {e.table} AS l INNER JOIN quality.verdicts AS v "
                "ON v.feed = l.feed AND v.delivery = l.delivery AND v.line = l.line "
                f"WHERE v.expectation = {literal(e.name)}"
            )
        return violations_sql(e)


def checks_of(stage: str) -> list[Check]:
    """All that is expected of the tables of a stage in this home."""
    asked = [(e, False) for e in stage_expectations(stage, FEEDS.values())]
    if stage == "landing":
        for feed in FEEDS.values():
            asked += [(e, True) for e in feed_expectations(feed)]
    found: list[Check] = []
    used: defaultdict[tuple[str, str], int] = defaultdict(int)
    for expectation, by_gate in asked:
        table = expectation.table
        asset = asset_of(table)
        if asset is None and table.split(".")[0] in STAGES:
            continue  # a world of this size has no such table
        asset = asset or VERDICTS
        name = in_words(expectation)
        used[asset, name] += 1
        if used[asset, name] > 1:
            name += f"_{used[asset, name]}"
        found.append(Check(asset, name, expectation, by_gate))
    return found


@dataclass(frozen=True)
class Found:
    """How a check fared: how many rows, or deliveries, break it, and a few of them in words."""

    violations: int
    examples: tuple[str, ...] = ()


def fared(
    engine: Engine, feeds: dict[str, Feed], stage: str
) -> Iterator[tuple[Check, Found | None]]:
    """Every check of a stage with what is found of it in a database; None where its tables take no part."""
    results: dict[tuple[str, str], CheckResult] = {
        (r.table, r.expectation): r for r in checks(engine, feeds, [stage])
    }
    out_of_bounds = deliveries_out_of_bounds(engine) if stage == "landing" else {}
    for check in checks_of(stage):
        e = check.expectation
        if not check.of_deliveries:
            result = results.get((e.table, e.name))
            yield check, result and Found(result.violations, result.examples)
        elif e.table.split(".")[1] in feeds:
            said = out_of_bounds.get((e.table, e.name), [])
            yield check, Found(len(said), tuple(said[:3]))
        else:
            yield check, None


def deliveries_out_of_bounds(engine: Engine) -> dict[tuple[str, str], list[str]]:
    """Landing table and expectation -> a sentence for each delivery that did not simply pass."""
    found = defaultdict(list)
    for feed, name, day, outcome, reason in engine.fetch(
        "SELECT feed, expectation, delivery, outcome, reason FROM quality.deliveries "
        "WHERE outcome <> 'pass' ORDER BY feed, delivery"
    ):
        what = "held" if outcome == "hold" else "believed, out of bounds"
        found[f"landing.{feed}", name].append(f"delivery={day}, {what}: {reason}")
    return found


def told(check: Check, found: Found | None) -> dict[str, Any]:
    """What a check's result or evaluation says: for `AssetCheckResult` and `AssetCheckEvaluation`."""
    what = "deliveries" if check.of_deliveries else "rows"
    metadata: dict[str, Any] = {"named": check.expectation.name}
    if found is None:
        said = "Takes no part in this size or level of joining."
    else:
        metadata[f"{what} that break it"] = found.violations
        metadata["query"] = dg.MetadataValue.md(f"```sql\n{check.sql}\n```")
        said = f"Met: none of the {what} breaks it."
    if found is not None and found.violations:
        said = f"{found.violations:,} {what} break it"
        said += f", for example {found.examples[0]}" if found.examples else "."
        metadata["examples"] = dg.MetadataValue.md("\n".join(f"- {one}" for one in found.examples))
    return {
        "asset_key": key(check.asset),
        "check_name": check.name,
        "passed": found is None or not found.violations,
        "severity": check.severity,
        "description": said,
        "metadata": metadata,
    }


def spec_of(check: Check) -> dg.AssetCheckSpec:
    """The check as Dagster declares it."""
    others = {asset_of(read) for read in check.expectation.reads} - {check.asset, None}
    if check.by_gate:
        others |= {VERDICTS}
    return dg.AssetCheckSpec(
        name=check.name,
        asset=key(check.asset),
        additional_deps=[key(other) for other in sorted(others)],
        description=check.description,
        metadata={"data docs": dg.MetadataValue.path(str(data_docs(check.expectation.table)))},
    )


def data_docs(table: str) -> Path:
    """The page of Great Expectations on a table, where `islands check --docs` writes it."""
    return (
        Home(default_home())
        .docs.absolute()
        .joinpath("expectations", f"{table.replace('.', '/')}.html")
    )


def stage_gate(stage: str) -> dg.AssetChecksDefinition:
    """The checks of one stage's tables."""

    @dg.multi_asset_check(
        name=f"{stage}_gates",
        specs=[spec_of(check) for check in checks_of(stage)],
        can_subset=True,
        description=f"What is expected of the tables of {stage}, counted.",
    )
    def judged(
        context: dg.AssetCheckExecutionContext, lab: Laboratory
    ) -> Iterator[dg.AssetCheckResult]:
        work = lab.work
        with work.step(f"{stage} gates"):
            for check, found in fared(work.engine, work.feeds, stage):
                if dg.AssetCheckKey(key(check.asset), check.name) in (
                    context.selected_asset_check_keys
                ):
                    yield dg.AssetCheckResult(**told(check, found))

    return judged


GATES = [stage_gate(stage) for stage in CHECKED_STAGES]
