"""Great Expectations: the same expectations as suites, validated on the built file and documented.

The gates have judged the rows already, in one scan a table; this is the second opinion by another
route, with Data Docs to read. Every suite is made from the descriptions the gates use: an
expectation Great Expectations has a word for becomes that one, any other an
`UnexpectedRowsExpectation` with the gate's own query, cross-table ones included.

Nothing leaves the machine: analytics are off, and the pages load no style, font or script from
elsewhere. Importing Great Expectations takes seconds, so it happens inside `validate`.
"""

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quality.expectations import (
    DELIVERY_KINDS,
    Expectation,
    sentence,
    violations_sql,
    whole_match,
)
from quality.from_contract import landing_expectations
from quality.gates import listed
from quality.great_batches import Spark, in_database, in_spark
from quality.great_docs import write_docs
from quality.report import Validation
from quality.suites import CHECKED_STAGES, stage_expectations
from schemas.contract import Feed

# What `clean_text` takes away, and nothing else.
BLANK = "^[ \t\n\r　]*$"

SEVERITIES = {"minor": "warning", "major": "critical", "critical": "critical"}


@contextlib.contextmanager
def _as_a_program() -> Iterator[None]:
    """Give a main module without a file one, or importing Great Expectations ends the process.

    It looks whether pyspark is there, and pyspark takes a process whose main module has neither file
    nor spec (a worker, an embedded interpreter) for its own doctests, and exits.
    """
    main = sys.modules["__main__"]
    bare = getattr(main, "__spec__", None) is None and not hasattr(main, "__file__")
    if bare:
        main.__file__ = ""
    try:
        yield
    finally:
        if bare:
            del main.__file__


def suites(
    feeds: Mapping[str, Feed] | Iterable[Feed],
    present: Iterable[str],
    stages: Sequence[str] | None = None,
) -> dict[str, list[Expectation]]:
    """Expectations by table, for the tables that are there, in the order of the stages.

    Args:
        present: qualified names of the tables there are.
    """
    feeds, present = listed(feeds), frozenset(present)
    tables: dict[str, list[Expectation]] = {}
    for stage in stages or CHECKED_STAGES:
        wanted = list(stage_expectations(stage, feeds))
        if stage == "landing":
            wanted = [e for feed in feeds for e in landing_expectations(feed)] + wanted
        for e in wanted:
            if e.kind not in DELIVERY_KINDS and e.reads <= present:
                tables.setdefault(e.table, []).append(e)
    return tables


def validate(
    place: Path | Spark,
    feeds: Mapping[str, Feed] | Iterable[Feed],
    docs_dir: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Validation]:
    """Validate a built database, one batch a table, and write Data Docs.

    Args:
        place: the DuckDB file, which nobody may have open for writing in this process; or an open engine
            of Spark's.
        docs_dir: where the pages go (`index.html`); what was there is replaced. None for no pages.
        progress: called with the name of each table before it is validated.

    Returns:
        One `Validation` an expectation, in the order of the suites.

    Raises:
        FileNotFoundError: if there is no such database.
    """
    if isinstance(place, Path) and not place.exists():
        raise FileNotFoundError(f"There is no database {place}; build one first.")
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ.setdefault("TQDM_DISABLE", "1")
    with _as_a_program(), warnings.catch_warnings():
        # It looks whether pyspark is there, which has something to say of pandas.
        warnings.filterwarnings(
            "ignore", "PySpark does not yet fully support pandas", FutureWarning
        )
        import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    context.enable_analytics(False)
    batches_in = in_database if isinstance(place, Path) else in_spark
    with batches_in(context, place) as batches:
        run_time = datetime.combine(batches.last_day, datetime.min.time(), UTC)
        run = RunIdentifier(run_name="check", run_time=run_time)
        validations: list[Validation] = []
        for table, expectations in suites(feeds, batches.present).items():
            if progress:
                progress(table)
            told = [item for e in expectations for item in translate(e, batches.asked)]
            suite = context.suites.add(gx.ExpectationSuite(table, expectations=told))
            definition = context.validation_definitions.add(
                gx.ValidationDefinition(name=table, data=batches.defined(table), suite=suite)
            )
            result = definition.run(
                batch_parameters=batches.given(table),
                result_format={"result_format": "SUMMARY"},
                run_id=run,
            )
            validations.extend(_collected(expectations, result.results))
        if docs_dir:
            if progress:
                progress("data docs")
            write_docs(context, docs_dir, validations)
    return validations


def translate(e: Expectation, asked: Callable[[str], str]) -> list[Any]:
    """One of our expectations in the words of Great Expectations: one, or two that add up to it.

    Args:
        asked: see `quality.great_batches.Batches`.
    """
    from great_expectations import expectations as gxe

    common: dict[str, Any] = {
        "meta": {"table": e.table, "expectation": e.name},
        "notes": e.reason,
        "severity": SEVERITIES[e.severity],
    }
    if e.kind == "present":
        translated = [gxe.ExpectColumnValuesToNotBeNull(column=e.column, **common)]
        if e.arguments.get("blank") != "allowed":
            translated.append(
                gxe.ExpectColumnValuesToNotMatchRegex(column=e.column, regex=BLANK, **common)
            )
        return translated
    if e.kind == "in_set":
        values = list(e.arguments["values"])
        return [gxe.ExpectColumnValuesToBeInSet(column=e.column, value_set=values, **common)]
    if e.kind == "matches":
        regex = whole_match(e.arguments["pattern"])
        return [gxe.ExpectColumnValuesToMatchRegex(column=e.column, regex=regex, **common)]
    query = asked(violations_sql(e))
    described = f"{sentence(e)}: {e.reason}"
    return [
        gxe.UnexpectedRowsExpectation(
            unexpected_rows_query=query, description=described.replace("$", "$$"), **common
        )
    ]


def _collected(expectations: Iterable[Expectation], results: Iterable[Any]) -> list[Validation]:
    by_name: dict[str, list[Any]] = {}
    for result in results:
        by_name.setdefault(result.expectation_config.meta["expectation"], []).append(result)
    validations = []
    for e in expectations:
        parts = by_name[e.name]
        validations.append(
            Validation(
                table=e.table,
                expectation=e.name,
                column=e.column,
                kind=e.kind,
                success=all(part.success for part in parts),
                unexpected=sum(_unexpected(part) for part in parts),
                examples=tuple(
                    str(value)
                    for part in parts
                    for value in part.result.get("partial_unexpected_list", [])[:3]
                ),
                error=next((message for part in parts if (message := _error(part))), None),
            )
        )
    return validations


def _unexpected(result: Any) -> int:
    count = result.result.get("unexpected_count", result.result.get("observed_value"))
    return int(count) if isinstance(count, int) else 0


def _error(result: Any) -> str | None:
    info = result.exception_info or {}
    for part in (info, *(v for v in info.values() if isinstance(v, dict))):
        if part.get("raised_exception"):
            return str(part.get("exception_message")).splitlines()[0]
    return None
