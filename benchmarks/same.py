"""Whether a folder of Spark's tables holds the rows that DuckDB makes of the same files.

Rows are compared by their number and by the sum of their hashes, so that a large table need not be sorted;
tests compare small worlds row by row.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.build import build
from schemas.sql import literal, quoted

MEMORY = "6GB"  # what DuckDB may take, beside a cluster that has ended


def database_of(landing: Path, target: Path) -> Path:
    """The database that DuckDB builds of delivered files."""
    return build(landing, target, described=False).target


def differing(database: Path, folder: Path) -> list[str]:
    """Names of the tables whose rows are not the same, or which only one of the two has.

    Args:
        database: a file of DuckDB's, built of the same delivered files.
        folder: of Parquet tables, one folder a schema and in it one a table.
    """
    with duckdb.connect(config={"memory_limit": MEMORY}) as connection:
        connection.execute(f"ATTACH {literal(database.as_posix())} AS one (READ_ONLY)")
        columns: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in connection.execute(
            "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = 'one' ORDER BY schema_name, table_name, column_index"
        ).fetchall():
            columns.setdefault(table, []).append((column, kind))
        theirs = {f"{p.parent.name}.{p.name}": p for p in folder.glob("[!.]*/[!.]*") if p.is_dir()}
        found = sorted(columns.keys() ^ theirs.keys())
        for table in sorted(columns.keys() & theirs.keys()):
            files = f"read_parquet({literal((theirs[table] / '*.parquet').as_posix())})"
            ours = _sum(connection, f"one.{table}", columns[table])
            if _sum(connection, files, [(name, "") for name, _ in columns[table]]) != ours:
                found.append(table)
    return found


def _sum(
    connection: duckdb.DuckDBPyConnection, rows: str, columns: list[tuple[str, str]]
) -> tuple[int, int | None]:
    """Number of rows, and the sum of the hashes of what they say, as text.

    Args:
        rows: what they are read from.
        columns: name and type of each; an id is compared by its digits.
    """
    texts = [
        f"replace(CAST({quoted(name)} AS VARCHAR), '-', '')"
        if kind == "UUID"
        else f"CAST({quoted(name)} AS VARCHAR)"
        for name, kind in columns
    ]
    (found,) = connection.execute(
        f"SELECT count(*), sum(CAST(hash({', '.join(texts)}) AS HUGEINT)) FROM {rows}"
    ).fetchall()
    return found
