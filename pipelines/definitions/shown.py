"""What Dagster's pages show of a table: rows, SQL, columns and where each comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.definitions.names import DATABASE, VERDICTS, asset_of, key
from pipelines.engine.base import Engine
from pipelines.landing.keys import landing_columns
from pipelines.lineage import column_lineage
from pipelines.model import Model
from quality.gates import VERDICTS_COLUMNS
from schemas.columns import said_of_columns
from schemas.contract import Feed

Lineage = Mapping[str, Sequence[tuple[str, str]]]  # column -> the tables and columns behind it

SHOWN = ("source", "grain", "key")
MANIFEST = "manifest"
ABSENT = {"absent": "takes no part in this size or level of joining"}
NO_DELIVERY = {"dagster/partition_row_count": 0, "absent": "nothing was delivered on this day"}
SQL_TYPES = {"string": "VARCHAR", "int": "INTEGER"}  # of Spark's types, those with other names


def shown_of_model(
    engine: Engine, model: Model, schemas: dict[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Rows, SQL, column schema and column lineage of a model's table.

    Args:
        schemas: columns of tables seen before, by name; added to.
    """
    for table in (model.name, *model.reads):
        if table not in schemas:
            schemas[table] = columns_of(engine, table)
    lineage = column_lineage(model, schemas)
    return {
        "dagster/row_count": engine.count(model.name),
        "written in": model.origin,
        "sql": dg.MetadataValue.md(f"```sql\n{model.sql}\n```"),
        "dagster/column_schema": table_schema(model.name, schemas[model.name]),
        "dagster/column_lineage": lineage_of_model(lineage),
        "columns come from": dg.MetadataValue.md(lineage_as_text(lineage)),
    }


def shown_of_landing(engine: Engine, feed: Feed) -> dict[str, Any]:
    """Rows of a feed's table, and how many deliveries they came in."""
    ((deliveries, unreadable, first, last),) = engine.fetch(
        "SELECT count(*), CAST(coalesce(sum(unreadable), 0) AS BIGINT), min(delivery), max(delivery) "
        f"FROM landing.deliveries WHERE feed = '{feed.name}'"
    )
    shown = {
        "dagster/row_count": engine.count(f"landing.{feed.name}"),
        "deliveries": deliveries,
        "unreadable records": unreadable,
    }
    return shown | ({"first delivery": first, "last delivery": last} if deliveries else {})


def shown_of_deliveries(engine: Engine, feed: str) -> dict[str, dict[str, Any]]:
    """What a feed delivered on each day on which it did, in the order of days."""
    return {
        day: {"dagster/partition_row_count": rows, "file": file, "unreadable here": unreadable}
        for day, rows, file, unreadable in engine.fetch(
            'SELECT delivery, "rows", file, unreadable FROM landing.deliveries '
            f"WHERE feed = '{feed}' ORDER BY delivery"
        )
    }


def shown_of_verdicts(engine: Engine) -> dict[str, Any]:
    """Verdicts on rows, and deliveries judged."""
    return {
        "dagster/row_count": engine.count(VERDICTS),
        "deliveries": engine.count("quality.deliveries"),
    }


def database_made(current: Mapping[str, Any]) -> dg.AssetMaterialization:
    """That a database is in force now.

    Args:
        current: what the home says of it.
    """
    about = dict(current)
    return dg.AssetMaterialization(
        asset_key=key(DATABASE),
        metadata={
            "database": str(about.get("database", "")),
            "built by": str(about.get("command", "")),
            MANIFEST: dg.MetadataValue.json(about),
        },
    )


def described(model: Model) -> str:
    """What stands above a model's SQL, as Markdown: the rule in words, then source, grain and key.

    What only replays and traces need is left out.

    >>> print(described(Model("lists.x", "", (), "", "Who is\\non x.\\ngrain: one row\\nfound: c")))
    Who is
    on x.
    <BLANKLINE>
    - grain: one row
    """
    rule, declared = model.header
    shown = [f"- {name}: {text}" for name, text in declared if name in SHOWN]
    return "\n".join([*rule, *(["", *shown] if shown else [])])


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
    described = engine.fetch(f"DESCRIBE {table}")
    return {name: SQL_TYPES.get(kind, kind.upper()) for name, kind, *_ in described}


def schema_of_landing(feed: Feed) -> dg.TableSchema:
    """Columns of a feed's rows as received, known from its contract: text, but for day and line."""
    kinds = {"published": "DATE", "line": "BIGINT"}
    return table_schema(
        f"landing.{feed.name}", {name: kinds.get(name, "VARCHAR") for name in landing_columns(feed)}
    )


def schema_of_verdicts() -> dg.TableSchema:
    """Columns of the verdicts on rows."""
    return table_schema(VERDICTS, VERDICTS_COLUMNS)


def table_schema(table: str, columns: Mapping[str, str]) -> dg.TableSchema:
    """Columns of a table with what is said of each.

    Args:
        columns: name -> SQL type.
    """
    said = said_of_columns(table)
    return dg.TableSchema(
        columns=[
            dg.TableColumn(name, kind, description=said.get(name)) for name, kind in columns.items()
        ]
    )
