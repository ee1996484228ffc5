"""Every table of the database: what it holds, what its columns mean, how often which value, and its SQL."""

from typing import Any

from pipelines.described import TODAY, meanings
from pipelines.explore.asked import Asked, RequestError
from pipelines.explore.laboratory import Laboratory
from pipelines.explore.page import Page
from pipelines.graph import all_models
from pipelines.model import Model
from schemas.columns import chinese_of_columns, said_of_columns
from schemas.contract import Feed, feeds
from schemas.sql import quoted

MOST_FACETS = 12  # values of a column that is told by how often each occurs
SAMPLE = 20  # rows shown

TABLES = (
    "SELECT schema_name || '.' || table_name AS \"table\", schema_name AS stage, estimated_size AS rows, "
    "column_count AS columns FROM duckdb_tables() WHERE NOT temporary AND NOT internal "
    "AND database_name = current_catalog() "
    "UNION ALL SELECT schema_name || '.' || view_name, schema_name, NULL, column_count FROM duckdb_views() "
    "WHERE NOT temporary AND NOT internal AND database_name = current_catalog() "
    "AND schema_name <> 'today' ORDER BY 1"
)
COLUMNS = (
    'SELECT column_name AS "column", data_type AS type FROM duckdb_columns() '
    "WHERE database_name = current_catalog() AND schema_name = ? AND table_name = ? ORDER BY column_index"
)


def every(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """The tables, stage by stage."""
    found = _tables(laboratory)
    stages = list(dict.fromkeys(row["stage"] for row in found))
    stage = asked.one_of("stage", stages)
    said = _said(laboratory)
    return {
        "title": "Tables",
        "stages": stages,
        "stage": stage,
        "tables": [
            row | {"holds": said.get(row["table"], "")}
            for row in found
            if stage in (None, row["stage"])
        ],
        "today": [{"view": f"today.{view}", "of": table} for view, table in TODAY.items()],
    }


def one(laboratory: Laboratory, asked: Asked) -> dict[str, Any]:
    """One table."""
    name = asked.places["table"]
    known = {row["table"]: row for row in _tables(laboratory)}
    if name not in known:
        raise RequestError(f"There is no table {name[:80]!r} here.", 404)
    schema, _, short = name.partition(".")
    columns = laboratory.rows(COLUMNS, schema, short)
    names = [row["column"] for row in columns]
    column, value = asked.one_of("column", names), asked.text("value")
    if column is None and value is not None:
        raise RequestError("`value` is given without the `column` it is for.")
    where = "" if column is None else f" WHERE {quoted(column)} IS NOT DISTINCT FROM "
    where += "" if column is None else ("NULL" if value is None else _typed(columns, column))
    given = [] if column is None or value is None else [value]
    at = quoted(schema, short)
    count = laboratory.rows(f"SELECT count(*) AS n FROM {at}{where}", *given)[0]["n"]
    order = ", ".join(map(str, range(1, min(len(names), 6) + 1)))
    model, feed = _models(laboratory).get(name), _feed(name)
    english, chinese = said_of_columns(name), chinese_of_columns(name)
    return {
        "title": name,
        "table": name,
        "stage": schema,
        "holds": _said(laboratory).get(name, ""),
        "columns": [
            row | {"meaning": _plain(english.get(row["column"]), feed), "zh": chinese.get(row["column"], "")}
            for row in columns
        ],
        "rows": count,
        "column": column,
        "value": value,
        "facets": laboratory.kept(("facets", name), lambda: _facets(laboratory, at, columns)),
        "sample": laboratory.rows(f"SELECT * FROM {at}{where} ORDER BY {order} LIMIT {SAMPLE}", *given),
        "sql": model.sql if model else None,
        "origin": model.origin if model else None,
        "reads": list(model.reads) if model else [],
        "declared": dict(model.header[1]) if model else {},
        "contract": _promises(feed) if feed else {},
        "today": next((f"today.{view}" for view, table in TODAY.items() if table == name), None),
    }  # fmt: skip


def _typed(columns: list[dict[str, Any]], name: str) -> str:
    kind = next(row["type"] for row in columns if row["column"] == name)
    return f"TRY_CAST(? AS {kind})"


def _tables(laboratory: Laboratory) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]]:
        found = laboratory.rows(TABLES)
        for row in found:
            if row["rows"] is None:  # of a view it is not kept
                (counted,) = laboratory.rows(f"SELECT count(*) AS n FROM {row['table']}")
                row["rows"] = counted["n"]
        return found

    return laboratory.kept(("tables",), look)


def _models(laboratory: Laboratory) -> dict[str, Model]:
    run = laboratory.run

    def make() -> dict[str, Model]:
        models = all_models(run["tier"], run["join_level"], laboratory.policy)
        return {m.name: m for m in models}

    return laboratory.kept(("models",), make)


def _said(laboratory: Laboratory) -> dict[str, str]:
    return laboratory.kept(("meanings",), lambda: meanings(_models(laboratory).values()))


def _feed(table: str) -> Feed | None:
    stage, _, name = table.partition(".")
    return feeds().get(name) if stage in ("landing", "conform") else None


def _plain(meaning: str | None, feed: Feed | None) -> str:
    """A meaning without the Chinese name that a feed's contract puts before it."""
    first, sign, rest = (meaning or "").partition(": ")
    return rest if feed and sign and not first.isascii() else meaning or ""


def _facets(laboratory: Laboratory, at: str, columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns that hold few different values, with how often each occurs, the most frequent first."""
    texts = [r["column"] for r in columns if r["type"] in ("VARCHAR", "BOOLEAN", "INTEGER")]
    if not texts:
        return []
    distinct = ", ".join(f"approx_count_distinct({quoted(c)}) AS {quoted(c)}" for c in texts)
    few = laboratory.rows(f"SELECT {distinct} FROM {at}")[0]
    found = []
    for column in texts:
        if 1 < few[column] <= MOST_FACETS:
            values = laboratory.rows(
                f"SELECT CAST({quoted(column)} AS VARCHAR) AS value, count(*) AS rows FROM {at} "
                f"GROUP BY 1 ORDER BY rows DESC, value LIMIT {MOST_FACETS}"
            )
            found.append({"column": column, "values": values})
    return found


def _promises(feed: Feed) -> dict[str, str]:
    """What a feed's contract promises, in words."""
    key = ", ".join(feed.natural_key) or "none: the whole row"
    often = "daily" if feed.cadence_days == 1 else f"every {feed.cadence_days} days"
    return {
        "file": f"{feed.format}, {feed.encoding}",
        "delivered": f"{often}, as {feed.mode}",
        "natural key": key,
        "identifier": feed.identifier_scheme or "none: name and address only",
        "shared": f"{feed.sharing}, area {feed.area}",
        "island": feed.island.replace("_", " "),
    }


PAGES = (
    Page("/tables", "tables.html", every, takes=("stage",), menu=("Tables", "数据表"), place=50),
    Page("/tables/{table}", "table.html", one, takes=("column", "value")),
)
