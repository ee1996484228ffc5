"""What Dagster's pages show of a table: rows, a sample, SQL, columns and where each comes from."""

import re
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
from schemas.sql import quoted

Lineage = Mapping[str, Sequence[tuple[str, str]]]  # column -> the tables and columns behind it

SHOWN = ("source", "grain", "key")
MANIFEST = "manifest"
ABSENT = {"absent": "takes no part in this size or level of joining"}
NO_DELIVERY = {"dagster/partition_row_count": 0, "absent": "nothing was delivered on this day"}
SAMPLE = 5  # rows shown
WIDEST = 40  # characters of a cell
SQL_TYPES = {"string": "VARCHAR", "int": "INTEGER"}  # of Spark's types, those with other names


def shown_of_model(
    engine: Engine, model: Model, schemas: dict[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Rows, the first of them, SQL, column schema and column lineage of a model's table.

    Args:
        schemas: columns of tables seen before, by name; added to.
    """
    for table in (model.name, *model.reads):
        if table not in schemas:
            schemas[table] = columns_of(engine, table)
    lineage = column_lineage(model, schemas)
    return {
        "dagster/row_count": engine.count(model.name),
        "sample": sample_of(engine, model.name, list(schemas[model.name]), model.key),
        "explorer": explorer_of(model.name),
        "written in": model.origin,
        "sql": dg.MetadataValue.md(f"```sql\n{model.sql}\n```"),
        "dagster/column_schema": table_schema(model.name, schemas[model.name]),
        "dagster/column_lineage": lineage_of_model(lineage),
        "columns come from": dg.MetadataValue.md(lineage_as_text(lineage)),
    }


def shown_of_landing(engine: Engine, feed: Feed) -> dict[str, Any]:
    """Rows of a feed's table, the first of them, and how many deliveries they came in."""
    ((deliveries, unreadable, first, last),) = engine.fetch(
        "SELECT count(*), CAST(coalesce(sum(unreadable), 0) AS BIGINT), min(delivery), max(delivery) "
        f"FROM landing.deliveries WHERE feed = '{feed.name}'"
    )
    table = f"landing.{feed.name}"
    shown = {
        "dagster/row_count": engine.count(table),
        "sample": sample_of(engine, table, landing_columns(feed), ("delivery", "line")),
        "explorer": explorer_of(table),
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
    """Verdicts on rows, the first of them, and deliveries judged."""
    in_order = ("feed", "delivery", "line", "expectation", "column_name")
    return {
        "dagster/row_count": engine.count(VERDICTS),
        "sample": sample_of(engine, VERDICTS, list(VERDICTS_COLUMNS), in_order),
        "explorer": explorer_of(VERDICTS),
        "deliveries": engine.count("quality.deliveries"),
    }


def sample_of(
    engine: Engine, table: str, columns: Sequence[str], key: Sequence[str]
) -> dg.MarkdownMetadataValue:
    """The first rows of a table, as Markdown.

    Args:
        columns: those of the table, in order.
        key: columns in whose order the rows stand; if there are none, that of all columns.
    """
    chosen, order = (", ".join(map(quoted, some)) for some in (columns, key or columns))
    rows = engine.fetch(f"SELECT {chosen} FROM {table} ORDER BY {order} LIMIT {SAMPLE}")
    said = f"The first rows in the order of {', '.join(key or columns)}; all data is synthetic."
    head = [f"| {' | '.join(columns)} |", "| " + " | ".join("---" for _ in columns) + " |"]
    lines = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return dg.MetadataValue.md("\n".join([said, "", *head, *lines] if rows else ["No rows."]))


def cell(value: object) -> str:
    """A value as it may stand in a table of Markdown: on one line, short, and as it is written.

    >>> cell(None), cell("a|b\\n*c*"), cell("x" * 50) == "x" * 39 + "…"
    ('', 'a&#124;b &#42;c&#42;', True)
    """
    text = "" if value is None else " ".join(str(value).split())
    text = text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
    return re.sub(r"[|*`~<>&\[\]\\]", lambda mark: f"&#{ord(mark[0])};", text)


def explorer_of(table: str) -> str:
    """Where the explorer shows a table, and how it is started."""
    return f"/tables/{table} on the pages that islands explore --home HOME opens"


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
