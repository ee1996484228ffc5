"""The data dictionary, written from the contracts, the code lists and the models themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docs.markdown import code, rows
from pipelines.codes import CODES, read_code_list
from pipelines.graph import all_models
from pipelines.model import STAGES, Model, output_columns
from schemas.columns import said_of_columns
from schemas.contract import Column, Feed, Island, islands
from schemas.said_once import read_yaml_file
from schemas.shape import SHAPES

HEADINGS = ("source", "grain", "key")


def dictionary() -> str:
    """The whole page."""
    return "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    yield "# Data dictionary"
    yield (
        "All data is synthetic. Written by `python -m docs.generate` from the contracts of the islands, "
        "the contracts of the shapes, the code lists, the models and `schemas/columns.csv`."
    )
    yield "## Islands and their feeds"
    for island in islands().values():
        yield from _island(island)
    yield "## Shapes"
    yield (
        "What a stage promises the next. *valid* is the time a record speaks of, *believed* the time "
        "during which it is believed; both are half-open, and no end means still."
    )
    for path in sorted(SHAPES.glob("*.odcs.yaml")):
        yield from _shape(read_yaml_file(path))
    yield "## Models"
    models = all_models("whole", "full")
    for stage in STAGES[1:]:
        yield f"### {stage}"
        for model in models:
            if model.stage == stage:
                yield from _model(model)
    yield "## Code lists"
    for path in sorted(CODES.glob("*.csv")):
        table = read_code_list(path)
        yield f"### {path.stem}"
        yield rows(table.column_names, [list(row.values()) for row in table.to_pylist()])


# --- islands ------------------------------------------------------------------------------------


def _island(island: Island) -> Iterator[str]:
    yield f"### {island.title} (`{island.name}`)"
    yield f"{island.description} Publisher: {island.publisher}. Tier: {island.tier}.".strip()
    for feed in island.feeds:
        yield from _feed(feed)


def _feed(feed: Feed) -> Iterator[str]:
    yield f"#### {feed.title_zh} (`{feed.name}`)"
    yield feed.description
    yield rows(("", ""), _promises(feed))
    yield rows(("column", "中文", "meaning", "must hold"), map(_column, feed.columns))


def _promises(feed: Feed) -> Iterator[tuple[str, str]]:
    separated = f", separated by `{feed.delimiter}`" if feed.format == "csv" else ""
    yield "file", f"{feed.format}, {feed.encoding}{separated}"
    yield (
        "delivered",
        f"every {feed.cadence_days} days from day {feed.cadence_offset}, as {feed.mode}",
    )
    yield "natural key", ", ".join(map(code, feed.natural_key)) or "none"
    yield "identifier", code(feed.identifier_scheme) or "none: name and address only"
    if feed.effect_column:
        told = ", ".join(f"`{value}` {effect}" for value, effect in feed.effect_codes.items())
        yield "effect", f"`{feed.effect_column}`: {told}"
    yield "shared", f"{feed.sharing}, area {feed.area}"
    if feed.office:
        yield "office that wrote it", code(feed.office)
    if feed.registry:
        yield "registers", feed.registry.replace("_", " ")
    for name, bound in (
        ("first delivery", feed.first_delivery),
        ("against the previous delivery", feed.previous_ratio),
        ("against the backlog", feed.backlog_ratio),
    ):
        if bound:
            limits = ", ".join(f"{k} {v}" for k, v in bound.items() if k != "reason")
            yield name, f"{limits}. {bound.get('reason', '')}"
    if feed.may_be_empty:
        yield "may have no rows", feed.may_be_empty
    if feed.fault_rates:
        told = ", ".join(f"{kind} {rate:g}" for kind, rate in feed.fault_rates.items())
        yield "its own dirt, per 1,000 records", told


def _column(column: Column) -> tuple[str, str, str, str]:
    rules = ["given"] if column.required else []
    if column.valid_values:
        rules.append(f"a code of [{column.valid_values}](#{column.valid_values})")
    if column.scheme:
        rules.append(f"identifier: {column.scheme}")
    if column.parse:
        rules.append(f"reads as {column.parse}")
    if column.not_before:
        rules.append(f"not before {column.not_before}")
    if column.may_lie_ahead:
        rules.append("may lie after its publication")
    if column.means_open:
        rules.append(f"{' or '.join(map(code, column.means_open))} means without end")
    if column.at_least is not None:
        rules.append(f"at least {column.at_least}")
    if column.at_most is not None:
        rules.append(f"at most {column.at_most}")
    if column.expected_where:
        other, value = column.expected_where
        rules.append(f"expected where `{other}` says {value}")
    if column.pattern:
        rules.append(f"matches `{column.pattern}`")
    if column.width:
        rules.append(f"{column.width} bytes wide")
    if not column.content:
        rules.append("no part of a version")
    return code(column.name), column.title_zh, column.description, "; ".join(rules)


# --- shapes and models --------------------------------------------------------------------------


def _shape(node: dict[str, Any]) -> Iterator[str]:
    table = node["schema"][0]
    yield f"### The shape {table['name']}"
    yield table["description"]
    yield rows(
        ("column", "type", "time", "meaning"),
        (
            (
                code(column["name"]),
                column["physicalType"],
                _axis(column),
                column.get("description"),
            )
            for column in table["properties"]
        ),
    )


def _axis(column: dict[str, Any]) -> str:
    for custom in column.get("customProperties") or []:
        if custom["property"] == "time_axis":
            return str(custom["value"])
    return ""


def _model(model: Model) -> Iterator[str]:
    rule, declared = model.header
    yield f"#### `{model.name}`"
    yield " ".join(rule)
    reads = [name for name in model.reads if not name.startswith("codes.")]
    codes = [name.removeprefix("codes.") for name in model.reads if name.startswith("codes.")]
    yield "\n".join(
        [
            *(f"- {name}: {text}" for name, text in declared if name in HEADINGS),
            f"- reads: {', '.join(map(code, reads)) or 'nothing'}",
            *(
                [f"- code lists: {', '.join(f'[{name}](#{name})' for name in codes)}"]
                if codes
                else []
            ),
            f"- from: `{model.origin}`",
        ]
    )
    said = said_of_columns(model.name)
    columns = output_columns(model.sql)
    yield rows(("column", "meaning"), [(code(name), said.get(name, "")) for name in columns])
