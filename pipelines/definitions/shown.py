"""What Dagster's pages show of a table: rows, SQL, columns and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import dagster as dg
import pyarrow as pa

from pipelines.definitions.names import FEEDS, asset_of, key
from pipelines.engine.base import Engine
from pipelines.landing.keys import landing_columns
from pipelines.lineage import column_lineage
from pipelines.models import Model
from schemas.contract import Feed, read_yaml
from schemas.shape import SHAPES

Lineage = Mapping[str, Sequence[tuple[str, str]]]  # column -> the tables and columns behind it

SAID_IN_SQL = ("key: ", "unit: ", "touches: ", "needs: ", "gives: ")
DECLARED = ("source: ", "grain: ", "intervals: ", "found: ", "each: ", "passes", *SAID_IN_SQL)
ADDED = {
    "record_id": "What the row asserts: the same from delivery to delivery and from run to run.",
    "version": "The record as this delivery gave it.",
    "feed": "Dataset the row came in.",
    "delivery": "The delivery, named after the day it was published.",
    "published": "Day the delivery was published.",
    "file": "File, relative to the landing folder.",
    "line": "Line or place of the row in the file, from 1.",
}
SQL_TYPES = {
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "date32[day]": "DATE",
}


def shown_of_model(
    engine: Engine, model: Model, schemas: dict[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Rows, SQL, column schema and column lineage of a model's table just made.

    Args:
        schemas: columns of tables seen before in this run, by name; added to.
    """
    for table in (model.name, *model.reads):
        if table not in schemas:
            schemas[table] = columns_of(engine, table)
    said = said_of_columns(model.table)
    lineage = column_lineage(model, schemas)
    return {
        "dagster/row_count": engine.count(model.name),
        "written in": model.origin,
        "sql": dg.MetadataValue.md(f"```sql\n{model.sql}\n```"),
        "dagster/column_schema": dg.TableSchema(
            columns=[
                dg.TableColumn(name, kind, description=said.get(name))
                for name, kind in schemas[model.name].items()
            ]
        ),
        "dagster/column_lineage": lineage_of_model(lineage),
        "columns come from": dg.MetadataValue.md(lineage_as_text(lineage)),
    }


def described(model: Model) -> str:
    """What stands above a model's SQL, as Markdown: the rule in words, then a point a declaration.

    >>> print(described(Model("lists.x", "", (), "", "Who is\\non x.\\ngrain: one row\\nkey: a_b")))
    Who is
    on x.
    <BLANKLINE>
    - grain: one row
    - key: `a_b`
    """
    lines = model.comment.splitlines()
    first = next((n for n, line in enumerate(lines) if line.startswith(DECLARED)), len(lines))
    points: list[str] = []
    for line in lines[first:]:
        if points and not line.startswith(DECLARED):
            points[-1] += f" {line}"
        else:
            points.append(line)
    for n, (word, _, rest) in enumerate(point.partition(": ") for point in points):
        points[n] = f"- {word}: `{rest}`" if f"{word}: " in SAID_IN_SQL else f"- {points[n]}"
    return "\n".join([*lines[:first], *(["", *points] if points else [])])


def lineage_of_model(lineage: Lineage) -> dg.TableColumnLineage:
    """Column lineage as Dagster has it, with columns of code lists left out: they are no assets."""
    found = {
        column: [
            dg.TableColumnDep(asset_key=key(table), column_name=name)
            for table, name in behind
            if asset_of(table) == table
        ]
        for column, behind in lineage.items()
    }
    return dg.TableColumnLineage({column: deps for column, deps in found.items() if deps})


def lineage_as_text(lineage: Lineage) -> str:
    """Column lineage to read, as Markdown with links: open Dagster's pages do not show their own."""

    def named(table: str, column: str) -> str:
        path = "/assets/" + table.replace(".", "/")
        shown = f"[{table}]({path})" if asset_of(table) == table else table
        return f"{shown}.{column}"

    lines = ["| column | comes from |", "| --- | --- |"]
    for column, behind in lineage.items():
        lines.append(f"| {column} | {', '.join(named(*one) for one in behind) or 'no column'} |")
    return "\n".join(lines)


def columns_of(engine: Engine, table: str) -> dict[str, str]:
    """Name -> SQL type of a table's columns, on either engine."""
    schema: pa.Schema = engine.query(f"SELECT * FROM {table} WHERE FALSE").schema
    return {
        one.name: SQL_TYPES.get(str(one.type), str(one.type).replace("decimal128", "DECIMAL"))
        for one in schema
    }


@cache
def said_of_columns(table: str) -> dict[str, str]:
    """What contracts say of a table's columns: those of a shape, or of a feed brought to believe."""
    path = SHAPES / f"{table}.odcs.yaml"
    if path.exists():
        node = read_yaml(path.read_text(encoding="utf-8"))["schema"][0]
        return {p["name"]: p["description"] for p in node["properties"]}
    return said_of_feed(FEEDS[table]) if table in FEEDS else {}


def said_of_feed(feed: Feed) -> dict[str, str]:
    """What a feed's contract says of its columns, with their Chinese names."""
    return ADDED | {c.name: f"{c.title_zh}: {c.description}" for c in feed.columns}


def schema_of_landing(feed: Feed) -> dg.TableSchema:
    """Columns of a feed's rows as received, known from its contract: text, but for their place."""
    kinds, said = {"published": "DATE", "line": "BIGINT"}, said_of_feed(feed)
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name, kinds.get(name, "VARCHAR"), description=said[name])
            for name in landing_columns(feed)
        ]
    )
