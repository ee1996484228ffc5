"""What a finished database says of itself to whoever opens it, with any program that reads DuckDB.

- comments on every table but the code lists, which are the files of their names in `schemas/codes`, and
  on the columns of the tables that people ask about first;
- `codes.columns`: what every column of every table means;
- the schema `today`: what is believed on the last day of deliveries, a view a table;
- the shared words of the SQL (`parse_day`, `on_day`, `yuan` ...), which else live in a connection alone.

A comment on a column takes as long as a small table, which is why most columns are told of in
`codes.columns` alone.
"""

from collections.abc import Iterable, Mapping

import pyarrow as pa

from pipelines.engine.base import Engine
from pipelines.model import Model
from schemas.columns import chinese_of_columns, said_of_columns
from schemas.contract import Feed, feeds
from schemas.sql import duckdb_words, literal, quoted

COLUMNS = "codes.columns"

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

# Tables that no model, contract or code list makes.
OTHERS = {
    "codes.run": "The one row that says what this database is about: window, horizon, joining, policy.",
    "codes.feeds": "The feeds that were read, with what SQL needs of their contracts.",
    "codes.calendar": "Every day on which a feed is due, and the next one after it.",
    "codes.made_by": "Every file that decides what the tables hold, with a digest of it.",
    "codes.decisions": "What people decided of rows kept aside and deliveries held.",
    "codes.gate_policies": "What follows for what does not meet a gate.",
    COLUMNS: "What every column of every table means.",
    "landing.deliveries": "Every file that was delivered: feed, day, digest, rows.",
    "quality.unreadable": "What could not be read of the files: file, line, reason.",
    "quality.verdicts": "What gates found in rows, and what followed: warned, kept aside, let through.",
    "quality.deliveries": "What gates found in whole deliveries: passed, warned or held.",
    "quality.row_counts": "How many rows of each delivery broke what, added up for gates of deliveries.",
    "quality.row_verdicts": "What gates found in each row, before deliveries were judged.",
    "world.injected": "Every cell that dirt has changed, as it was and as it is delivered.",
}


def describe(engine: Engine, models: Iterable[Model]) -> None:
    """Write all of it into an open database.

    Args:
        engine: DuckDB, with the right to write.
        models: those that made its tables.
    """
    columns = _columns(engine)
    columns.pop(
        COLUMNS, None
    )  # there already in a copy of a database of which a part is made again
    told = meanings(models)
    engine.insert_arrow(COLUMNS, _meant(columns))
    statements = []
    for table in [*columns, COLUMNS]:
        name = quoted(*table.split("."))
        if said := told.get(table):
            statements.append(f"COMMENT ON TABLE {name} IS {literal(said)}")
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
    told = dict(OTHERS)
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
    """`codes.columns`: table, column, what it means, and its Chinese name."""
    rows = [
        (
            table,
            column,
            said_of_columns(table).get(column),
            None if table.startswith("codes.") else chinese_of_columns(table).get(column),
        )
        for table, names in columns.items()
        for column in names
    ]
    names = ("table_name", "column_name", "meaning", "title_zh")
    return pa.table(
        {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(names)}
    )
