"""What a finished database says of itself to whoever opens it, with any program that reads DuckDB.

- comments on every table, and on the columns of the tables that people ask about first;
- `codes.columns`: what every column of every table and of every view of `today` means;
- the schema `today`: what is believed on the last day of deliveries, a view a table;
- the shared words of the SQL (`parse_day`, `on_day`, `yuan` ...), which else live in a connection alone.

A comment on a column takes as long as a small table, which is why most columns are told of in
`codes.columns` alone.
"""

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from pipelines.engine.base import Engine
from pipelines.model import Model
from schemas.columns import chinese_of_columns, said_of_columns, said_of_tables
from schemas.contract import Feed, feeds
from schemas.sql import duckdb_words, literal, quoted

COLUMNS = "codes.columns"
ITS_OWN = ("table_name", "column_name", "meaning", "title_zh")

# View of `today` -> the table whose rows it shows that are believed on the last day of deliveries.
TODAY = {
    "facts": "merge.facts",
    "events": "merge.events",
    "links": "merge.links",
    "matches": "resolve.matches",
    "entries": "exchange.entries",
    "copies": "exchange.copies",
    "measures": "consequences.measures",
    "grades": "scores.grades",
}
# Tables with a comment on each column.
FIRST_ASKED = ("exchange.copies", "exchange.entries", "consequences.measures", "scores.grades")


def describe(engine: Engine, models: Sequence[Model]) -> None:
    """Write all of it into an open database.

    Args:
        engine: DuckDB, with the right to write.
        models: those that made its tables.
    """
    columns = _columns(engine)
    # In a copy of a database, of which a part is made again, it is there already.
    columns.pop(COLUMNS, None)
    columns[COLUMNS] = list(ITS_OWN)
    told = meanings(models)
    engine.insert_arrow(COLUMNS, _meant(columns))
    views = {model.name for model in models if model.view}
    statements = []
    for table in columns:
        name = quoted(*table.split("."))
        if said := told.get(table):
            kind = "VIEW" if table in views else "TABLE"
            statements.append(f"COMMENT ON {kind} {name} IS {literal(said)}")
        if table in FIRST_ASKED:
            said_of = said_of_columns(table)
            statements += [
                f"COMMENT ON COLUMN {name}.{quoted(column)} IS {literal(said_of[column])}"
                for column in columns[table]
                if said_of.get(column)
            ]
    statements.append("CREATE SCHEMA IF NOT EXISTS today")
    for view, table in TODAY.items():
        if table in columns:
            statements.append(_view(view, table))
    # One transaction: each by itself would be written to disk by itself.
    engine.execute(";\n".join(["BEGIN", *statements, "COMMIT"]))
    engine.execute(lasting_words())


def lasting_words() -> str:
    """Statements that define the shared words of the SQL in a database, to stay there."""
    return duckdb_words().replace("CREATE OR REPLACE TEMP MACRO", "CREATE OR REPLACE MACRO")


def meanings(models: Iterable[Model]) -> dict[str, str]:
    """Table -> what it holds, in a sentence or a few."""
    told = said_of_tables()
    for model in models:
        rule, declared = model.header
        grain = dict(declared).get("grain")
        text = " ".join(rule) + (f" Grain: {grain}." if grain else "")
        told[model.name] = text.strip() or _of_a_model(model)
    for feed in feeds().values():
        told[f"landing.{feed.name}"] = _of_a_feed(feed)
    return told


def _of_a_feed(feed: Feed) -> str:
    return f"{feed.title_zh}, rows as delivered, all text. {feed.description}".strip()


def _of_a_model(model: Model) -> str:
    made_of = ", ".join(model.reads) or "nothing"
    return f"Made from {made_of}; see {model.origin}."


def _view(name: str, table: str) -> str:
    # Nothing but names of this very database, so that it can be read under any name it is attached by.
    return (
        f"CREATE OR REPLACE VIEW today.{name} AS SELECT held.* FROM {table} AS held "
        "CROSS JOIN codes.run AS run WHERE held.from_day <= run.last_day "
        "AND (held.to_day IS NULL OR held.to_day > run.last_day);\n"
        f"COMMENT ON VIEW today.{name} IS "
        + literal(f"Rows of {table} that are believed on the last day of deliveries.")
    )


def _columns(engine: Engine) -> dict[str, list[str]]:
    """Table -> its columns in order, for every table there is."""
    found: dict[str, list[str]] = {}
    for table, column in engine.fetch(
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = current_catalog() AND NOT internal AND schema_name <> 'today' "
        "ORDER BY schema_name, table_name, column_index"
    ):
        found.setdefault(table, []).append(column)
    return found


def _meant(columns: Mapping[str, Iterable[str]]) -> pa.Table:
    """`codes.columns`: table or view, column, what it means, and its Chinese name."""
    of = {table: table for table in columns}
    of |= {f"today.{view}": table for view, table in TODAY.items() if table in columns}
    rows = [
        (
            name,
            column,
            said_of_columns(table).get(column),
            None if table.startswith("codes.") else chinese_of_columns(table).get(column),
        )
        for name, table in of.items()
        for column in columns[table]
    ]
    return pa.table(
        {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(ITS_OWN)}
    )
